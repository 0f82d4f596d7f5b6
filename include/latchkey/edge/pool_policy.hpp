// Whether an idle connection to an upstream may carry another request. Pure: the time and what a
// peek at the socket found are arguments. Not for keeping the connections.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/http1/response_head.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string_view>

namespace latchkey::edge {

struct pool_settings {
  core::steady_duration idle = std::chrono::seconds{60};  // never kept idle for longer
  core::steady_duration life = std::chrono::hours{1};     // from when it was made
  core::steady_duration unlearned =
      std::chrono::seconds{4};  // idle, while the upstream has told nothing
  core::steady_duration margin = std::chrono::seconds{1};  // taken off what it has told
  // What must arrive is sent on a pooled connection only while it has been idle for less than this
  // share of what it may, and for less than this where nothing has been told.
  double certain = 0.5;
  core::steady_duration certain_unlearned = std::chrono::milliseconds{500};

  bool operator==(const pool_settings&) const = default;
};

// What the upstream says of the connection it answers on (Keep-Alive, RFC 2068 section 19.7.1.1).
struct keep_alive {
  std::optional<std::chrono::seconds> timeout;  // how long it stays open idle; at most a day
  std::optional<unsigned> max;  // how many more requests it takes; at most 1,000,000

  bool operator==(const keep_alive&) const = default;
};

// The value of a Keep-Alive field: "timeout=5, max=100". What is not a parameter of these two, a
// number of more than 9 digits, and one that is there twice are taken for not told.
keep_alive parse_keep_alive(std::string_view value);

// What the head of an answer tells; nothing where it has two such fields.
keep_alive keep_alive_of(const http1::response_head& head);

// What a peek at the socket of an idle connection found.
enum class peeked : std::uint8_t {
  nothing,  // as it should be
  end,      // the peer has ended its side
  bytes,    // of nobody's answer
  failed,
};

struct idle_connection {
  core::steady_time made = {};
  core::steady_time idle_since = {};
  // Of the upstream's address, as last told on any of its connections.
  std::optional<std::chrono::seconds> told_timeout = {};
  std::optional<unsigned> told_max = {};  // on this connection's last answer
};

enum class reuse : std::uint8_t {
  use,
  // Not for this request: it may have been ended just now, and this one cannot be sent again. Leave
  // it to others and take a fresh one.
  leave,
  close,
};
std::string_view to_string(reuse value);
std::ostream& operator<<(std::ostream& out, reuse value);

// How long a connection to such an upstream is kept idle. Not negative; zero: not at all.
core::steady_duration longest_idle(const std::optional<std::chrono::seconds>& told_timeout,
                                   const pool_settings& settings);

// `repeatable`: the method is idempotent and there is no body, so that retry_policy can have it
// sent again should the connection end under it.
reuse decide(const idle_connection& connection, peeked found, bool repeatable,
             core::steady_time now, const pool_settings& settings);

// When an idle connection is to be closed if nobody has used it before.
core::steady_time expires_at(const idle_connection& connection, const pool_settings& settings);

}  // namespace latchkey::edge
