#include "dial.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/net/address.hpp>
#include <latchkey/net/errc.hpp>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <string_view>

namespace latchkey::client {

namespace beast = boost::beast;
namespace bh = beast::http;

namespace {

constexpr std::size_t most_proxy_head = 16 * 1024;

core::steady_time steady_now() {
  return core::steady_time::clock::now();
}

using endpoints = std::vector<async::tcp::endpoint>;

async::task<core::error_code> connect(plain_stream& stream, const destination& to,
                                      const net::resolver& names, core::deadline until) {
  const auto found = co_await names.resolve(to.host, to.port, until);
  if (found.has_error()) co_return found.error();
  if (to.refuse_internal) {
    const auto own = net::own_addresses();
    if (own.has_error()) co_return own.error();
    if (const auto inside = check_outside(*found, *own)) co_return inside;
  }
  co_return co_await connect_any(stream, *found, until);
}

std::string authority_of(const destination& to) {
  const bool bracketed = to.host.find(':') != to.host.npos;
  return (bracketed ? '[' + to.host + ']' : to.host) + ':' + std::to_string(to.port);
}

// Where the proxy resolves the name, only what is an address already can be judged here.
core::error_code check_outside_text(std::string_view host) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string{host}, error);
  if (!error) {
    const auto own = net::own_addresses();
    return own ? check_outside({{address, 0}}, *own) : own.error();
  }
  // As the proxy's resolver reads it: in letters of any case, with or without the root's dot.
  constexpr std::string_view local = "localhost";
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < local.size()) return {};
  const auto above = host.substr(0, host.size() - local.size());
  const bool inside =
      http::same_name(host.substr(above.size()), local) && (above.empty() || above.ends_with('.'));
  return inside ? core::error_code{errc::internal_address} : core::error_code{};
}

async::task<core::error_code> open_tunnel(plain_stream& stream, const destination& to,
                                          const proxy_place& proxy) {
  bh::request<bh::empty_body> ask{bh::verb::connect, authority_of(to), 11};
  ask.set(bh::field::host, authority_of(to));
  if (!proxy.authorization.empty()) ask.set(bh::field::proxy_authorization, proxy.authorization);
  core::error_code error;
  co_await bh::async_write(stream, ask, async::use_task_with(error));
  if (error) co_return plain_reason(error);
  beast::flat_buffer buffer{most_proxy_head};
  bh::response_parser<bh::empty_body> parser;
  parser.header_limit(most_proxy_head);
  co_await bh::async_read_header(stream, buffer, parser, async::use_task_with(error));
  if (error) co_return plain_reason(error);
  // What comes behind the head would be read as the destination's, before TLS has begun.
  if (parser.get().result_int() / 100 != 2 || buffer.size() != 0) co_return errc::proxy_refused;
  co_return core::error_code{};
}

}  // namespace

core::steady_time share_of(core::steady_time now, core::steady_time end, std::size_t left) {
  if (end == core::steady_time::max() || left <= 1) return end;
  return now + (end - now) / static_cast<core::steady_duration::rep>(left);
}

async::task<core::error_code> connect_any(plain_stream& stream,
                                          const std::vector<async::tcp::endpoint>& all,
                                          core::deadline until) {
  core::error_code error = net::errc::timeout;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto now = steady_now();
    if (until.passed(now)) break;
    stream.expires_at(share_of(now, until.at(), all.size() - i));
    co_await stream.async_connect(all[i], async::use_task_with(error));
    if (!error) break;
    stream.close();
  }
  co_return plain_reason(error);
}

core::error_code check_outside(const endpoints& all, const net::addresses& own) {
  const auto inside = std::any_of(all.begin(), all.end(), [&own](const auto& one) {
    return net::is_internal(one.address()) || net::is_among(one.address(), own);
  });
  return inside ? core::error_code{errc::internal_address} : core::error_code{};
}

async::task<core::error_code> dial(plain_stream& stream, const destination& to,
                                   const std::optional<proxy_place>& proxy,
                                   const net::resolver& names, core::deadline until) {
  if (!proxy) {
    const auto error = co_await connect(stream, to, names, until);
    stream.expires_never();
    co_return error;
  }
  if (to.refuse_internal) {
    if (const auto inside = check_outside_text(to.host)) co_return inside;
  }
  const destination first{proxy->host, proxy->port, false};
  if (const auto error = co_await connect(stream, first, names, until)) co_return error;
  stream.expires_at(until.at());
  const auto error = co_await open_tunnel(stream, to, *proxy);
  stream.expires_never();
  co_return error;
}

core::error_code plain_reason(const core::error_code& error) {
  if (error == beast::error::timeout) return net::errc::timeout;
  if (error == bh::error::body_limit || error == bh::error::buffer_overflow ||
      error == bh::error::header_limit) {
    return errc::answer_too_large;
  }
  return error;
}

}  // namespace latchkey::client
