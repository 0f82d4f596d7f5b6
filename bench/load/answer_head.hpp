// Reads what a measurement needs of an answer's head: a pure function over bytes. Not a strict
// parser, as the server's is: whether the answer is a good one is not judged, only where it ends.
#pragma once

#include <latchkey/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace latchkey::bench::load {

// How the end of a body is told (RFC 9112 section 6.3).
enum class framing : std::uint8_t { length, chunked, until_close };

struct answer_head {
  unsigned status = 0;
  framing framed = framing::length;
  std::size_t body_bytes = 0;           // where framed by length; 0 for statuses without a body
  std::optional<unsigned> retry_after;  // seconds; not for dates
  bool keep_alive = true;
  std::optional<unsigned> idle_seconds = {};  // the timeout of a Keep-Alive field

  bool operator==(const answer_head&) const = default;
};

// What a head may take, and a body that is kept.
inline constexpr std::size_t most_head_bytes = 64 * 1024;
inline constexpr std::size_t most_body_bytes = std::size_t{64} * 1024 * 1024;

// `text` is the head with the empty line at its end. `to_head`: it answers a HEAD request, and has
// no body whatever its fields say (RFC 9112 section 6.3). errc::bad_answer for another version than
// HTTP/1.1 and HTTP/1.0, a status outside 100 to 599, a field without a colon, a transfer coding
// that is not chunked alone, one beside a Content-Length, and a Content-Length that is repeated or
// no number.
core::result<answer_head> parse_answer_head(std::string_view text, bool to_head = false);

}  // namespace latchkey::bench::load
