#include <latchkey/auth/key_checks.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/manual_clock.hpp>
#include <support/mint.hpp>

#include <string>
#include <vector>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using jose::number_check;

jose::jwk_content content_of(const jose::signing_key& pair, std::string kid) {
  auto content = jose::read_jwk(jose::parse_json(pair.public_jwk()).value().get_object()).value();
  content.kid = std::move(kid);
  return content;
}

// A key that costs a second to refuse; each number is another.
jose::jwk_content slow(unsigned char number) {
  auto content = content_of(support::issuer_key(), "slow");
  std::get<jose::rsa_numbers>(content.numbers).modulus[20] ^= number;
  return content;
}

class key_checks_test : public testing::Test {
 protected:
  key_checks make(key_check_limits bounds, std::size_t cached = 100) {
    return key_checks{bounds, cached, [this] { return clock_.steady(); },
                      [this](jose::jwk_content content, number_check check) {
                        return load(std::move(content), check);
                      }};
  }

  core::result<jose::key> load(jose::jwk_content content, number_check check) {
    if (content.kid == "slow") {
      ++made_;
      clock_.advance(1s);
      return jose::errc::key_check_failed;
    }
    ++(check == number_check::made ? made_ : trusted_);
    return jose::key::load(std::move(content), check);
  }

  support::manual_clock clock_;
  int made_ = 0;
  int trusted_ = 0;
};

TEST_F(key_checks_test, each_key_is_checked_once_whether_sound_or_not) {
  auto checks = make({});
  for (int document = 0; document < 5; ++document) {
    const auto load = checks.for_document();
    EXPECT_TRUE(load(content_of(support::issuer_key(), "a")));
    EXPECT_TRUE(load(content_of(support::issuer_key(), "b"))) << "the same numbers";
    EXPECT_EQ(load(slow(1)).error(), jose::errc::key_check_failed);
  }
  EXPECT_EQ(made_, 2);
  EXPECT_EQ(trusted_, 9);
  EXPECT_EQ(checks.cached(), 2U);
}

TEST_F(key_checks_test, the_time_of_a_document_is_bounded_and_the_next_goes_on) {
  auto checks = make({.time = 3s, .count = 100});
  for (int document = 1; document <= 3; ++document) {
    const auto load = checks.for_document();
    int refused = 0;
    int put_off = 0;
    for (unsigned char i = 1; i <= 9; ++i) {
      const auto error = load(slow(i)).error();
      refused += error == jose::errc::key_check_failed ? 1 : 0;
      put_off += error == jose::errc::key_not_checked ? 1 : 0;
    }
    EXPECT_EQ(refused, 3 * document);
    EXPECT_EQ(put_off, 9 - 3 * document);
    EXPECT_EQ(made_, 3 * document);
  }
}

TEST_F(key_checks_test, a_key_known_to_be_sound_is_made_when_the_time_is_over) {
  auto checks = make({.time = 1s, .count = 100});
  EXPECT_TRUE(checks.for_document()(content_of(support::issuer_key(), "a")));
  const auto load = checks.for_document();
  load(slow(1));
  EXPECT_EQ(load(content_of(support::second_key(), "b")).error(), jose::errc::key_not_checked);
  EXPECT_TRUE(load(content_of(support::issuer_key(), "a")));
}

TEST_F(key_checks_test, their_number_is_bounded) {
  auto checks = make({.time = 1h, .count = 2});
  const auto load = checks.for_document();
  for (unsigned char i = 1; i <= 5; ++i) {
    EXPECT_EQ(load(slow(i)).error(),
              i <= 2 ? jose::errc::key_check_failed : jose::errc::key_not_checked);
  }
}

TEST_F(key_checks_test, end_when_nobody_wants_them_any_more) {
  auto checks = make({.time = 1h, .count = 100});
  std::atomic<bool> stopped = false;
  const auto load = checks.for_document(&stopped);
  EXPECT_EQ(load(slow(1)).error(), jose::errc::key_check_failed);
  stopped = true;
  EXPECT_EQ(load(slow(2)).error(), jose::errc::key_not_checked);
  EXPECT_EQ(made_, 1);
}

TEST_F(key_checks_test, what_is_remembered_is_bounded_and_the_oldest_goes_first) {
  auto checks = make({.time = 1h, .count = 100}, 3);
  const auto load = checks.for_document();
  for (unsigned char i = 1; i <= 4; ++i) load(slow(i));
  EXPECT_EQ(checks.cached(), 3U);
  load(slow(4));
  EXPECT_EQ(made_, 4);
  load(slow(1));
  EXPECT_EQ(made_, 5);
}

TEST_F(key_checks_test, other_numbers_are_another_key) {
  auto checks = make({});
  const auto load = checks.for_document();
  ASSERT_TRUE(load(content_of(support::issuer_key(), "a")));
  auto other = content_of(support::issuer_key(), "a");
  std::get<jose::rsa_numbers>(other.numbers).exponent = 3;
  ASSERT_TRUE(load(std::move(other)));
  EXPECT_EQ(made_, 2);
}

}  // namespace
}  // namespace latchkey::auth
