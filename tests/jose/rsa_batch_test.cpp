// The batch kernels against OpenSSL: exactly as many cases agree as are tried, or the test fails.
// How many are tried can be raised: BATCH_CASES=1000000 latchkey_jose_tests
// --gtest_filter='*rsa_batch*'
#include "rsa_batch_cases.hpp"
#include "rsa_signature_cases.hpp"

#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/signature.hpp>

#include <gtest/gtest.h>
#include <support/evp_oracle.hpp>

#include <immintrin.h>
#include <iostream>
#include <vector>

namespace latchkey::jose {
namespace {

// Whole signatures, by the function that the server calls.
class rsa_batch_test : public testing::TestWithParam<rsa_batch_kind> {
 protected:
  void SetUp() override { LATCHKEY_NEEDS_KERNEL(GetParam()) }

  static void verify(std::span<rsa_batch_item> items) {
    find_rsa_batch_kernel(GetParam())->verify(items);
  }
};

INSTANTIATE_TEST_SUITE_P(kernels, rsa_batch_test, testing::ValuesIn(rsa_batch_kinds),
                         [](const auto& of) { return name_of(of.param); });

TEST_P(rsa_batch_test, agrees_with_openssl_on_whole_signatures) {
  random chance{65'537};
  const auto wanted = cases_wanted(24'000);
  std::vector<rsa_pair> pairs;
  for (int i = 0; i < 12; ++i) pairs.push_back(make_pair());
  std::vector<signature_of> pool;
  for (std::size_t i = 0; i < 240; ++i) pool.push_back(sign(pairs, i % pairs.size(), chance));
  std::size_t cases = 0;
  std::size_t accepted = 0;
  std::size_t disagreements = 0;
  while (cases < wanted) {
    std::vector<signature_of> asked;
    const auto count = 1 + chance() % 20;
    for (std::size_t i = 0; i < count; ++i) {
      asked.push_back(pool[chance() % pool.size()]);
      spoil(asked.back(), pairs, chance);
    }
    std::vector<rsa_batch_item> items;
    for (const auto& one : asked) {
      items.push_back({pairs[one.pair].by.batch(), one.bytes, one.digest});
      ASSERT_NE(items.back().key, nullptr);
    }
    verify(items);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& by = pairs[asked[i].pair];
      const bool openssl =
          support::evp_accepts(by.signer.get(), EVP_sha256(), asked[i].digest, asked[i].bytes);
      const auto single = verify_rs256_digest(by.by, asked[i].digest, asked[i].bytes);
      disagreements += items[i].valid != openssl || single.failed() == openssl;
      accepted += items[i].valid;
    }
    cases += count;
  }
  std::cout << "signatures, " << name_of(GetParam()) << ": " << cases << " cases, " << accepted
            << " of them accepted, " << disagreements << " disagreements\n";
  EXPECT_EQ(disagreements, 0U);
  EXPECT_GT(accepted, cases / 8);
  EXPECT_LT(accepted, cases / 2);
}

TEST_P(rsa_batch_test, a_number_past_the_modulus_is_no_signature) {
  random chance{3};
  const std::vector<rsa_pair> pairs = [] {
    std::vector<rsa_pair> made;
    made.push_back(make_pair());
    return made;
  }();
  // About every second signature has room for n above it.
  for (int found = 0; found < 8;) {
    auto one = sign(pairs, 0, chance);
    const auto larger = unreduced(one, pairs[0].by);
    if (larger == one.bytes) continue;
    ++found;
    std::array<rsa_batch_item, 2> items{rsa_batch_item{pairs[0].by.batch(), one.bytes, one.digest},
                                        rsa_batch_item{pairs[0].by.batch(), larger, one.digest}};
    verify(items);
    EXPECT_TRUE(items[0].valid);
    EXPECT_FALSE(items[1].valid);
  }
}

TEST_P(rsa_batch_test, of_another_length_is_no_signature) {
  random chance{4};
  std::vector<rsa_pair> pairs;
  pairs.push_back(make_pair());
  const auto one = sign(pairs, 0, chance);
  std::vector<unsigned char> longer{one.bytes.begin(), one.bytes.end()};
  longer.insert(longer.begin(), 0);
  const std::span<const unsigned char> whole{one.bytes};
  for (const auto& bytes : {whole.first(255), whole.first(0), whole.last(255),
                            std::span<const unsigned char>{longer}}) {
    std::array<rsa_batch_item, 1> items{rsa_batch_item{pairs[0].by.batch(), bytes, one.digest}};
    verify(items);
    EXPECT_FALSE(items[0].valid) << bytes.size();
  }
  for (const std::size_t size : {0U, 31U}) {
    std::array<rsa_batch_item, 1> items{rsa_batch_item{
        pairs[0].by.batch(), whole, std::span<const unsigned char>{one.digest}.first(size)}};
    verify(items);
    EXPECT_FALSE(items[0].valid) << size;
  }
}

// By the thread's own mode: how it rounds, what it makes of small numbers, what it is stopped by.
TEST_P(rsa_batch_test, whatever_mode_the_thread_computes_in) {
  random chance{6};
  std::vector<rsa_pair> pairs;
  pairs.push_back(make_pair());
  const auto right = sign(pairs, 0, chance);
  const auto wrong = flip(right.bytes, 5);
  const auto usual = _mm_getcsr();
  constexpr unsigned all_masked = 0x1F80;
  constexpr unsigned none_masked = 0;
  for (const auto masks : {all_masked, none_masked}) {
    for (const unsigned rounding : {0x0000U, 0x2000U, 0x4000U, 0x6000U}) {
      for (const unsigned small : {0x0000U, 0x8040U}) {
        for (const unsigned flags : {0x00U, 0x3FU}) {
          // Of what is not masked, no flag may be up.
          const auto mode = masks | rounding | small | (masks != 0 ? flags : 0);
          std::array<rsa_batch_item, 5> items;
          for (std::size_t i = 0; i < items.size(); ++i) {
            items[i] = {pairs[0].by.batch(), i % 2 == 0 ? right.bytes : wrong, right.digest};
          }
          _mm_setcsr(mode);
          verify(items);
          const auto after = _mm_getcsr();
          _mm_setcsr(usual);
          EXPECT_EQ(after, mode);
          for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i].valid, i % 2 == 0);
        }
      }
    }
  }
}

TEST_P(rsa_batch_test, says_what_a_pass_takes) {
  const auto& kernel = *find_rsa_batch_kernel(GetParam());
  EXPECT_EQ(kernel.lanes, GetParam() == rsa_batch_kind::ifma ? 8U : 4U);
  EXPECT_LE(kernel.lanes, max_rsa_batch_lanes);
  EXPECT_GE(kernel.min_batch, 1U);
  EXPECT_LE(kernel.min_batch, kernel.lanes);
}

// A kernel that gave a wrong answer is taken for one that is not there, and its tests are skipped:
// this one is not.
TEST(rsa_batch_kernel_test, is_there_where_the_instructions_are) {
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    EXPECT_NE(find_rsa_batch_kernel(rsa_batch_kind::fma), nullptr);
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512ifma")) {
    EXPECT_NE(find_rsa_batch_kernel(rsa_batch_kind::ifma), nullptr);
  }
}

TEST(rsa_batch_kernel_test, the_wider_one_is_better) {
  const auto* const ifma = find_rsa_batch_kernel(rsa_batch_kind::ifma);
  if (ifma == nullptr) GTEST_SKIP() << "no such kernel here: nothing to choose from";
  EXPECT_EQ(best_rsa_batch_kernel(), ifma);
}

TEST(rsa_batch_kernel_test, the_wider_one_can_be_avoided) {
  const auto* const next = best_rsa_batch_kernel(avx512_use::avoided);
  if (next == nullptr) GTEST_SKIP() << "no other kernel here: nothing to choose from";
  EXPECT_EQ(next, find_rsa_batch_kernel(rsa_batch_kind::fma));
}

TEST(rsa_batch_key_test, has_no_path_for_other_keys) {
  random chance{5};
  expect_path_for_usual_keys_only<rsa_batch_key>(chance);
}

}  // namespace
}  // namespace latchkey::jose
