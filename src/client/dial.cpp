#include "dial.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/client/read_response.hpp>
#include <latchkey/core/ascii.hpp>
#include <latchkey/core/host_name.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/request_writer.hpp>
#include <latchkey/net/address.hpp>
#include <latchkey/net/errc.hpp>

#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace latchkey::client {

namespace asio = boost::asio;

namespace {

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

bool is_below(std::string_view host, std::string_view domain) {
  if (host.size() < domain.size()) return false;
  const auto above = host.substr(0, host.size() - domain.size());
  return core::iequals(host.substr(above.size()), domain) &&
         (above.empty() || above.ends_with('.'));
}

// Names that lead to this machine by RFC 6761 section 6.3 or by the hosts files of common systems,
// and those by which clouds call their metadata services.
bool is_internal_name(std::string_view host) {
  constexpr std::array<std::string_view, 8> internal{"localhost",
                                                     "localdomain",
                                                     "localhost4",
                                                     "localhost6",
                                                     "ip6-localhost",
                                                     "ip6-loopback",
                                                     "metadata.google.internal",
                                                     "metadata.goog"};
  return std::any_of(internal.begin(), internal.end(),
                     [host](std::string_view one) { return is_below(host, one); });
}

core::result<std::string> tunnel_request(const destination& to, const proxy_place& proxy) {
  const auto authority = authority_of(to);
  std::vector<http::field> fields{{"Host", authority}};
  if (!proxy.authorization.empty()) fields.push_back({"Proxy-Authorization", proxy.authorization});
  std::string bytes;
  if (const auto error = http1::append_request(bytes, "CONNECT", authority, fields)) return error;
  return bytes;
}

// Reads to the end of the final head, past interim ones.
async::task<core::error_code> read_tunnel_head(plain_stream& stream) {
  using event = http1::response_reader::event;
  http1::response_limits limits;
  limits.head = answer_head_limits;
  http1::request_facts asked;
  asked.connect = true;
  http1::response_reader reader{limits, asked};
  std::vector<char> buffer(answer_head_limits.bytes);
  std::size_t filled = 0;
  core::error_code error;
  for (;;) {
    const auto step = reader.next({buffer.data(), filled});
    if (step.has_error()) co_return step.error();
    if (step->what == event::head) {
      // What comes behind the head would be read as the destination's, before TLS has begun.
      const bool open = reader.head().kind == http1::response_kind::upgraded;
      if (!open || step->consumed != filled) co_return errc::proxy_refused;
      co_return core::error_code{};
    }
    std::copy(buffer.data() + step->consumed, buffer.data() + filled, buffer.data());
    filled -= step->consumed;
    if (step->what == event::interim) continue;
    const auto room = asio::buffer(buffer.data() + filled, buffer.size() - filled);
    const auto count = co_await stream.async_read_some(room, async::use_task_with(error));
    filled += count;
    if (!error) continue;
    const auto end = end_of(error);
    co_return end ? reader.finish(*end).error() : error;
  }
}

async::task<core::error_code> open_tunnel(plain_stream& stream, const destination& to,
                                          const proxy_place& proxy) {
  const auto bytes = tunnel_request(to, proxy);
  if (bytes.has_error()) co_return bytes.error();
  core::error_code error;
  co_await asio::async_write(stream, asio::buffer(*bytes), async::use_task_with(error));
  if (!error) error = co_await read_tunnel_head(stream);
  co_return plain_reason(error);
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

core::error_code check_outside_text(std::string_view host, const net::addresses& own) {
  // make_address reads up to a zero byte.
  if (host.find('\0') != host.npos) return errc::bad_url;
  const auto plain = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string{plain}, error);
  if (!error) return check_outside({{address, 0}}, own);
  if (!core::is_host_name(host)) return errc::bad_url;
  return is_internal_name(plain) ? core::error_code{errc::internal_address} : core::error_code{};
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
    const auto own = net::own_addresses();
    if (own.has_error()) co_return own.error();
    if (const auto inside = check_outside_text(to.host, *own)) co_return inside;
  }
  const destination first{proxy->host, proxy->port, false};
  if (const auto error = co_await connect(stream, first, names, until)) co_return error;
  stream.expires_at(until.at());
  const auto error = co_await open_tunnel(stream, to, *proxy);
  stream.expires_never();
  co_return error;
}

core::error_code plain_reason(const core::error_code& error) {
  if (error == boost::beast::error::timeout) return net::errc::timeout;
  if (error.category() != http1::category()) return error;
  switch (static_cast<http1::errc>(error.value())) {
    case http1::errc::status_line_too_long:
    case http1::errc::head_too_large:
    case http1::errc::too_many_fields:
    case http1::errc::too_many_interim:
    case http1::errc::body_too_large:
    case http1::errc::chunk_overhead:
      return errc::answer_too_large;
    case http1::errc::bad_transfer_encoding:
      return errc::unexpected_encoding;
    default:
      return error;
  }
}

}  // namespace latchkey::client
