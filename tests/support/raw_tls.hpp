// A server of raw_server that speaks TLS and answers one request with the test's own bytes. Not for
// the real server.
#pragma once

#include "pki.hpp"
#include "raw_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <csignal>
#include <memory>
#include <string>

namespace latchkey::support {

inline boost::asio::ssl::context server_context(const certificate& shown) {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_server};
  context.use_certificate_chain(boost::asio::buffer(shown.pem));
  context.use_private_key(boost::asio::buffer(shown.key_pem), boost::asio::ssl::context::pem);
  return context;
}

struct ssl_deleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// OpenSSL itself on the socket, for what Asio's stream has no word for; null where the handshake
// fails.
inline std::unique_ptr<SSL, ssl_deleter> accept_tls(raw_server::socket& peer,
                                                    boost::asio::ssl::context& context) {
  // Writing to a peer that has gone is an error of that write.
  std::signal(SIGPIPE, SIG_IGN);
  std::unique_ptr<SSL, ssl_deleter> made{SSL_new(context.native_handle())};
  SSL_set_fd(made.get(), peer.native_handle());
  if (SSL_accept(made.get()) != 1) made.reset();
  return made;
}

enum class tls_end : bool {
  cut_off,  // without a word, as an attacker in the middle can end a connection
  orderly,  // by close_notify
};

// Nothing is answered where the handshake fails.
inline void answer_over_tls(raw_server::socket& peer, boost::asio::ssl::context& context,
                            const std::string& bytes, tls_end end = tls_end::cut_off) {
  boost::asio::ssl::stream<raw_server::socket&> stream{peer, context};
  boost::system::error_code error;
  stream.handshake(boost::asio::ssl::stream_base::server, error);
  if (error) return;
  std::string head;
  boost::asio::read_until(stream, boost::asio::dynamic_buffer(head), "\r\n\r\n", error);
  boost::asio::write(stream, boost::asio::buffer(bytes), error);
  if (end == tls_end::orderly) stream.shutdown(error);
}

}  // namespace latchkey::support
