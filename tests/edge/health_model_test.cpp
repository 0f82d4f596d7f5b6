// Addresses under random requests, failures, checks and resolutions: what must never happen does
// not. Each seed is a life of its own and always the same one.
#include "support/manual_clock.hpp"

#include <latchkey/edge/address_health.hpp>
#include <latchkey/edge/balance.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using event = address_group::event;

class world {
 public:
  explicit world(unsigned seed)
      : random_{seed}, group_{some_names(), settings_for(seed), clock_.steady()} {}

  void step() {
    clock_.advance(std::chrono::milliseconds{draw(draw(20) == 0 ? 100'000 : 500)});
    const auto what = draw(100);
    if (what < 60) {
      request();
    } else if (what < 80) {
      finish();
    } else if (what < 98) {
      check_one();
    } else if (what == 98) {
      resolve();
    } else {
      for (auto&& one : sick_) one = draw(2) == 0;
    }
    look();
  }

  unsigned ejections() const { return ejections_; }
  unsigned falls() const { return falls_; }
  unsigned refused() const { return refused_; }
  unsigned served() const { return served_; }

 private:
  static constexpr std::size_t most = 6;

  static health_settings settings_for(unsigned seed) {
    health_settings settings;
    settings.active = seed % 3 != 0;
    settings.failures = 1 + seed % 5;
    settings.jitter = 0.1 * (seed % 5);
    return settings;
  }
  unsigned draw(unsigned below) {
    return std::uniform_int_distribution<unsigned>{0, below - 1}(random_);
  }
  std::uint32_t word() { return static_cast<std::uint32_t>(random_()); }
  double sample() { return draw(1000) / 1000.0; }

  std::vector<std::string> some_names() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < most; ++i) {
      if (draw(4) != 0) names.push_back(std::string(1, static_cast<char>('a' + i)));
    }
    return names;
  }
  bool is_sick(std::size_t index) const {
    return sick_[static_cast<std::size_t>(group_.at(index).address[0] - 'a')];
  }
  bool usable(std::size_t index) const {
    return group_.at(index).healthy && !group_.at(index).ejected(clock_.steady());
  }
  std::size_t count_usable(const std::vector<std::size_t>& tried = {}) const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < group_.size(); ++i) {
      const bool is_tried = std::find(tried.begin(), tried.end(), i) != tried.end();
      count += usable(i) && !is_tried ? 1U : 0U;
    }
    return count;
  }
  std::size_t count_healthy() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < group_.size(); ++i) count += group_.at(i).healthy ? 1U : 0U;
    return count;
  }

  // With up to two further attempts elsewhere.
  void request() {
    std::vector<std::size_t> tried;
    while (tried.size() < 3) {
      const auto made =
          draw(2) == 0 ? choose_least(group_, {word(), word()}, tried, clock_.steady())
                       : choose_by_key(group_, std::to_string(draw(50)), tried, clock_.steady());
      if (!made) {
        ++refused_;
        ASSERT_EQ(made.result == choice::outcome::none_healthy, count_healthy() == 0);
        if (made.result == choice::outcome::none_healthy) {
          ASSERT_GE(made.retry_after, 1s);
        }
        // As long as one is healthy the first attempt finds it.
        ASSERT_TRUE(count_healthy() == 0 || !tried.empty());
        return;
      }
      ASSERT_LT(made.index, group_.size());
      ASSERT_TRUE(group_.at(made.index).healthy);
      ASSERT_TRUE(usable(made.index) || count_usable(tried) == 0)
          << "an ejected one beside a good one";
      ASSERT_EQ(std::count(tried.begin(), tried.end(), made.index), 0) << "tried twice";
      ++served_;
      group_.begin(made.index, clock_.steady());
      if (is_sick(made.index) && draw(4) != 0) {
        end(made.index, draw(2) == 0 ? exchange_end::failed : exchange_end::gateway_error);
        tried.push_back(made.index);
        continue;
      }
      under_way_.push_back(made.index);
      return;
    }
  }

  void finish() {
    if (under_way_.empty()) return;
    const auto place = under_way_.begin() + draw(static_cast<unsigned>(under_way_.size()));
    const auto index = *place;
    under_way_.erase(place);
    end(index, is_sick(index) ? exchange_end::failed : exchange_end::answered);
  }

  void end(std::size_t index, exchange_end how) {
    const bool was_ejected = group_.at(index).ejected(clock_.steady());
    const auto usable_before = count_usable();
    const auto what = group_.end(index, how, clock_.steady());
    if (what == event::ejected) {
      ++ejections_;
      ASSERT_TRUE(is_failure(how) && !was_ejected);
      ASSERT_GE(count_usable(), 1U) << "the last one was taken";
      const auto spell = group_.at(index).ejected_until - clock_.steady();
      ASSERT_GE(spell, group_.settings().ejection);
      ASSERT_LE(spell, group_.settings().longest_ejection);
    } else {
      ASSERT_EQ(count_usable(), usable_before);
    }
  }

  void check_one() {
    const auto index = group_.due(clock_.steady());
    if (index == group_.size()) {
      ASSERT_TRUE(!group_.settings().active || group_.size() == 0 ||
                  group_.next_due() > clock_.steady());
      return;
    }
    ASSERT_TRUE(group_.settings().active);
    group_.check_begins(index, clock_.steady());
    const auto what = group_.checked(index, !is_sick(index), sample(), clock_.steady());
    if (what == event::fell) ++falls_;
    ASSERT_NE(what, event::ejected);
    const auto wait = group_.at(index).next_check - clock_.steady();
    ASSERT_GE(wait, 3s - 1ms);
    ASSERT_LE(wait, 7s + 1ms);
  }

  void resolve() {
    // Those under way end before: their indexes are of the old list.
    while (!under_way_.empty()) finish();
    group_.replace(some_names(), clock_.steady());
  }

  void look() {
    std::size_t outstanding = 0;
    for (std::size_t i = 0; i < group_.size(); ++i) {
      outstanding += group_.at(i).outstanding;
      ASSERT_LE(group_.at(i).failures, group_.settings().failures);
      ASSERT_LE(group_.at(i).ejected_until - clock_.steady(), 300s);
    }
    ASSERT_EQ(outstanding, under_way_.size());
  }

  std::mt19937 random_;
  support::manual_clock clock_;
  std::vector<bool> sick_ = std::vector<bool>(most, false);
  address_group group_;
  std::vector<std::size_t> under_way_;
  unsigned ejections_ = 0;
  unsigned falls_ = 0;
  unsigned refused_ = 0;
  unsigned served_ = 0;
};

class health_model : public testing::TestWithParam<unsigned> {};

TEST_P(health_model, never_breaks_its_promises) {
  world life{GetParam()};
  for (int i = 0; i < 20'000; ++i) {
    life.step();
    if (HasFailure()) FAIL() << "at step " << i;
  }
  // The life was worth watching.
  EXPECT_GT(life.ejections(), 20U);
  EXPECT_TRUE(life.falls() > 20 || GetParam() % 3 == 0);
  EXPECT_GT(life.served(), 5'000U);
  EXPECT_GT(life.refused(), 0U);
}

INSTANTIATE_TEST_SUITE_P(seeds, health_model, testing::Range(1U, 21U));

}  // namespace
}  // namespace latchkey::edge
