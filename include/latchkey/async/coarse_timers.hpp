// Deadlines for very many things at the price of one timer a thread: each entry says until when it
// may wait, and a tick looks at all of them. Moving a deadline is a store. Precise to a tick, so
// not for waits that must end on the dot.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

namespace latchkey::async {

// Lives on one executor, like all its entries.
class coarse_timers {
 public:
  static constexpr std::chrono::milliseconds tick{50};

  class entry {
   public:
    // `on_passed` is called once each time a deadline passes; it must not destroy the entry.
    // `owner` need not outlive the entry.
    entry(coarse_timers& owner, std::function<void()> on_passed);
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry();

    void expires_at(core::deadline until) {
      if (owner_ != nullptr) owner_->places_[place_].until = until.at();
    }

   private:
    friend class coarse_timers;
    coarse_timers* owner_;
    std::size_t place_ = 0;
    std::function<void()> on_passed_;
  };

  explicit coarse_timers(executor where) : timer_{where} {}
  coarse_timers(const coarse_timers&) = delete;
  coarse_timers& operator=(const coarse_timers&) = delete;
  ~coarse_timers();

 private:
  // Side by side, so that a tick does not touch the connections themselves.
  struct place {
    core::steady_time until;
    entry* whose;
  };

  void arm();
  void look(core::steady_time now);

  std::vector<place> places_;
  timer timer_;
  bool armed_ = false;
};

}  // namespace latchkey::async
