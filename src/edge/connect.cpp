#include <latchkey/edge/connect.hpp>
#include <latchkey/net/errc.hpp>

#include <utility>

namespace latchkey::edge {

async::task<core::result<std::unique_ptr<net::transport>>> connect(async::socket_waits& waits,
                                                                   const place& to,
                                                                   const net::client_tls* with,
                                                                   SSL_SESSION* resume,
                                                                   core::deadline until) {
  auto made = net::transport::connect(to.where, waits);
  if (made.has_error()) co_return made.error();
  auto& over = **made;
  over.read_until(until);
  over.write_until(until);
  if (const auto error = co_await over.connected()) co_return error;
  if (to.secure) {
    if (with == nullptr) co_return net::errc::tls_failed;
    if (const auto error = co_await over.handshake(*with, to.host, resume)) co_return error;
  }
  co_return std::move(*made);
}

}  // namespace latchkey::edge
