// One keep-alive connection of the load client: sends prepared bytes, reads one answer, connects
// anew where it was closed. Not for pipelining, nor for trying again what has failed: a request is
// repeated only where the peer had ended the connection before it came.
#pragma once

#include "load/answer_reader.hpp"
#include "load/client_tls.hpp"

#include <latchkey/async/coarse_timers.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::load {

// Where to, and how.
struct target {
  async::tcp::endpoint where;
  std::vector<async::tcp::endpoint> also;  // in turn, where no connection to that can be made
  std::string host = "localhost";          // for TLS
  std::shared_ptr<const client_tls> tls;   // null: plain
  bool resume = false;                     // take up the session of the connection before
  bool keep_bodies = true;                 // false: they are counted only
  bool repeatable = true;  // requests may be sent twice: idempotent (RFC 9110 section 9.2.2)
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
  // Deadlines are held to the tick of the coarse timers, which must outlive the connection.
  connection(async::executor where, async::coarse_timers& timers, target to);
  ~connection() { close(); }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  // Connects and shakes hands, unless that is done already and the peer has not ended it since.
  // Each address but the last gets its share of the time; the error is that of the first.
  async::task<core::error_code> open(core::deadline until);

  // Opens it if need be, sends `request` (which must live until the task ends) and reads the
  // answer. Where a connection that was there before ends without a byte of an answer, and the
  // target says that it may, the request is sent once more over a new one (RFC 9112 section 9.3.1).
  // After an error, or an answer that says so, the next call connects anew. `to_head`: it is a HEAD
  // request.
  async::task<core::result<answer>> exchange(std::string_view request, core::deadline until,
                                             bool to_head = false);

  // What is under way fails as timed out.
  void cancel();
  void close();
  // Whether it is open and the peer has not ended it since; closed where it has.
  bool is_ready();
  // How often it has connected.
  std::uint64_t connects() const { return connects_; }
  // How often the peer had ended it between two requests, and how many requests were therefore sent
  // a second time.
  std::uint64_t ended_idle() const { return ended_idle_; }
  std::uint64_t repeated() const { return repeated_; }
  // When connects() is above 0.
  const connecting& last() const { return last_; }
  // Null where plain, or closed.
  const SSL* tls() const { return ssl_.get(); }

 private:
  enum class wanted : std::uint8_t { read, write };
  async::task<core::error_code> connect(core::deadline until);
  async::task<core::error_code> connect_to(async::tcp::endpoint place);
  async::task<core::error_code> handshake();
  void note_answer(const answer& got);
  // Whether the peer may be about to end a connection that has waited so long.
  bool is_worn_out(core::steady_duration idle) const;
  // Takes in what has come since the last answer; false where that is its end.
  bool is_still_open();
  void give_up();
  async::task<core::error_code> write(std::string_view bytes);
  // As much as goes at once.
  core::result<std::size_t> write_some(std::string_view bytes);
  async::task<core::error_code> fill();
  async::task<core::result<answer>> read_answer();
  // Hands what is there to the reader.
  core::result<reading> read_records();
  async::task<core::error_code> writable();
  core::result<wanted> want(int outcome) const;
  core::error_code handshake_error() const;

  async::tcp_socket socket_;
  target to_;
  record_buffer records_;
  ssl_ptr ssl_;
  session_ptr session_;
  async::coarse_timers::entry entry_;
  answer_reader reader_;
  connecting last_;
  std::uint64_t connects_ = 0;
  std::uint64_t ended_idle_ = 0;
  std::uint64_t repeated_ = 0;
  std::size_t place_ = 0;        // of the addresses, the one that was connected to
  core::steady_time used_at_;    // when it was made, or has answered
  core::steady_time looked_at_;  // when it was last known to be open
  std::optional<core::steady_duration> most_idle_;  // as the peer says
  bool fresh_ = false;                              // made by the open() that was called last
  bool open_ = false;
  bool timed_out_ = false;
  bool cancelled_ = false;
};

}  // namespace latchkey::bench::load
