#include "probe.hpp"

#include "certificate_names.hpp"

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/client/errc.hpp>
#include <latchkey/client/read_response.hpp>
#include <latchkey/http1/request_writer.hpp>
#include <latchkey/http1/response_collector.hpp>
#include <latchkey/http1/response_reader.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/net/pem_file.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace latchkey::doctor {
namespace {

using connection = std::unique_ptr<net::transport>;

constexpr http1::head_limits head_bounds{8 * 1024, 16 * 1024, 1024};

struct certificate_deleter {
  void operator()(X509* one) const { X509_free(one); }
};

std::optional<seen_certificate> certificate_of(const net::transport& over) {
  if (over.tls() == nullptr) return std::nullopt;
  const std::unique_ptr<X509, certificate_deleter> shown{SSL_get1_peer_certificate(over.tls())};
  if (!shown) return std::nullopt;
  const auto valid = net::validity_of(shown.get());
  return seen_certificate{names_in(shown.get()), authority_of(shown.get()),
                          is_self_signed(shown.get()), valid.from, valid.until};
}

std::string text_of(const async::tcp::endpoint& where) {
  const auto host = where.address().to_string();
  const auto port = std::to_string(where.port());
  return where.address().is_v6() ? '[' + host + "]:" + port : host + ':' + port;
}

std::string host_and_port(const destination& to) {
  const bool v6 = to.host.find(':') != to.host.npos;
  return (v6 ? '[' + to.host + ']' : to.host) + ':' + std::to_string(to.port);
}

// RFC 9110 section 9.3.6.
async::task<core::error_code> open_tunnel(net::transport& over, const destination& to) {
  const auto authority = host_and_port(to);
  std::vector<http::field> fields{{"Host", authority}};
  if (!to.proxy->authorization.empty()) {
    fields.push_back({"Proxy-Authorization", to.proxy->authorization});
  }
  std::string bytes;
  if (const auto error = http1::append_request(bytes, "CONNECT", authority, fields))
    co_return error;
  if (const auto error = co_await over.write(bytes)) co_return error;
  http1::response_limits limits;
  limits.head = head_bounds;
  limits.body = 64 * 1024;
  http1::request_facts asked;
  asked.connect = true;
  http1::response_collector answer{limits, asked};
  if (const auto error = co_await client::read_response(over, answer)) co_return error;
  co_return answer.head().status / 100 == 2 ? core::error_code{}
                                            : core::error_code{client::errc::proxy_refused};
}

async::task<core::result<connection>> open(const destination& to, async::tcp::endpoint where,
                                           core::deadline until) {
  const auto home = co_await async::asio::this_coro::executor;
  auto made = net::transport::connect(where, async::socket_waits_of(home));
  if (made.has_error()) co_return made.error();
  auto& over = **made;
  over.read_until(until);
  over.write_until(until);
  if (const auto error = co_await over.connected()) co_return error;
  if (to.proxy) {
    if (const auto error = co_await open_tunnel(over, to)) co_return error;
  }
  if (!to.first.empty()) {
    if (const auto error = co_await over.write(to.first)) co_return error;
  }
  co_return std::move(*made);
}

// What whoever answers there shows, on a connection of its own.
async::task<std::optional<seen_certificate>> look_at_certificate(const destination& to,
                                                                 async::tcp::endpoint where,
                                                                 core::deadline until) {
  auto made = co_await open(to, where, until);
  if (made.has_error() || !to.lenient) co_return std::nullopt;
  if (co_await (*made)->handshake(*to.lenient, to.tls_host)) co_return std::nullopt;
  co_return certificate_of(**made);
}

void take_head(const http1::response_head& head, seen_way& seen) {
  seen.status = head.status;
  seen.date = head.find("date").value_or("");
  seen.age = head.find("age").value_or("");
}

// Reads no further than the head of the answer.
async::task<core::error_code> ask(net::transport& over, const destination& to,
                                  const core::clock& clock, seen_way& seen) {
  const std::vector<http::field> fields{{"Host", to.authority},
                                        {"User-Agent", "latchkey/" LATCHKEY_VERSION},
                                        {"Accept", "*/*"},
                                        {"Connection", "close"}};
  std::string bytes;
  if (const auto error = http1::append_request(bytes, "GET", to.target, fields)) co_return error;
  seen.sent = clock.wall();
  if (const auto error = co_await over.write(bytes)) co_return error;
  http1::response_limits limits;
  limits.head = head_bounds;
  http1::response_reader reader{limits};
  std::vector<char> buffer(limits.interim_bytes);
  std::size_t filled = 0;
  for (;;) {
    const auto step = reader.next(std::span{buffer}.first(filled));
    if (step.has_error()) co_return step.error();
    using event = http1::response_reader::event;
    if (step->what == event::head) {
      take_head(reader.head(), seen);
      seen.received = clock.wall();
      co_return core::error_code{};
    }
    std::move(buffer.begin() + static_cast<std::ptrdiff_t>(step->consumed),
              buffer.begin() + static_cast<std::ptrdiff_t>(filled), buffer.begin());
    filled -= step->consumed;
    if (step->what == event::interim) continue;
    const auto got = co_await over.read_some(std::span{buffer}.subspan(filled));
    if (got.has_error()) co_return got.error();
    if (*got == 0) co_return net::errc::closed;
    filled += *got;
  }
}

}  // namespace

async::task<core::result<net::found_endpoints>> look_up(const destination& to,
                                                        const net::resolver& names,
                                                        core::deadline until) {
  const auto& host = to.proxy ? to.proxy->host : to.host;
  co_return co_await names.resolve(host, to.proxy ? to.proxy->port : to.port, until);
}

async::task<seen_way> go_to(const destination& to, async::tcp::endpoint where,
                            const core::clock& clock, core::deadline until) {
  seen_way seen;
  seen.got = reached::address;
  seen.address = text_of(where);
  auto made = co_await open(to, where, until);
  if (made.has_error()) {
    seen.error = made.error();
    co_return seen;
  }
  auto& over = **made;
  seen.got = reached::connection;
  if (to.strict) {
    seen.error = co_await over.handshake(*to.strict, to.tls_host);
    if (seen.error) {
      seen.certificate = co_await look_at_certificate(to, where, until);
      co_return seen;
    }
    seen.certificate = certificate_of(over);
  }
  seen.got = reached::server;
  if (to.target.empty()) co_return seen;
  seen.error = co_await ask(over, to, clock, seen);
  if (!seen.error) seen.got = reached::answer;
  co_return seen;
}

async::task<seen_way> go(const destination& to, const net::resolver& names,
                         const core::clock& clock, core::deadline until) {
  const auto& host = to.proxy ? to.proxy->host : to.host;
  core::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  const std::string name = no_address ? host : std::string{};
  const auto found = co_await look_up(to, names, until);
  seen_way seen;
  if (found.has_error() || found->all.empty()) {
    seen.looked_up = host;
    seen.error = found.has_error() ? found.error() : boost::asio::error::host_not_found;
    co_return seen;
  }
  const auto& all = found->all;
  for (std::size_t i = 0; i < all.size(); ++i) {
    // A dead address leaves the others their time.
    const auto now = clock.steady();
    const auto share = now + (until.at() - now) / static_cast<long>(all.size() - i);
    seen = co_await go_to(to, all[i], clock, core::deadline{share});
    if (seen.got != reached::address) break;
  }
  seen.looked_up = name;
  for (const auto& one : all) seen.addresses.push_back(one.address().to_string());
  co_return seen;
}

}  // namespace latchkey::doctor
