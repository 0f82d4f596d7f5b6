#include "edge/takeover.hpp"

#include "common/durations.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace latchkey::bench::edge {

takeover_figures figures_of(std::span<const timed_request> all, core::steady_time killed,
                            core::steady_time gone) {
  takeover_figures made;
  for (const auto& one : all) {
    ++made.sent;
    if (one.right) {
      if (one.answered >= killed) made.longest = std::max(made.longest, one.answered - one.sent);
    } else if (one.sent >= gone) {
      ++made.failed_later;
    } else {
      ++(one.answered < killed ? made.failed_before : made.failed_in_flight);
    }
  }
  return made;
}

std::string first_failed_later(std::span<const timed_request> all, core::steady_time gone) {
  for (const auto& one : all) {
    if (one.right || one.sent < gone) continue;
    return fmt::format("{} {} after {:.1f} ms, taking {:.1f} ms", one.post ? "POST" : "GET",
                       one.status, in_milliseconds(one.sent - gone),
                       in_milliseconds(one.answered - one.sent));
  }
  return {};
}

}  // namespace latchkey::bench::edge
