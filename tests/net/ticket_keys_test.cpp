#include <latchkey/net/ticket_keys.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace latchkey::net {
namespace {

using std::chrono::hours;

const core::steady_time start{hours{1000}};

// Counts up, so that every key is another.
struct counter {
  unsigned char next = 0;
  bool works = true;
  std::function<bool(std::span<unsigned char>)> fill() {
    return [this](std::span<unsigned char> out) {
      std::fill(out.begin(), out.end(), ++next);
      return works;
    };
  }
};

TEST(ticket_keys, seals_with_one_key_for_its_period) {
  counter bytes;
  ticket_keys ring{hours{2}, bytes.fill()};
  const auto first = ring.present(start)->name;
  EXPECT_EQ(ring.present(start + hours{2} - std::chrono::seconds{1})->name, first);
  const auto second = ring.present(start + hours{2})->name;
  EXPECT_NE(second, first);
  EXPECT_EQ(ring.present(start + hours{3})->name, second);
  EXPECT_NE(ring.present(start + hours{4})->name, second);
}

TEST(ticket_keys, makes_every_part_of_a_key_anew) {
  counter bytes;
  ticket_keys ring{hours{2}, bytes.fill()};
  std::set<unsigned char> seen;
  for (int i = 0; i < 3; ++i) {
    const auto* const one = ring.present(start + i * hours{2});
    for (const auto byte : {one->name[0], one->cipher[0], one->mac[0]}) {
      EXPECT_TRUE(seen.insert(byte).second);
    }
  }
}

TEST(ticket_keys, opens_with_the_present_key_and_the_one_before) {
  counter bytes;
  ticket_keys ring{hours{2}, bytes.fill()};
  const auto first = *ring.present(start);
  const auto fresh = ring.find(first.name, start + hours{1});
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->which->cipher, first.cipher);
  EXPECT_FALSE(fresh->renew);

  const auto second = *ring.present(start + hours{3});
  const auto old = ring.find(first.name, start + hours{3});
  ASSERT_TRUE(old);
  EXPECT_EQ(old->which->mac, first.mac);
  EXPECT_TRUE(old->renew);
  EXPECT_TRUE(ring.find(second.name, start + hours{3}));

  ring.present(start + hours{5});
  EXPECT_FALSE(ring.find(first.name, start + hours{5})) << "two are kept";
  EXPECT_TRUE(ring.find(second.name, start + hours{5}));
}

TEST(ticket_keys, drops_a_key_by_its_age_though_nobody_asks_for_a_new_one) {
  counter bytes;
  ticket_keys ring{hours{2}, bytes.fill()};
  const auto first = *ring.present(start);
  const auto late = ring.find(first.name, start + hours{4} - std::chrono::seconds{1});
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->renew);
  EXPECT_FALSE(ring.find(first.name, start + hours{4}));
  EXPECT_NE(ring.present(start + hours{4})->name, first.name);
}

TEST(ticket_keys, has_none_where_there_is_no_randomness) {
  counter bytes;
  bytes.works = false;
  ticket_keys ring{hours{2}, bytes.fill()};
  EXPECT_EQ(ring.present(start), nullptr);
  EXPECT_FALSE(ring.find(std::array<unsigned char, 16>{}, start)) << "nor the key of zeros";
  bytes.works = true;
  const auto* const made = ring.present(start);
  ASSERT_NE(made, nullptr);
  const auto first = made->name;
  bytes.works = false;
  EXPECT_EQ(ring.present(start + hours{2}), nullptr) << "rather none than one past its time";
  EXPECT_TRUE(ring.find(first, start + hours{2}));
}

}  // namespace
}  // namespace latchkey::net
