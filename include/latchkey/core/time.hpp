// Time as an argument: the two clocks as injected functions, and the deadline that waiting code
// takes. Not for timers: those belong to the code that waits.
#pragma once

#include <chrono>
#include <functional>

namespace latchkey::core {

using wall_time = std::chrono::system_clock::time_point;
using steady_time = std::chrono::steady_clock::time_point;
using steady_duration = std::chrono::steady_clock::duration;

// What time it is. `wall` judges tokens, `steady` judges waiting: timers run on it.
struct clock {
  std::function<wall_time()> wall;
  std::function<steady_time()> steady;
  // Judges ages: like `steady`, but goes on while the machine is suspended. The two have nothing to
  // do with each other; no timer and no deadline takes a moment of this one. Empty: `steady`.
  std::function<steady_time()> aging = {};

  steady_time age_now() const { return aging ? aging() : steady(); }
};

// The clocks of this machine. Programs use it; tests bring their own.
clock system_clock();

// The last moment at which a wait may still end well. A value: copy it.
class deadline {
 public:
  // Never passes.
  constexpr deadline() = default;
  constexpr explicit deadline(steady_time at) : at_{at} {}

  constexpr steady_time at() const { return at_; }
  constexpr bool passed(steady_time now) const { return now >= at_; }

  // The earlier of the two.
  constexpr deadline sooner(deadline other) const { return other.at_ < at_ ? other : *this; }

 private:
  steady_time at_ = steady_time::max();
};

}  // namespace latchkey::core
