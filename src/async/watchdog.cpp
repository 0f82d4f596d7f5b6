#include <latchkey/async/watchdog.hpp>

#include <utility>

namespace latchkey::async {

watchdog::entry::entry(watchdog& owner, std::function<void()> on_passed)
    : on_passed_{std::move(on_passed)} {
  owner.entries_.push_back(*this);
  if (!owner.armed_) owner.arm();
}

void watchdog::arm() {
  armed_ = true;
  timer_.expires_after(tick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    // Cancelled only by the destructor: `this` may be gone.
    if (error) return;
    armed_ = false;
    look(core::steady_time::clock::now());
    if (!entries_.empty() && !armed_) arm();
  });
}

void watchdog::look(core::steady_time now) {
  // Each entry is moved over before its call: what the call removes leaves whichever list it is in.
  decltype(entries_) unseen;
  unseen.swap(entries_);
  while (!unseen.empty()) {
    auto& current = unseen.front();
    unseen.pop_front();
    entries_.push_back(current);
    if (now < current.until_) continue;
    current.until_ = core::steady_time::max();
    current.on_passed_();
  }
}

}  // namespace latchkey::async
