// What is counted of tokens, and where their signatures were checked.
#include "authenticate_fixture.hpp"

#include <memory>
#include <string>

namespace latchkey::auth {
namespace {

using jose::algorithm;

class verification_counts_test : public authenticate_test {
 protected:
  std::uint64_t count(verdict of, verify_path path,
                      std::optional<algorithm> alg = algorithm::rs256) const {
    return verifiers_->verdicts({of, path, alg});
  }

  std::shared_ptr<const thread_verifiers> verifiers_ = own();
  std::shared_ptr<const trusted_issuers> by_ = trusted(verifiers_);
};

TEST_F(verification_counts_test, a_token_that_comes_again_is_found) {
  const auto token = mint();
  EXPECT_TRUE(let_in(token, by_));
  EXPECT_EQ(count(verdict::accepted, verify_path::single), 1U);
  EXPECT_TRUE(let_in(token, by_));
  EXPECT_TRUE(let_in(token, by_));
  EXPECT_EQ(count(verdict::accepted, verify_path::cache), 2U);
  EXPECT_EQ(count(verdict::accepted, verify_path::single), 1U);
}

TEST_F(verification_counts_test, a_refusal_has_what_was_known_by_then) {
  EXPECT_EQ(reason("no token", by_), "malformed_credentials");
  EXPECT_EQ(count(verdict::refused, verify_path::none, std::nullopt), 1U);
  auto broken = mint();
  broken[broken.size() - 20] = broken[broken.size() - 20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(let_in(broken, by_));
  EXPECT_EQ(count(verdict::refused, verify_path::single), 1U);
  EXPECT_EQ(reason(mint({.issuer = "https://nobody.example/"}), by_), "issuer_unknown");
  EXPECT_EQ(count(verdict::refused, verify_path::none, std::nullopt), 2U);
}

TEST_F(verification_counts_test, a_request_without_a_token_is_none) {
  http::request_head head;
  EXPECT_FALSE(send(head, "", {}, by_).let_in);
  EXPECT_EQ(count(verdict::refused, verify_path::none, std::nullopt), 0U);
}

TEST_F(verification_counts_test, go_on_in_the_next_verifiers) {
  EXPECT_TRUE(let_in(mint(), by_));
  const thread_verifiers next{pool_, {}, 0, core::siphash_key{1, 2}, verifiers_.get()};
  EXPECT_EQ(next.verdicts({verdict::accepted, verify_path::single, algorithm::rs256}), 1U);
}

TEST(verification_counts, every_kind_has_a_count_of_its_own) {
  verification_counts counts;
  std::uint64_t times = 0;
  const auto each = [](const auto& visit) {
    for (std::size_t i = 0; i < verdict_count; ++i) {
      for (std::size_t j = 0; j < verify_path_count; ++j) {
        for (std::size_t k = 0; k <= jose::algorithm_count; ++k) {
          verification one{static_cast<verdict>(i), static_cast<verify_path>(j), std::nullopt};
          if (k < jose::algorithm_count) one.alg = static_cast<algorithm>(k);
          visit(one);
        }
      }
    }
  };
  each([&](const verification& one) {
    ++times;
    for (std::uint64_t i = 0; i < times; ++i) counts.add(one);
  });
  times = 0;
  each([&](const verification& one) { EXPECT_EQ(counts.get(one), ++times); });
}

}  // namespace
}  // namespace latchkey::auth
