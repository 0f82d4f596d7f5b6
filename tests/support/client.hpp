// A plain, blocking client that sends exactly the bytes it is given, over TCP or TLS. Every read
// ends after a few seconds at the latest. Not for measuring.
#pragma once

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::support {

class client {
 public:
  using endpoint = boost::asio::ip::tcp::endpoint;

  explicit client(const endpoint& to) : socket_{io_} { socket_.connect(to); }

  client(const endpoint& to, const char* from) : socket_{io_} {
    socket_.open(to.protocol());
    socket_.bind({boost::asio::ip::make_address(from), 0});
    socket_.connect(to);
  }

  // With the certificate, PEM, and its key, if any. Throws boost::system::system_error if the
  // handshake fails.
  void start_tls(const std::string& certificate = {}, const std::string& key = {}) {
    tls_context_ =
        std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
    if (!certificate.empty()) {
      tls_context_->use_certificate_chain(boost::asio::buffer(certificate));
      tls_context_->use_private_key(boost::asio::buffer(key), boost::asio::ssl::context::pem);
    }
    tls_ = std::make_unique<tls_stream>(socket_, *tls_context_);
    tls_->handshake(boost::asio::ssl::stream_base::client);
  }

  // False if the peer has gone.
  bool send(std::string_view bytes) {
    boost::system::error_code error;
    if (tls_) {
      boost::asio::write(*tls_, boost::asio::buffer(bytes), error);
    } else {
      boost::asio::write(socket_, boost::asio::buffer(bytes), error);
    }
    return !error;
  }

  // Reads until `enough` says so or the peer ends; gives all that came since the last call.
  template <class Enough>
  std::string read_until(Enough enough) {
    std::string text;
    while (!enough(text)) {
      std::array<char, 4096> piece;
      boost::system::error_code error;
      const auto got = read_some(boost::asio::buffer(piece), error);
      text.append(piece.data(), got);
      if (error) {
        ended_ = true;
        last_error_ = error;
        break;
      }
    }
    return text;
  }

  std::string read_to_end() {
    return read_until([](const std::string&) { return false; });
  }
  // Until the text has been seen.
  std::string read_past(std::string_view mark) {
    return read_until([mark](const std::string& text) { return text.find(mark) != text.npos; });
  }

  bool ended() const { return ended_; }
  // True if the end was orderly: not a reset and not a read that took too long.
  bool ended_orderly() const {
    return last_error_ == boost::asio::error::eof ||
           last_error_ == boost::asio::ssl::error::stream_truncated;
  }
  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  using tls_stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>;

  std::size_t read_some(boost::asio::mutable_buffer into, boost::system::error_code& error) {
    std::size_t got = 0;
    error = boost::asio::error::timed_out;
    const auto done = [&](const boost::system::error_code& outcome, std::size_t size) {
      error = outcome;
      got = size;
    };
    if (tls_) {
      tls_->async_read_some(into, done);
    } else {
      socket_.async_read_some(into, done);
    }
    io_.restart();
    io_.run_for(std::chrono::seconds{8});
    if (!io_.stopped()) {
      socket_.close();
      io_.run();
      error = boost::asio::error::timed_out;
    }
    return got;
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<boost::asio::ssl::context> tls_context_;
  std::unique_ptr<tls_stream> tls_;
  bool ended_ = false;
  boost::system::error_code last_error_;
};

}  // namespace latchkey::support
