// The facts that a measurement needs of a response head: a pure function. Not for parsing it:
// http1/response_head does that.
#pragma once

#include <latchkey/http1/response_head.hpp>

#include <cstddef>
#include <optional>

namespace latchkey::bench::load {

struct answer_head {
  unsigned status = 0;
  std::optional<unsigned> retry_after;  // seconds; not for dates
  bool keep_alive = true;
  std::optional<unsigned> idle_seconds = {};  // the timeout of a Keep-Alive field

  bool operator==(const answer_head&) const = default;
};

// What a head may take, and a body that is kept.
inline constexpr std::size_t max_head_bytes = 64 * 1024;
inline constexpr std::size_t max_body_bytes = std::size_t{64} * 1024 * 1024;

answer_head answer_head_of(const http1::response_head& head);

}  // namespace latchkey::bench::load
