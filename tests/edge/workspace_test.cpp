#include <latchkey/edge/pool.hpp>
#include <latchkey/edge/workspace.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace latchkey::edge {
namespace {

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
