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

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace latchkey::client {

namespace {

core::steady_time steady_now() {
  return core::steady_time::clock::now();
}

using endpoints = std::vector<async::tcp::endpoint>;

async::task<core::result<connection_ptr>> connect(async::socket_waits& waits, const destination& to,
                                                  const net::resolver& names,
                                                  core::deadline until) {
  const auto found = co_await names.resolve(to.host, to.port, until);
  if (found.has_error()) co_return found.error();
  if (to.refuse_internal) {
    const auto own = net::own_addresses();
    if (own.has_error()) co_return own.error();
    if (const auto inside = check_outside(found->all, *own)) co_return inside;
  }
  co_return co_await connect_any(waits, found->all, until);
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
async::task<core::error_code> read_tunnel_head(net::transport& from) {
  using event = http1::response_reader::event;
  http1::response_limits limits;
  limits.head = answer_head_limits;
  http1::request_facts asked;
  asked.connect = true;
  http1::response_reader reader{limits, asked};
  std::vector<char> buffer(answer_head_limits.bytes);
  std::size_t filled = 0;
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
    const auto got = co_await from.read_some(std::span{buffer}.subspan(filled));
    if (got.has_value() && *got != 0) {
      filled += *got;
      continue;
    }
    const auto end = end_of(got);
    co_return end ? reader.finish(*end).error() : got.error();
  }
}

async::task<core::error_code> open_tunnel(net::transport& over, const destination& to,
                                          const proxy_place& proxy) {
  const auto bytes = tunnel_request(to, proxy);
  if (bytes.has_error()) co_return bytes.error();
  if (const auto error = co_await over.write(*bytes)) co_return error;
  co_return plain_reason(co_await read_tunnel_head(over));
}

}  // namespace

core::steady_time share_of(core::steady_time now, core::steady_time end, std::size_t left) {
  if (end == core::steady_time::max() || left <= 1) return end;
  return now + (end - now) / static_cast<core::steady_duration::rep>(left);
}

async::task<core::result<connection_ptr>> connect_any(async::socket_waits& waits,
                                                      const std::vector<async::tcp::endpoint>& all,
                                                      core::deadline until) {
  core::error_code error = net::errc::timeout;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto now = steady_now();
    if (until.passed(now)) break;
    auto made = net::transport::connect(all[i], waits);
    error = made.has_error() ? made.error() : core::error_code{};
    if (error) continue;
    auto& over = **made;
    over.read_until(core::deadline{share_of(now, until.at(), all.size() - i)});
    error = co_await over.connected();
    if (error) continue;
    over.read_until(until);
    over.write_until(until);
    co_return std::move(*made);
  }
  co_return error;
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

async::task<core::result<connection_ptr>> dial(async::socket_waits& waits, const destination& to,
                                               const std::optional<proxy_place>& proxy,
                                               const net::resolver& names, core::deadline until) {
  if (!proxy) co_return co_await connect(waits, to, names, until);
  if (to.refuse_internal) {
    const auto own = net::own_addresses();
    if (own.has_error()) co_return own.error();
    if (const auto inside = check_outside_text(to.host, *own)) co_return inside;
  }
  const destination first{proxy->host, proxy->port, false};
  auto made = co_await connect(waits, first, names, until);
  if (made.has_error()) co_return made.error();
  if (const auto error = co_await open_tunnel(**made, to, *proxy)) co_return error;
  co_return std::move(*made);
}

core::error_code plain_reason(const core::error_code& error) {
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
