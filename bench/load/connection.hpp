// One keep-alive connection of the load client: sends prepared bytes, reads one response,
// reconnects after a close. Not for pipelining, nor for retries: a request is sent again only if
// the peer had closed the connection before it arrived.
#pragma once

#include "load/answer_reader.hpp"

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/client_tls.hpp>
#include <latchkey/net/transport.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::load {

// The client's side of TLS, offering HTTP/1.1 alone.
std::shared_ptr<const net::client_tls> http1_over_tls(net::client_tls_settings with);

// Where to, and how.
struct target {
  async::tcp::endpoint where;
  std::vector<async::tcp::endpoint> also;      // in turn, where no connection to that can be made
  std::string host = "localhost";              // for TLS
  std::shared_ptr<const net::client_tls> tls;  // null: plain
  bool resume = false;                         // take up the session of the connection before
  bool keep_bodies = true;                     // false: they are counted only
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
  // Deadlines are held to the tick of the coarse timers. `waits` must outlive the connection.
  connection(async::socket_waits& waits, target to);
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
  // Not while open() or exchange() is under way.
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
  const SSL* tls() const { return transport_ ? transport_->tls() : nullptr; }

 private:
  async::task<core::error_code> connect(core::deadline until);
  async::task<core::error_code> connect_to(async::tcp::endpoint place, core::deadline until);
  async::task<core::error_code> handshake();
  void note_answer(const answer& got);
  // Whether the peer may be about to end a connection that has waited so long.
  bool is_worn_out(core::steady_duration idle) const;
  async::task<core::result<answer>> ask(std::string_view request);
  async::task<core::result<answer>> read_answer();
  // One piece of it.
  async::task<core::result<reading>> read_piece();
  // What ended a connection that was made, as reports count it.
  core::error_code ending(const core::error_code& error) const;

  async::socket_waits& waits_;
  target to_;
  std::unique_ptr<net::transport> transport_;
  net::session_ptr session_;
  std::vector<char> piece_;
  answer_reader reader_;
  connecting last_;
  std::uint64_t connects_ = 0;
  std::uint64_t ended_idle_ = 0;
  std::uint64_t repeated_ = 0;
  std::size_t place_ = 0;        // of the addresses, the one that was connected to
  core::steady_time used_at_;    // when it was made, or has answered
  core::steady_time looked_at_;  // when it was last known to be open
  std::optional<core::steady_duration> max_idle_;  // as the peer says
  bool fresh_ = false;                             // made by the open() that was called last
  bool open_ = false;
  bool busy_ = false;       // open() or exchange() is under way
  bool cancelled_ = false;  // and shall end
};

}  // namespace latchkey::bench::load
