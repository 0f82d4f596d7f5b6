#include "listening.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace latchkey::server {

namespace asio = boost::asio;

core::result<async::tcp_acceptor> bound_acceptor(async::executor on, const binding& how) {
  using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
  async::tcp_acceptor made{on};
  core::error_code error;
  made.open(how.where.protocol(), error);
  if (!error) made.set_option(asio::socket_base::reuse_address{true}, error);
  if (!error && how.shared) made.set_option(reuse_port{true}, error);
  if (!error && how.where.address().is_v6()) {
    made.set_option(asio::ip::v6_only{how.v6_only}, error);
  }
  if (!error) prepare(made, error);
  if (!error) made.bind(how.where, error);
  if (error) return error;
  return made;
}

void prepare(async::tcp_acceptor& one, core::error_code& error) {
  one.set_option(async::tcp::no_delay{true}, error);
  if (!error) one.non_blocking(true, error);
}

// Asio would register each socket with its reactor, where another set watches it.
core::result<accepted> accept_next(async::tcp_acceptor& at) {
  for (;;) {
    async::tcp::endpoint peer;
    auto size = static_cast<::socklen_t>(peer.capacity());
    core::descriptor socket{
        ::accept4(at.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (socket.get() >= 0) {
      peer.resize(size);
      return accepted{std::move(socket), peer};
    }
    // One that has gone while it waited says nothing of the next.
    if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return asio::error::would_block;
    return core::error_code{errno, boost::system::system_category()};
  }
}

}  // namespace latchkey::server
