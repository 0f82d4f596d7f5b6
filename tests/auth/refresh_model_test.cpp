// The refresh policy under random traffic, rotations and outages: whatever happens, what must never
// happen does not. Each seed is a life of its own and always the same one.
#include <latchkey/auth/refresh_policy.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <set>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using core::steady_duration;
using core::steady_time;

using kid_set = std::set<std::string>;

// A provider, a client that does what the policy says, and a watch over both.
class world {
 public:
  // Every seed has settings of its own, too.
  explicit world(unsigned seed) : random_{seed} {
    if (seed % 3 == 0) settings_.max_stale = 0s;
    if (seed % 3 == 1) settings_.max_stale = 2h;
    if (seed % 2 == 0) settings_.client_share = 1;
    settings_.jitter = 0.01 * (seed % 11);
    settings_.cooldown = std::chrono::seconds{1 + seed % 30};
  }

  void step() {
    now_ += pause();
    switch (draw(20)) {
      case 0:
        if (draw(4) == 0) up_ = !up_;
        break;
      case 1:
        if (draw(4) == 0) rotate();
        break;
      case 2:
      case 3:
      case 4:
        wake_up();
        break;
      case 5:
      case 6:
      case 7:
      case 8:
        if (state_.in_flight) finish();
        break;
      default:
        request(any_kid(), any_client());
    }
    check_bounds();
  }

  // From here on the provider is well and the network quick: a token of the newest key has to be
  // let in, for good, within the time that a negative kid, a client's share and a back-off can take
  // together.
  void heal() {
    up_ = true;
    rotate();
    const auto newest = *provider_.rbegin();
    const auto end =
        now_ + settings_.negative_ttl + 2 * settings_.backoff_max + 2s +
        std::chrono::duration_cast<steady_duration>(settings_.cooldown / settings_.client_share);
    while (now_ < end) {
      if (state_.in_flight) finish();
      wake_up();
      request(newest, any_client());
      now_ += 500ms;
    }
    if (state_.in_flight) finish();
    EXPECT_TRUE(known_.count(newest) == 1) << "the newest key was never learnt";
  }

  std::size_t attempts() const { return attempts_; }
  std::size_t successes() const { return successes_; }
  std::size_t failures() const { return failures_; }
  std::size_t unchanged() const { return unchanged_; }
  std::size_t requests() const { return requests_; }
  std::size_t caused_by_unknown_kids() const { return by_client_.size(); }

 private:
  static constexpr unsigned clients = 5;

  unsigned draw(unsigned below) {
    return std::uniform_int_distribution<unsigned>{0, below - 1}(random_);
  }

  // Mostly a blink, at times minutes, now and then days.
  steady_duration pause() {
    const auto kind = draw(1000);
    if (kind < 900) return std::chrono::milliseconds{draw(2000)};
    if (kind < 998) return std::chrono::seconds{draw(600)};
    return std::chrono::hours{draw(30)};
  }

  std::string any_kid() {
    // Old, present and future keys of the provider, and some nobody ever has.
    const auto number = draw(newest_ + 3);
    return draw(5) == 0 ? "bad" + std::to_string(draw(300)) : "k" + std::to_string(number);
  }

  std::string any_client() { return "192.0.2." + std::to_string(draw(clients)); }

  void rotate() {
    provider_.insert("k" + std::to_string(newest_++));
    if (provider_.size() > 2) provider_.erase(provider_.begin());
  }

  void start(std::optional<refresh_cause> cause = std::nullopt) {
    ASSERT_FALSE(state_.in_flight) << "two fetches at a time";
    if (last_start_) {
      // Never sooner than the back-off or the cool-down allow, and a set that was just brought is
      // not renewed before its refresh-ahead moment.
      const auto allowed = std::min(state_.failures > 0 ? state_.retry_at : state_.refresh_at,
                                    *last_start_ + settings_.cooldown);
      const auto stale =
          state_.last_success ? *state_.last_success + longest_use(state_, settings_) : now_;
      ASSERT_GE(now_, state_.failures > 0 ? allowed : std::min(allowed, stale));
    }
    if (cause) {
      const auto vain = in_vain_.find(cause->client);
      const auto spell =
          std::chrono::duration_cast<steady_duration>(settings_.cooldown / settings_.client_share);
      ASSERT_TRUE(vain == in_vain_.end() || now_ - vain->second >= spell)
          << cause->client << " had had its share";
      by_client_.push_back({now_, cause->client});
    }
    last_start_ = now_;
    ++attempts_;
    recent_.push_back(now_);
    cause_ = cause;
    begin_fetch(state_, now_, std::move(cause));
  }

