// Reads what a measurement needs of an answer's head: a pure function over bytes. Not a general
// parser: answers without a Content-Length are refused, since the servers measured send none.
#pragma once

#include <latchkey/core/result.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace latchkey::bench::load {

struct answer_head {
  unsigned status = 0;
  std::size_t body_bytes = 0;           // 0 for statuses that never have a body
  std::optional<unsigned> retry_after;  // seconds; not for dates
  bool keep_alive = true;

  bool operator==(const answer_head&) const = default;
};

// What a head may take, and the body that follows it.
inline constexpr std::size_t most_head_bytes = 16 * 1024;
inline constexpr std::size_t most_body_bytes = std::size_t{64} * 1024 * 1024;

// `text` is the head with the empty line at its end. errc::bad_answer for another version than
// HTTP/1.1, a status outside 200 to 599, a field without a colon, Transfer-Encoding, and a
// Content-Length that is missing, repeated, no number or above the bound.
core::result<answer_head> parse_answer_head(std::string_view text);

}  // namespace latchkey::bench::load
