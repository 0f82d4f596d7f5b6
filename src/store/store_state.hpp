// Whether a store can be used, as its owner is told: once for each change, from any thread, and of
// each state at most once in ten seconds. Not for what each call is told.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/store/note_store.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::store {

class store_state {
 public:
  // `part` has static storage.
  store_state(std::string_view part, tell_event tell, core::clock clock)
      : part_{part}, tell_{std::move(tell)}, clock_{std::move(clock)} {}

  // `state` has static storage. What comes back too soon is told when it is said again later: of a
  // store that is nearly full every other call may fail.
  void is(std::string_view state, const std::string& detail = {}) {
    const std::lock_guard lock{mutex_};
    if (state == told_ && detail == detail_) return;
    const auto now = clock_.steady();
    auto found = std::find_if(times_.begin(), times_.end(),
                              [state](const auto& one) { return one.first == state; });
    if (found == times_.end()) {
      found = times_.emplace(times_.end(), state, now);
    } else if (now - found->second < pause) {
      return;
    }
    found->second = now;
    told_ = state;
    detail_ = detail;
    if (tell_) tell_({part_, state, detail});
  }

 private:
  static constexpr std::chrono::seconds pause{10};

  std::string_view part_;
  tell_event tell_;
  core::clock clock_;
  std::mutex mutex_;
  std::string_view told_ = "available";
  std::string detail_;
  std::vector<std::pair<std::string_view, core::steady_time>> times_;  // when each was told last
};

}  // namespace latchkey::store
