// One keep-alive connection of the load client: sends prepared bytes, reads one answer, connects
// anew where it was closed. OpenSSL works on the socket itself. Not for pipelining, and it never
// repeats a request by itself.
#pragma once

#include "load/answer_head.hpp"
#include "load/client_tls.hpp"

#include <latchkey/async/task.hpp>
#include <latchkey/async/watchdog.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::bench::load {

// Where to, and how.
struct target {
  async::tcp::endpoint where;
  std::string host = "localhost";         // for TLS
  std::shared_ptr<const client_tls> tls;  // null: plain
};

struct answer {
  answer_head head;
  std::string_view body;  // of the connection; valid until its next call
};

// Lives on one executor.
class connection {
 public:
  // Deadlines are held to the watchdog's tick; it must outlive the connection.
  connection(async::executor where, async::watchdog& dog, target to);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Connects and shakes hands, unless that is done already.
  async::task<core::error_code> open(core::deadline until);

  // Opens it if need be, sends `request` (which must live until the task ends) and reads the
  // answer. After an error, or an answer that says so, the next call connects anew.
  async::task<core::result<answer>> exchange(std::string_view request, core::deadline until);

  void close();
  // How often it has connected.
  std::uint64_t connects() const { return connects_; }

 private:
  enum class wanted : std::uint8_t { read, write };
  async::task<core::error_code> connect();
  async::task<core::error_code> handshake();
  async::task<core::error_code> write(std::string_view bytes);
  // Appends what comes to the buffer; at least one byte.
  async::task<core::error_code> read_more();
  async::task<core::result<answer>> read_answer();
  async::task<core::error_code> wait(wanted event);
  core::result<wanted> want(int outcome) const;

  async::tcp_socket socket_;
  target to_;
  ssl_ptr ssl_;
  async::watchdog::entry entry_;
  std::string buffer_;
  std::uint64_t connects_ = 0;
  bool open_ = false;
  bool timed_out_ = false;
};

}  // namespace latchkey::bench::load
