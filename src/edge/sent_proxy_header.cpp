#include "sent_proxy_header.hpp"

namespace latchkey::edge {

std::string proxy_header_of(net::proxy_version version, const http::context& ctx) {
  if (version == net::proxy_version::none) return {};
  net::proxy_facts facts;
  if (ctx.link != nullptr) {
    const auto known = ctx.link->facts();
    core::error_code error;
    const auto client = async::asio::ip::make_address(std::string{ctx.client}, error);
    if (!error) {
      const auto port = ctx.client == ctx.hop ? known.client.port() : std::uint16_t{0};
      facts.route = net::proxied_route{{client, port}, known.server};
    }
    facts.authority = known.server_name;
    facts.tls_version = known.tls_version;
    facts.tls_cipher = known.tls_cipher;
  }
  return net::make_proxy_header(version, facts);
}

}  // namespace latchkey::edge
