#include "support/request.hpp"

#include <latchkey/edge/identity_cache.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace latchkey::edge {
namespace {

core::principal_ptr person() {
  return std::make_shared<const core::principal>();
}

http::response answer(const std::string& who) {
  http::response made;
  made.set("x-user", who);
  return made;
}

TEST(identity_cache, has_what_was_put_for_the_route_and_the_token) {
  const identity_fields route{{}, {}};
  const identity_fields other{{}, {}};
  const auto ann = person();
  const auto bob = person();
  identity_cache cache;
  EXPECT_EQ(cache.find(route, ann), nullptr);
  cache.put(route, ann, answer("ann"));
  ASSERT_NE(cache.find(route, ann), nullptr);
  EXPECT_EQ(support::field_of(*cache.find(route, ann), "x-user"), "ann");
  EXPECT_EQ(cache.find(route, bob), nullptr);
  EXPECT_EQ(cache.find(other, ann), nullptr);
  EXPECT_EQ(cache.find(route, nullptr), nullptr);
  cache.put(route, nullptr, answer(""));
  ASSERT_NE(cache.find(route, nullptr), nullptr);
  EXPECT_EQ(support::field_of(*cache.find(route, nullptr), "x-user"), "");
}

TEST(identity_cache, holds_a_bounded_number_and_never_anothers) {
  const identity_fields route{{}, {}};
  identity_cache cache;
  std::vector<core::principal_ptr> all;
  for (std::size_t i = 0; i < 4 * identity_cache::places; ++i) {
    all.push_back(person());
    cache.put(route, all.back(), answer(std::to_string(i)));
  }
  std::size_t found = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto* const one = cache.find(route, all[i]);
    if (one == nullptr) continue;
    ++found;
    EXPECT_EQ(support::field_of(*one, "x-user"), std::to_string(i));
  }
  EXPECT_GT(found, 0U);
  EXPECT_LE(found, identity_cache::places);
}

TEST(identity_cache, keeps_its_tokens_so_that_no_other_has_their_address) {
  const identity_fields route{{}, {}};
  identity_cache cache;
  auto who = person();
  const std::weak_ptr<const core::principal> watched = who;
  cache.put(route, who, answer("ann"));
  who.reset();
  EXPECT_FALSE(watched.expired());
}

}  // namespace
}  // namespace latchkey::edge