  void finish() {
    const auto before = state_;
    if (up_ && draw(8) != 0) {
      const std::vector<std::string> kids{provider_.begin(), provider_.end()};
      const auto max_age = std::chrono::seconds{60 + draw(3540)};
      const bool changed = provider_ != known_;
      apply(state_, keys_loaded{max_age, changed, kids}, draw(1000) / 1000.0, now_, settings_);
      known_ = provider_;
      ++successes_;
      ASSERT_EQ(state_.generation, before.generation + (changed ? 1U : 0U));
      // A word that nothing has changed is an answer like any other.
      unchanged_ += changed ? 0U : 1U;
      if (cause_ && settings_.client_share < 1 && provider_.count(cause_->kid) == 0) {
        in_vain_[cause_->client] = *last_start_;
      }
    } else {
      apply(state_, fetch_failed{std::chrono::seconds{draw(3) * draw(100)}}, draw(1000) / 1000.0,
            now_, settings_);
      ++failures_;
      ASSERT_EQ(state_.last_success, before.last_success) << "a failure replaced a good set";
      ASSERT_EQ(state_.generation, before.generation);
      ASSERT_LE(state_.retry_at - now_, settings_.backoff_max * (1 + settings_.jitter));
      // Otherwise half of the time at least, so that a provider in need is left in peace.
      ASSERT_GE(state_.retry_at - now_, settings_.backoff_first * (1 - settings_.jitter));
    }
    for (const auto& kid : std::exchange(waiting_, {})) {
      const bool known = known_.count(kid) == 1;
      const auto second = decide_after_wait(state_, known, now_, settings_);
      ASSERT_TRUE(second == key_lookup_action::use || second == key_lookup_action::unknown_key ||
                  second == key_lookup_action::unavailable);
      if (second == key_lookup_action::use) {
        ASSERT_TRUE(known);
      }
    }
  }

  // The renewal in the background.
  void wake_up() {
    if (now_ >= next_refresh(state_)) start();
  }

  void request(const std::string& kid, const std::string& client) {
    const bool known = known_.count(kid) == 1;
    const bool good = usable(state_, now_, settings_);
    const auto first = decide(state_, kid, client, known, now_, settings_);
    ++requests_;
    if (known && good) {
      ASSERT_TRUE(first == key_lookup_action::use || first == key_lookup_action::use_and_refresh)
          << "a known key that is good was not used at once: " << first;
      if (now_ < state_.refresh_at) {
        ASSERT_EQ(first, key_lookup_action::use);
      }
    } else {
      ASSERT_TRUE(first != key_lookup_action::use && first != key_lookup_action::use_and_refresh)
          << "a key nobody vouches for was used";
    }
    if (first == key_lookup_action::unknown_key) {
      ASSERT_TRUE(good && (state_.failures == 0 || state_.negative.contains(kid, now_)))
          << "refused as unknown although nobody knows";
    }
    if (state_.in_flight) {
      ASSERT_TRUE(first == key_lookup_action::use || first == key_lookup_action::wait);
    }
    if (first == key_lookup_action::use_and_refresh) start();
    if (first == key_lookup_action::refresh_and_wait) {
      start(good ? std::optional{refresh_cause{client, kid}} : std::nullopt);
    }
    if (first == key_lookup_action::wait || first == key_lookup_action::refresh_and_wait) {
      ASSERT_TRUE(state_.in_flight) << "waits for nothing";
      waiting_.push_back(kid);
      if (!known) join_fetch(state_, kid, settings_);
    }
  }

  void check_bounds() {
    while (!recent_.empty() && now_ - recent_.front() > 60s) recent_.pop_front();
    // Back-off 1 + 2 + 4 + 8 + 16 + 32 s, one in each cool-down, and the renewals of the shortest
    // max-age fit into a minute, with one at each end.
    const auto most = 9 + 60s / settings_.cooldown;
    ASSERT_LE(recent_.size(), static_cast<std::size_t>(most))
        << "more fetches in a minute than the policy can need";
    ASSERT_LE(state_.negative.size(now_), settings_.negative_kids);
    ASSERT_LE(state_.asked.size(), settings_.negative_kids);
    ASSERT_TRUE(state_.in_flight || waiting_.empty()) << "somebody waits for nothing";
  }

  std::mt19937 random_;
  refresh_settings settings_;
  steady_time now_{1h};
  bool up_ = true;
  kid_set provider_{"k0"};
  unsigned newest_ = 1;

  refresh_state state_;
  kid_set known_;
  std::vector<std::string> waiting_;

  std::optional<steady_time> last_start_;
  std::deque<steady_time> recent_;
  std::size_t attempts_ = 0;
  std::size_t successes_ = 0;
  std::size_t failures_ = 0;
  std::size_t unchanged_ = 0;
  std::size_t requests_ = 0;
  std::optional<refresh_cause> cause_;          // of the fetch in flight
  std::map<std::string, steady_time> in_vain_;  // who caused the last one in vain, and when
  std::vector<std::pair<steady_time, std::string>> by_client_;
};

class refresh_model : public testing::TestWithParam<unsigned> {};

TEST_P(refresh_model, never_breaks_its_promises) {
  world life{GetParam()};
  for (int i = 0; i < 20'000; ++i) {
    life.step();
    if (HasFatalFailure()) FAIL() << "at step " << i;
    if (i % 1000 == 999) life.heal();
    if (HasFailure()) FAIL() << "at step " << i;
  }
  // The life was worth watching.
  EXPECT_GT(life.successes(), 100U);
  EXPECT_GT(life.failures(), 100U);
  EXPECT_GE(life.attempts(), life.successes() + life.failures());
  EXPECT_GT(life.unchanged(), 10U);
  EXPECT_GT(life.caused_by_unknown_kids(), 10U);
  RecordProperty("requests", std::to_string(life.requests()));
  RecordProperty("fetches", std::to_string(life.attempts()));
  std::cout << "requests " << life.requests() << ", fetches " << life.attempts() << " ("
            << life.failures() << " failed, " << life.unchanged() << " unchanged, "
            << life.caused_by_unknown_kids() << " for unknown kids)\n";
}

INSTANTIATE_TEST_SUITE_P(seeds, refresh_model, testing::Range(1U, 61U));

}  // namespace
}  // namespace latchkey::auth
