#include "run/origins.hpp"

#include "run/load_url.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::run {
namespace {

constexpr std::size_t max_connections = 50'000;

// All addresses that a connection may be made to, the first one in `where`.
void resolve(const std::string& host, std::uint16_t port, load::target& to) {
  boost::asio::io_context context{1};
  async::tcp_resolver resolver{context.get_executor()};
  core::error_code error;
  const auto found = resolver.resolve(host, std::to_string(port), error);
  if (error || found.empty()) {
    throw std::runtime_error{fmt::format("{}: {}", host, error.message())};
  }
  std::vector<async::tcp::endpoint> all;
  for (const auto& one : found) {
    if (std::find(all.begin(), all.end(), one.endpoint()) == all.end()) {
      all.push_back(one.endpoint());
    }
  }
  // A server on this machine is rarely on the address of version 6 that "localhost" has as well.
  std::stable_partition(all.begin(), all.end(),
                        [](const auto& one) { return one.address().is_v4(); });
  to.where = all.front();
  to.also.assign(all.begin() + 1, all.end());
}

std::shared_ptr<const net::client_tls> make_tls(const load_options& asked) {
  net::client_tls_settings with;
  with.verify = !asked.insecure;
  with.certificate = asked.certificate_file;
  with.private_key = asked.key_file;
  if (!asked.ca_file.empty()) with.trusted = net::authorities_in(asked.ca_file);
  return load::http1_over_tls(std::move(with));
}

}  // namespace

places resolve_origins(const load_options& asked) {
  places made;
  std::map<std::string, std::size_t, std::less<>> known;
  std::shared_ptr<const net::client_tls> tls;
  for (const auto& [text, weight] : asked.urls) {
    const auto where = parse_load_url(text);
    const auto name = fmt::format("{}://{}", where.secure ? "https" : "http", where.authority);
    const auto [found, fresh] = known.emplace(name, made.origins.size());
    if (fresh) {
      load::target to;
      const auto [host, port] = place_to_connect(asked.connect, where.host, where.port);
      resolve(host, port, to);
      to.host = where.host;
      to.repeatable = is_repeatable(asked.method);
      to.resume = asked.resume;
      to.keep_bodies = false;
      if (where.secure) {
        if (!tls) tls = make_tls(asked);
        to.tls = tls;
      }
      made.origins.push_back(std::move(to));
    }
    made.shapes.push_back({where.authority, where.target, found->second, weight});
  }
  if (made.origins.size() * asked.connections > max_connections) {
    throw std::runtime_error{
        fmt::format("--connections {}: to each of {} servers would be more than {}",
                    asked.connections, made.origins.size(), max_connections)};
  }
  return made;
}

}  // namespace latchkey::bench::run
