// A listener that does to its clients exactly what a test tells it to, on a thread of its own: one
// connection after another, blocking. Not for serving.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <poll.h>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace latchkey::support {

class raw_server {
 public:
  using socket = boost::asio::ip::tcp::socket;
  // The connection ends when the script does.
  using script = std::function<void(socket&)>;

  explicit raw_server(script act)
      : acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}},
        endpoint_{acceptor_.local_endpoint()},
        act_{std::move(act)},
        thread_{[this] { serve(); }} {}
  ~raw_server() {
    // Wakes the thread: accept then fails.
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;

  boost::asio::ip::tcp::endpoint endpoint() const { return endpoint_; }
  std::string port() const { return std::to_string(endpoint_.port()); }
  int connections() const { return connections_; }

  // What scripts are made of. False once the client has gone.
  static bool send(socket& to, std::string_view bytes) {
    boost::system::error_code error;
    boost::asio::write(to, boost::asio::buffer(bytes), error);
    return !error;
  }
  static std::string read_head(socket& from) {
    std::string text;
    boost::system::error_code error;
    boost::asio::read_until(from, boost::asio::dynamic_buffer(text), "\r\n\r\n", error);
    return text;
  }
  // Waits for the client to go away; false if it has not within `patience`.
  static bool gone(socket& client, std::chrono::milliseconds patience) {
    ::pollfd watched{client.native_handle(), POLLIN | POLLRDHUP, 0};
    return ::poll(&watched, 1, static_cast<int>(patience.count())) != 0;
  }
  static void read_to_end(socket& from) {
    std::array<char, 4096> sink;
    boost::system::error_code error;
    while (!error) from.read_some(boost::asio::buffer(sink), error);
  }
  // The client is told of a reset instead of an end.
  static void reset(socket& to) {
    to.set_option(boost::asio::socket_base::linger{true, 0});
    to.close();
  }

 private:
  void serve() {
    for (;;) {
      boost::system::error_code error;
      socket peer{io_};
      acceptor_.accept(peer, error);
      if (error) return;
      ++connections_;
      act_(peer);
    }
  }

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint endpoint_;
  script act_;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace latchkey::support
