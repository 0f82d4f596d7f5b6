// A clock that stands still until a test moves it. Not for code that waits on timers.
#pragma once

#include <latchkey/core/time.hpp>

#include <memory>

namespace latchkey::support {

class manual_clock {
 public:
  // Starts at `unix_seconds` of wall time, and at an arbitrary steady time.
  explicit manual_clock(std::int64_t unix_seconds = 1'795'434'824)
      : state_{std::make_shared<state>()} {
    state_->wall = core::wall_time{std::chrono::seconds{unix_seconds}};
    state_->steady = core::steady_time{std::chrono::hours{1}};
    state_->aging = core::steady_time{std::chrono::hours{5}};
  }

  void advance(core::steady_duration by) {
    state_->wall += std::chrono::duration_cast<core::wall_time::duration>(by);
    state_->steady += by;
    state_->aging += by;
  }
  // The machine sleeps: timers stand still.
  void suspend(core::steady_duration by) {
    set_wall(by);
    state_->aging += by;
  }
  // Somebody sets the wall clock, by so much forward or back.
  void set_wall(core::steady_duration by) {
    state_->wall += std::chrono::duration_cast<core::wall_time::duration>(by);
  }
  core::wall_time wall() const { return state_->wall; }
  core::steady_time steady() const { return state_->steady; }

  // The functions share this clock's state and may outlive it.
  core::clock clock() const {
    return {[s = state_] { return s->wall; }, [s = state_] { return s->steady; },
            [s = state_] { return s->aging; }};
  }

 private:
  struct state {
    core::wall_time wall;
    core::steady_time steady;
    core::steady_time aging;
  };
  std::shared_ptr<state> state_;
};

}  // namespace latchkey::support
