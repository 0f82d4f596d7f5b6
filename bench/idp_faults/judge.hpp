// Whether the requirements hold, decided from recorded responses: pure functions. Not for
// measuring.
#pragma once

#include "load/sample.hpp"

#include <latchkey/core/time.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace latchkey::bench::idp_faults {

// The most fetches that unknown kids may cause in that time: one at once, and one for each
// cool-down that has passed.
std::uint64_t max_fetches(core::steady_duration elapsed, core::steady_duration cooldown);

// Whether a valid caller's 99th percentile is at most twice what it was before.
bool tail_holds(core::steady_duration before, core::steady_duration now);

// A fetch as the provider's counter shows it: not yet counted at `after`, counted at `until`.
struct seen_fetch {
  core::steady_time after;
  core::steady_time until;
};

// A request whose key had been published and was refused as unknown.
struct refusal {
  core::steady_time published;  // its key was in the provider's answers from here on
  core::steady_time sent;
  core::steady_time answered;
};

// Whether 401 was the correct answer: a fetch had begun less than a cool-down before the request,
// so that no other was permitted, and none that had ended held the key. `settle`: the longest time
// from a fetch to the use of its keys.
bool rightly_refused(const refusal& one, std::span<const seen_fetch> fetches,
                     core::steady_duration cooldown, core::steady_duration settle);

// What a known key may be told through a fault, and after it.
struct fault_bounds {
  bool harmless = false;  // the fault is none to the server: 200 all the time
  core::steady_duration max_stale{};
  core::steady_duration newest_age{};   // how old the keys may be when the fault begins
  core::steady_duration heal_within{};  // after it has ended
  core::steady_duration slack{};
};
struct fault_times {
  core::steady_time set;    // it was ordered
  core::steady_time shown;  // and certainly shown
  core::steady_time healed;
};
struct check_result {
  bool ok = false;
  std::string measured;
};

// `probes` in the order in which they were sent, from before the fault to after it.
check_result judge_fault(std::span<const load::sample> probes, const fault_times& times,
                         const fault_bounds& bounds);

// "3 x 200, 1 x 401, 2 x timeout".
std::string statuses_of(std::span<const load::sample> samples);
// How many have that status.
std::size_t count_of(std::span<const load::sample> samples, unsigned status);

}  // namespace latchkey::bench::idp_faults
