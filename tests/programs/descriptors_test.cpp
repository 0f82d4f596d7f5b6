#include "latchkey/descriptors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace latchkey::programs {
namespace {

constexpr descriptor_needs usual{
    .threads = 4, .addresses = 1, .issuers = 1, .admin_connections = 64};

TEST(descriptors, leave_the_connections_that_are_wanted_where_there_is_room) {
  const auto own = own_descriptors(usual);
  EXPECT_EQ(connections_within(1'000'000, 10'000, usual), 10'000U);
  EXPECT_EQ(connections_within(own + 400, 400, usual), 400U);
  EXPECT_EQ(connections_within(own + 400, 399, usual), 399U);
}

TEST(descriptors, keep_their_own_from_clients) {
  for (std::size_t limit = 160; limit < 2'000; ++limit) {
    const auto got = connections_within(limit, 10'000, usual);
    EXPECT_LE(got + own_descriptors(usual), limit);
    EXPECT_GE(got, 1U);
    EXPECT_EQ(got % usual.threads, 0U) << "no thread has one more, which the server rounds up to";
  }
}

TEST(descriptors, grow_with_what_is_served) {
  const auto with = [](auto change) {
    auto more = usual;
    change(more);
    return own_descriptors(more);
  };
  const auto own = own_descriptors(usual);
  EXPECT_GT(with([](auto& more) { more.threads = 5; }), own);
  EXPECT_GT(with([](auto& more) { more.addresses = 2; }), own);
  EXPECT_GT(with([](auto& more) { more.issuers = 2; }), own);
  EXPECT_GT(with([](auto& more) { more.admin_connections = 65; }), own);
  EXPECT_LT(with([](auto& more) { more.admin_connections = 0; }), own - 64);
}

TEST(descriptors, that_are_too_few_are_told) {
  const auto own = own_descriptors(usual);
  EXPECT_EQ(connections_within(own + 4, 10'000, usual), 4U);
  try {
    connections_within(own + 3, 10'000, usual);
    FAIL() << "one thread would have none";
  } catch (const std::runtime_error& fault) {
    EXPECT_THAT(fault.what(), testing::HasSubstr("at least " + std::to_string(own + 4)));
  }
  EXPECT_THROW(connections_within(0, 1, usual), std::runtime_error);
}

}  // namespace
}  // namespace latchkey::programs
