#include <latchkey/async/waiters.hpp>
#include <latchkey/auth/shared_checks.hpp>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace latchkey::auth {
namespace {

// On one thread nobody waits so long, unless there was no memory to wake him.
constexpr core::steady_duration without_wake = std::chrono::seconds{1};

}  // namespace

bool check_subject::is(const check_subject& other) const {
  return token.hash == other.token.hash && key == other.key && alg == other.alg &&
         token.text == other.token.text;
}

struct shared_checks::follower {
  follower(const async::executor& home, turn& by, bool same_thread)
      : waiting{home}, beside{same_thread}, leader{&by} {}

  async::waiter waiting;
  const bool beside;  // the leader is on the same thread
  // Under the lock of the bucket.
  turn* leader;  // null once that has ended
  std::optional<core::error_code> outcome;
};

shared_checks::turn::turn(std::shared_ptr<shared_checks> all, const check_subject& what,
                          const async::executor& home)
    : all_{std::move(all)}, what_{what}, home_{home} {
  auto& in = all_->bucket_of(what_);
  const std::lock_guard guard{in.lock};
  for (auto* one = in.first; one != nullptr; one = one->next_) {
    if (one->what_.is(what_)) {
      follow(*one);
      return;
    }
  }
  role_ = role::leads;
  next_ = std::exchange(in.first, this);
}

void shared_checks::turn::follow(turn& leader) {
  if (leader.followers_.size() >= max_followers) return;
  try {
    auto made = std::make_shared<follower>(home_, leader, home_ == leader.home_);
    leader.followers_.push_back(made);
    mine_ = std::move(made);
    role_ = role::follows;
  } catch (const std::bad_alloc&) {
    // Alone, then.
    return;
  }
}

async::task<std::optional<core::error_code>> shared_checks::turn::outcome(core::deadline until) {
  const auto patience = mine_->beside ? std::max(all_->patience_, without_wake) : all_->patience_;
  // By the clock of the timers, which is what waits here.
  const core::deadline at_last{std::chrono::steady_clock::now() + patience};
  co_await mine_->waiting.wait(at_last.sooner(until));
  const std::lock_guard guard{all_->bucket_of(what_).lock};
  co_return mine_->outcome;
}

shared_checks::turn::~turn() {
  if (role_ == role::leads) dismiss_followers();
  if (role_ == role::follows) leave();
}

// The leader may outlive the context that the timer of who waits belongs to.
void shared_checks::turn::leave() noexcept {
  const std::lock_guard guard{all_->bucket_of(what_).lock};
  if (mine_->leader == nullptr) return;
  auto& all = mine_->leader->followers_;
  std::swap(*std::find(all.begin(), all.end(), mine_), all.back());
  all.pop_back();
}

void shared_checks::turn::dismiss_followers() noexcept {
  auto& in = all_->bucket_of(what_);
  {
    const std::lock_guard guard{in.lock};
    auto** at = &in.first;
    while (*at != this) at = &(*at)->next_;
    *at = next_;
    for (auto& one : followers_) {
      one->outcome = outcome_;
      one->leader = nullptr;
    }
  }
  // Nobody adds to them any more, or leaves.
  for (auto& one : followers_) {
    auto& waiting = one->waiting;
    try {
      async::waiter::wake({std::move(one), &waiting});
    } catch (const std::bad_alloc&) {
      // It wakes by itself when its patience ends.
      continue;
    }
  }
}

}  // namespace latchkey::auth
