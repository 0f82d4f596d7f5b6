#include <latchkey/async/coarse_timers.hpp>

#include <utility>

namespace latchkey::async {

coarse_timers::entry::entry(coarse_timers& owner, std::function<void()> on_passed)
    : owner_{&owner}, place_{owner.places_.size()}, on_passed_{std::move(on_passed)} {
  // First what may fail, and is of no harm alone.
  if (!owner.armed_) owner.arm();
  owner.places_.push_back({core::steady_time::max(), this});
}

coarse_timers::entry::~entry() {
  if (owner_ == nullptr) return;
  auto& places = owner_->places_;
  places[place_] = places.back();
  places[place_].whose->place_ = place_;
  places.pop_back();
}

coarse_timers::~coarse_timers() {
  for (const auto& one : places_) one.whose->owner_ = nullptr;
}

void coarse_timers::arm() {
  timer_.expires_after(tick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    // Cancelled only by the destructor: `this` may be gone.
    if (error) return;
    armed_ = false;
    look(core::steady_time::clock::now());
    if (!places_.empty() && !armed_) arm();
  });
  armed_ = true;
}

void coarse_timers::look(core::steady_time now) {
  // From the end, since what a call removes has its place taken by the last, which has been seen.
  for (auto i = places_.size(); i-- > 0;) {
    // A call may have removed many.
    if (i >= places_.size() || now < places_[i].until) continue;
    places_[i].until = core::steady_time::max();
    places_[i].whose->on_passed_();
  }
}

}  // namespace latchkey::async
