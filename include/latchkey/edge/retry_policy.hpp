// Whether a request whose attempt failed is sent again, and whether one more may be sent at all:
// retries, their budget, and the limits of an upstream. Pure. Not for where it is sent: balance.
#pragma once

#include <latchkey/http/request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>

namespace latchkey::edge {

// RFC 9110 section 9.2.2. Not a method without a name here.
bool is_idempotent(http::verb method);

// How an attempt failed.
struct failed_attempt {
  http::verb method = http::verb::unknown;
  bool connected = false;     // the connection stood, with TLS where that is spoken
  bool reused = false;        // it had served another request before
  bool peer_ended = false;    // it was ended or reset by the peer; not by a deadline of ours
  bool body_begun = false;    // a byte of the body had been taken from the client
  bool answer_begun = false;  // a byte of an answer had come
  unsigned attempts = 1;      // for this request so far, this one among them
  bool repeated = false;      // one of them was made as once_more
};

enum class retry : std::uint8_t {
  no,
  // The upstream has seen nothing of it: on an address that has not been tried.
  another_address,
  // It may have been seen; the same again does no harm: on a new connection.
  once_more,
};
std::string_view to_string(retry value);
std::ostream& operator<<(std::ostream& out, retry value);

struct retry_settings {
  unsigned attempts = 3;  // for one request, the first among them; 1: none is sent again
  double budget = 0.2;    // the share of the requests in flight that may be sent once more
  unsigned least = 3;     // so many may be, however few are in flight

  bool operator==(const retry_settings&) const = default;
};

// Throws std::invalid_argument for 0 attempts and a budget outside [0, 1].
void check(const retry_settings& settings);

// How many requests of an upstream are under way, and how many of them are retries.
struct in_flight {
  std::size_t requests = 0;
  std::size_t retries = 0;
};

// Sent again is what never reached a connection, whatever its method and the budget; and, within
// the budget, what was sent on a reused connection that its peer ended before any byte of an
// answer, if the method is idempotent, the body had not begun, and it was not once more already.
// Nothing else.
retry decide(const failed_attempt& attempt, const in_flight& now, const retry_settings& settings);

struct circuit_limits {
  std::size_t outstanding = 1024;  // requests under way
  std::size_t waiting = 1024;      // for one of those to end

  bool operator==(const circuit_limits&) const = default;
};

enum class admission : std::uint8_t {
  go,
  wait,    // until another request has ended; those that wait longer go first
  refuse,  // 503 with Retry-After: 1
};
std::string_view to_string(admission value);
std::ostream& operator<<(std::ostream& out, admission value);

// For one more request where so many are under way and so many wait.
admission admit(std::size_t outstanding, std::size_t waiting, const circuit_limits& limits);

// What one of several threads may use of limits for all of them: the parts add up to the whole, and
// are at least one each.
circuit_limits share_of(const circuit_limits& whole, std::size_t threads, std::size_t index);

}  // namespace latchkey::edge
