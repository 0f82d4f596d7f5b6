// What one thread of a server counts of its connections, for others to read, and the same of all
// threads together. Not for what requests came to: http/exchange.
#pragma once

#include <latchkey/core/counter.hpp>
#include <latchkey/core/text_counts.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace latchkey::server {

// What a connection ended by.
enum class close_reason : std::uint8_t {
  client,     // the client has ended it, or is gone
  idle,       // no further request came in time
  answered,   // with its last answer, as one of the two sides asked
  refused,    // the head of a request was refused, or did not come in time
  failed,     // an answer could not be sent whole
  tunnel,     // it was a tunnel, which has ended
  handshake,  // there was none
  too_many,   // its client had all it may have, or there was no room: closed at once
  replaced,   // closed for another one
  drain,      // the server ends
  fault,      // of the program
};
inline constexpr std::size_t close_reason_count = 11;

std::string_view to_string(close_reason why);

// TLS as it was agreed on.
enum class tls_version : std::uint8_t { tls_1_2, tls_1_3, other };
inline constexpr std::size_t tls_version_count = 3;

// "1.2", "1.3", "other".
std::string_view to_string(tls_version version);

struct worker_counts {
  core::counter accepted;
  core::counter in_flight;  // requests, now
  std::array<core::counter, close_reason_count> closed;
  // By version, and whether a session was resumed.
  std::array<std::array<core::counter, 2>, tls_version_count> handshakes;
  core::text_counts failed_handshakes;

  void close(close_reason why) { closed[static_cast<std::size_t>(why)].add(); }
};

struct server_totals {
  std::uint64_t open = 0;
  std::uint64_t accepted = 0;
  std::uint64_t in_flight = 0;
  std::array<std::uint64_t, close_reason_count> closed{};
  std::array<std::array<std::uint64_t, 2>, tls_version_count> handshakes{};
  std::map<std::string, std::uint64_t, std::less<>> failed_handshakes;

  server_totals& operator+=(const worker_counts& more);
};

}  // namespace latchkey::server
