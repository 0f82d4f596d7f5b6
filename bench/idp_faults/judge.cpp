#include "idp_faults/judge.hpp"

#include "common/durations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace latchkey::bench::idp_faults {
namespace {

using core::steady_duration;
using core::steady_time;
using load::sample;

// What may never be answered, whenever; empty where nothing of it was.
std::string never(std::span<const sample> probes, const fault_bounds& bounds) {
  for (const auto& one : probes) {
    if (one.status == 0) return "a request without an answer: " + one.error.message();
    if (one.status == 200) continue;
    if (bounds.harmless || one.status != 503) return fmt::format("a {}", one.status);
    if (one.retry_after.value_or(0) == 0) return "a 503 without Retry-After";
  }
  return {};
}

// Too early a 503 or too late a 200.
std::string out_of_time(std::span<const sample> probes, const fault_times& times,
                        const fault_bounds& bounds) {
  const auto earliest = times.set + bounds.max_stale - bounds.newest_age;
  const auto latest = times.shown + bounds.max_stale + bounds.slack;
  for (const auto& one : probes) {
    const auto since = in_seconds(one.sent - times.set);
    if (one.status == 503 && one.answered < earliest) {
      return fmt::format("503 already {:.2f} s after it began", since);
    }
    if (one.status == 200 && one.sent > latest && one.answered < times.healed) {
      return fmt::format("200 still {:.2f} s after it began", since);
    }
  }
  return {};
}

}  // namespace

std::uint64_t max_fetches(steady_duration elapsed, steady_duration cooldown) {
  return 1 + static_cast<std::uint64_t>(elapsed / cooldown);
}

bool tail_holds(steady_duration before, steady_duration now) {
  return now <= 2 * before;
}

bool rightly_refused(const refusal& one, std::span<const seen_fetch> fetches,
                     steady_duration cooldown, steady_duration settle) {
  bool none_permitted = false;
  for (const auto& fetch : fetches) {
    if (fetch.after >= one.published && fetch.until + settle <= one.sent) return false;
    if (fetch.after > one.answered) continue;
    if (fetch.until > one.sent - cooldown) none_permitted = true;
  }
  return none_permitted;
}

check_result judge_fault(std::span<const sample> probes, const fault_times& times,
                         const fault_bounds& bounds) {
  const auto seen = statuses_of(probes);
  if (const auto wrong = never(probes, bounds); !wrong.empty()) return {false, wrong + "; " + seen};
  const bool refused = count_of(probes, 503) != 0;
  if (bounds.harmless) return {!probes.empty(), seen};
  if (!refused) return {false, "never 503; " + seen};
  if (const auto wrong = out_of_time(probes, times, bounds); !wrong.empty()) {
    return {false, wrong + "; " + seen};
  }
  steady_time first = steady_time::max();
  steady_time last = steady_time::min();
  for (const auto& one : probes) {
    if (one.status != 503) continue;
    first = std::min(first, one.answered);
    last = std::max(last, one.sent);
  }
  const auto healing = std::max(last - times.healed, steady_duration::zero());
  const bool healed =
      healing <= bounds.heal_within && !probes.empty() && probes.back().status == 200;
  return {healed, fmt::format("{}; 503 after {:.1f} s, {} {:.1f} s after healing", seen,
                              in_seconds(first - times.set),
                              probes.back().status == 200 ? "200 again" : "still 503",
                              in_seconds(healing))};
}

std::string statuses_of(std::span<const sample> samples) {
  std::map<std::string, std::size_t> counts;
  for (const auto& one : samples) {
    ++counts[one.status != 0 ? std::to_string(one.status) : one.error.message()];
  }
  std::string text;
  for (const auto& [what, count] : counts) {
    text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", count, what);
  }
  return text.empty() ? "nothing" : text;
}

std::size_t count_of(std::span<const sample> samples, unsigned status) {
  return static_cast<std::size_t>(
      std::count_if(samples.begin(), samples.end(),
                    [status](const sample& one) { return one.status == status; }));
}

}  // namespace latchkey::bench::idp_faults
