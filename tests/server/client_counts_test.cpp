#include "server/client_counts.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

namespace latchkey::server {
namespace {

boost::asio::ip::address address(const char* text) {
  return boost::asio::ip::make_address(text);
}

TEST(client_counts, let_each_client_have_its_share) {
  client_counts counts{2};
  auto first = counts.enter(address("192.0.2.1"));
  const auto second = counts.enter(address("192.0.2.1"));
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(counts.enter(address("192.0.2.1")));
  EXPECT_TRUE(counts.enter(address("192.0.2.2"))) << "another client";
  first.reset();
  EXPECT_TRUE(counts.enter(address("192.0.2.1"))) << "one has gone";
}

TEST(client_counts, take_a_network_for_a_client) {
  client_counts counts{1};
  const auto held = counts.enter(address("2001:db8:0:1::1"));
  EXPECT_FALSE(counts.enter(address("2001:db8:0:1:ffff::2")));
  EXPECT_TRUE(counts.enter(address("2001:db8:0:2::1")));
  const auto mapped = counts.enter(address("::ffff:192.0.2.1"));
  EXPECT_FALSE(counts.enter(address("192.0.2.1"))) << "the same client";
  EXPECT_TRUE(counts.enter(address("::c000:201"))) << "not the same";
}

TEST(client_counts, may_be_without_a_bound) {
  client_counts counts{0};
  std::vector<std::optional<client_counts::place>> held;
  for (int i = 0; i < 1000; ++i) {
    held.push_back(counts.enter(address("192.0.2.1")));
    EXPECT_TRUE(held.back());
  }
}

TEST(client_counts, may_go_before_their_places) {
  std::optional<client_counts::place> held;
  {
    client_counts counts{1};
    auto entered = counts.enter(address("192.0.2.1"));
    held.emplace(std::move(*entered));
    entered.reset();
    EXPECT_FALSE(counts.enter(address("192.0.2.1"))) << "what was moved from counts no more";
  }
  held.reset();
}

}  // namespace
}  // namespace latchkey::server
