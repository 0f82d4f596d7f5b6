// Whether this machine's clock and a provider's agree, by the Date field of an answer (RFC 9110
// section 6.6.1). Pure. Not for setting a clock.
#pragma once

#include "finding.hpp"
#include "way.hpp"

#include <latchkey/core/time.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::doctor {

// Of the form that servers have to write: "Sun, 06 Nov 1994 08:49:37 GMT". Nothing for every other.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

// By how much this machine's clock is at least ahead of the other one, in whole seconds; negative:
// behind; zero where they may agree. Date has whole seconds and was written between sending and
// receiving; what a cache held for `age` was written so much earlier.
std::chrono::seconds clock_difference(std::chrono::sys_seconds date, std::chrono::seconds age,
                                      core::wall_time sent, core::wall_time received);

// Nothing where the answer has no date that can be read. `leeway` is clock_skew, by which tokens
// are judged.
std::optional<finding> judge_clock(const std::string& subject, const seen_way& seen,
                                   std::chrono::seconds leeway);

}  // namespace latchkey::doctor
