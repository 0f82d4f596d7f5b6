#include <latchkey/edge/pool.hpp>
#include <latchkey/edge/workspace.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace latchkey::edge {
namespace {

TEST(spare, gives_what_was_given_back_before_it_makes_another) {
  spare<int> free;
  int made = 0;
  const auto make = [&] { return std::make_unique<int>(++made); };
  auto one = free.take(make);
  auto two = free.take(make);
  EXPECT_EQ(made, 2);
  const auto* const first = one.get();
  const auto* const second = two.get();
  free.give_back(std::move(one));
  free.give_back(std::move(two));
  // The last used is the one whose memory is warm.
  EXPECT_EQ(free.take(make).get(), second);
  EXPECT_EQ(free.take(make).get(), first);
  free.take(make);
  EXPECT_EQ(made, 3);
}

TEST(spare, keeps_neither_nothing_nor_more_than_it_may) {
  spare<int> free;
  int made = 0;
  const auto make = [&] { return std::make_unique<int>(++made); };
  free.give_back(nullptr);
  EXPECT_NE(free.take(make), nullptr);
  std::vector<std::unique_ptr<int>> all;
  for (int i = 0; i < 100; ++i) all.push_back(free.take(make));
  for (auto& one : all) free.give_back(std::move(one));
  made = 0;
  for (auto& one : all) one = free.take(make);
  EXPECT_EQ(made, 36) << "64 are kept";
}

TEST(spare, lets_go_of_what_a_whole_round_of_returns_has_not_needed) {
  spare<int> free;
  int made = 0;
  const auto make = [&] { return std::make_unique<int>(++made); };
  const auto use_at_once = [&](int count) {
    std::vector<std::unique_ptr<int>> all;
    for (int i = 0; i < count; ++i) all.push_back(free.take(make));
    for (auto& one : all) free.give_back(std::move(one));
  };
  use_at_once(40);
  EXPECT_EQ(made, 40);
  // The round of the burst itself, and another.
  for (int i = 0; i < 512; ++i) use_at_once(3);
  use_at_once(3);
  EXPECT_EQ(made, 40) << "what is needed stays";
  use_at_once(40);
  EXPECT_EQ(made, 77);
  for (int i = 0; i < 100; ++i) use_at_once(40);
  EXPECT_EQ(made, 77) << "who needs many all the time has them";
}

TEST(workspace, is_empty_when_it_is_taken_again) {
  pool of{std::make_shared<const upstream_settings>(), core::system_clock(), 1, 0, 1};
  auto one = of.take_workspace();
  auto* const first = one.get();
  one->fields.add("x-user", one->fields.keep({"an", "n"}));
  of.give_back(std::move(one));
  one = of.take_workspace();
  EXPECT_EQ(one.get(), first);
  EXPECT_TRUE(one->fields.fields().empty());
}

TEST(workspace, that_had_to_hold_much_is_not_kept) {
  pool of{std::make_shared<const upstream_settings>(), core::system_clock(), 1, 0, 1};
  for (const auto part : {&workspace::bytes, &workspace::target}) {
    auto one = of.take_workspace();
    (*one.*part).reserve(100'000);
    of.give_back(std::move(one));
    one = of.take_workspace();
    EXPECT_LT((*one.*part).capacity(), 20'000U);
  }
  of.give_back(std::unique_ptr<workspace>{});
  EXPECT_NE(of.take_workspace(), nullptr);
}

TEST(workspace, has_the_limits_of_its_upstream) {
  auto settings = std::make_shared<upstream_settings>();
  settings->head = {64, 128, 2};
  pool of{settings, core::system_clock(), 1, 0, 1};
  const auto one = of.take_workspace();
  const http1::request_facts asked;
  one->reader.begin(asked);
  std::string small = "HTTP/1.1 200 OK\r\na: b\r\n\r\n";
  EXPECT_TRUE(one->reader.next(small).has_value());
  one->reader.begin(asked);
  std::string large = "HTTP/1.1 200 OK\r\na: b\r\na: b\r\na: b\r\n\r\n";
  EXPECT_TRUE(one->reader.next(large).has_error());
}

}  // namespace
}  // namespace latchkey::edge
