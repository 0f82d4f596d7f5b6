#include "store/store_state.hpp"

#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace latchkey::store {
namespace {

using namespace std::chrono_literals;

class store_states : public testing::Test {
 protected:
  support::manual_clock clock_;
  std::vector<std::string> told_;
  store_state state_{"writes",
                     [this](const store_event& one) {
                       told_.push_back(std::string{one.state} + ' ' + one.detail);
                     },
                     clock_.clock()};
};

TEST_F(store_states, are_told_once_for_each_change) {
  state_.is("available");
  state_.is("full", "a");
  state_.is("full", "a");
  state_.is("available");
  state_.is("available");
  EXPECT_EQ(told_, (std::vector<std::string>{"full a", "available "}));
}

// As where the smaller ones of what is sent still find room.
TEST_F(store_states, that_go_to_and_fro_are_told_now_and_then) {
  for (int i = 0; i < 1000; ++i) {
    state_.is("full", "a");
    state_.is("available");
    clock_.advance(10ms);
  }
  EXPECT_EQ(told_, (std::vector<std::string>{"full a", "available "}));
  // What it has come to be is told in the end.
  state_.is("full", "a");
  clock_.advance(10s);
  state_.is("full", "a");
  EXPECT_EQ(told_.size(), 3U);
  state_.is("available");
  EXPECT_EQ(told_.back(), "available ");
}

TEST_F(store_states, are_told_with_another_reason) {
  state_.is("unavailable", "a");
  state_.is("unavailable", "b");
  EXPECT_EQ(told_, (std::vector<std::string>{"unavailable a"}));
  clock_.advance(10s);
  state_.is("unavailable", "b");
  state_.is("unavailable", "b");
  EXPECT_EQ(told_, (std::vector<std::string>{"unavailable a", "unavailable b"}));
}

}  // namespace
}  // namespace latchkey::store
