// Whether a store can be used, as its owner is told: once for each change, from any thread. Not for
// what each call is told.
#pragma once

#include <latchkey/store/note_store.hpp>

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::store {

class store_state {
 public:
  // `part` has static storage.
  store_state(std::string_view part, tell_event tell) : part_{part}, tell_{std::move(tell)} {}

  // `state` has static storage.
  void is(std::string_view state, const std::string& detail = {}) {
    const std::lock_guard lock{mutex_};
    if (state == last_) return;
    last_ = state;
    if (tell_) tell_({part_, state, detail});
  }

 private:
  std::string_view part_;
  tell_event tell_;
  std::mutex mutex_;
  std::string_view last_ = "available";
};

}  // namespace latchkey::store
