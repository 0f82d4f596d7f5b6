#include "edge/events.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace latchkey::bench::edge {

void event_reader::take(std::string_view bytes, core::steady_time now) {
  constexpr std::string_view mark = "data: ";
  rest_ += bytes;
  for (;;) {
    const auto begin = rest_.find(mark);
    const auto end = rest_.find("\n\n", begin == rest_.npos ? 0 : begin);
    if (begin == rest_.npos || end == rest_.npos) break;
    std::uint64_t number = 0;
    std::int64_t at = 0;
    const auto* last = rest_.data() + end;
    const auto read = std::from_chars(rest_.data() + begin + mark.size(), last, number);
    const bool right = read.ec == std::errc{} && read.ptr != last &&
                       std::from_chars(read.ptr + 1, last, at).ptr == last;
    if (right) seen_[number] = now.time_since_epoch() - std::chrono::nanoseconds{at};
    rest_.erase(0, end + 2);
  }
}

added_latency added_by(const event_latencies& through, const event_latencies& direct) {
  std::vector<core::steady_duration> added;
  for (const auto& [number, took] : through) {
    if (const auto found = direct.find(number); found != direct.end()) {
      added.push_back(took - found->second);
    }
  }
  if (added.empty()) return {};
  std::sort(added.begin(), added.end());
  return {added.size(), added[added.size() / 2], added[(added.size() - 1) * 99 / 100]};
}

}  // namespace latchkey::bench::edge
