#include "verify/cases.hpp"

#include "small_token_set.hpp"
#include "verify/steps.hpp"

#include <gtest/gtest.h>

namespace latchkey::bench {
namespace {

// None, and every kernel of this processor.
std::vector<jose::rsa_kernels> kernels() {
  const auto* const single = jose::best_rsa_single_kernel();
  std::vector<jose::rsa_kernels> made{{}};
  for (const auto kind : jose::rsa_single_kinds) {
    made.push_back({nullptr, jose::find_rsa_single_kernel(kind)});
  }
  for (const auto kind : jose::rsa_batch_kinds) {
    if (const auto* const kernel = jose::find_rsa_batch_kernel(kind)) {
      made.push_back({kernel});
      made.push_back({kernel, single});
    }
  }
  return made;
}

std::vector<benchmark_case> uncached_stages(const token_set_ptr& load) {
  std::vector<benchmark_case> made{raw_openssl_case(load)};
  for (const auto& one : kernels()) {
    made.push_back(token_single_case(load, one.single));
    made.push_back(batch_kernel_case(load, one));
    made.push_back(token_batch_case(load, one));
  }
  return made;
}

std::vector<benchmark_case> all_stages(const token_set_ptr& load) {
  auto made = uncached_stages(load);
  made.push_back(token_single_case(load, nullptr, 5));
  made.push_back(token_cached_case(load, 4));
  made.push_back(token_cached_case(load, load->tokens.size()));
  return made;
}

TEST(stages, accept_every_token_more_than_once_around) {
  for (const auto& one : all_stages(small_token_set())) {
    EXPECT_EQ(one.run(40), 40U) << one.name;
  }
}

TEST(stages, refuse_each_of_the_bad_ones) {
  for (const auto& one : all_stages(small_token_set())) {
    ASSERT_TRUE(one.refuses_bad) << one.name;
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(one.refuses_bad()) << one.name << ' ' << i;
    EXPECT_EQ(one.run(8), 8U) << one.name << " after them";
  }
}

// A case that accepted everything would be as fast, and must not go unnoticed.
TEST(stages, count_what_is_refused) {
  auto spoilt = std::make_shared<token_set>(*small_token_set());
  spoilt->tokens[9] = spoilt->bad[0];
  const token_set_ptr load = spoilt;
  for (const auto& one : uncached_stages(load)) {
    EXPECT_EQ(one.run(16), 15U) << one.name;
  }
  EXPECT_THROW(token_cached_case(load, 16), wrong_answer);
}

TEST(stages, good_tokens_among_the_bad_are_noticed) {
  auto spoilt = std::make_shared<token_set>(*small_token_set());
  spoilt->bad = {spoilt->tokens[2]};
  const token_set_ptr load = spoilt;
  for (const auto& one : uncached_stages(load)) {
    EXPECT_FALSE(one.refuses_bad()) << one.name;
  }
}

TEST(stages, raw_openssl_is_right_for_every_algorithm) {
  using jose::algorithm;
  for (const auto kind : {algorithm::ps256, algorithm::es256, algorithm::es384, algorithm::eddsa}) {
    const token_set_options options{{kind, 2048}, 1, 8, 1, small_token_set()->now};
    const auto load = make_token_set(options, [] { return false; }, [](auto, auto) {});
    const auto one = raw_openssl_case(load);
    EXPECT_EQ(one.run(16), 16U) << jose::name_of(kind);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(one.refuses_bad()) << jose::name_of(kind);
    EXPECT_EQ(one.run(8), 8U) << jose::name_of(kind);
  }
}

TEST(steps, come_out_as_they_should) {
  for (const auto& by : kernels()) {
    const auto all = step_cases(small_token_set(), by.single);
    EXPECT_EQ(all.size(), 8U);
    for (const auto& one : all) EXPECT_EQ(one.run(40), 40U) << one.name;
  }
}

}  // namespace
}  // namespace latchkey::bench
