// One keep-alive connection of the load client: sends prepared bytes, reads one answer, connects
// anew where it was closed. Not for pipelining, and it never repeats a request by itself.
#pragma once

#include "load/answer_reader.hpp"
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
  bool resume = false;                    // take up the session of the connection before
  bool keep_bodies = true;                // false: they are counted only
};

struct answer {
  answer_head head;
  std::string_view body;  // of the connection; valid until its next call
  std::uint64_t bytes = 0;
  core::steady_time written;     // when the request's last byte was
  core::steady_time first_byte;  // of the answer
};

// Of the last connection that was made.
struct connecting {
  core::steady_duration connect{};
  core::steady_duration tls{};
  bool resumed = false;
};

// Lives on one executor.
class connection {
 public:
  // Deadlines are held to the watchdog's tick; it must outlive the connection.
  connection(async::executor where, async::watchdog& dog, target to);
  ~connection() { close(); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Connects and shakes hands, unless that is done already.
  async::task<core::error_code> open(core::deadline until);

  // Opens it if need be, sends `request` (which must live until the task ends) and reads the
  // answer. After an error, or an answer that says so, the next call connects anew. `to_head`: it
  // is a HEAD request.
  async::task<core::result<answer>> exchange(std::string_view request, core::deadline until,
                                             bool to_head = false);

  // What is under way fails as timed out.
  void cancel();
  void close();
  bool is_open() const { return open_; }
  // How often it has connected.
  std::uint64_t connects() const { return connects_; }
  // When connects() is above 0.
  const connecting& last() const { return last_; }
  // Null where plain, or closed.
  const SSL* tls() const { return ssl_.get(); }

 private:
  enum class wanted : std::uint8_t { read, write };
  async::task<core::error_code> connect();
  async::task<core::error_code> handshake();
  async::task<core::error_code> write(std::string_view bytes);
  // As much as goes at once.
  core::result<std::size_t> write_some(std::string_view bytes);
  async::task<core::error_code> fill();
  async::task<core::result<answer>> read_answer();
  // Hands what is there to the reader.
  core::result<reading> read_records();
  async::task<core::error_code> writable();
  core::result<wanted> want(int outcome) const;

  async::tcp_socket socket_;
  target to_;
  record_buffer records_;
  ssl_ptr ssl_;
  session_ptr session_;
  async::watchdog::entry entry_;
  answer_reader reader_;
  connecting last_;
  std::uint64_t connects_ = 0;
  bool open_ = false;
  bool timed_out_ = false;
};

}  // namespace latchkey::bench::load
