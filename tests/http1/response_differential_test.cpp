// Responses made by chance, read by the reader and by Boost.Beast. The ordinary run takes a short
// and fixed series; LATCHKEY_DIFFERENTIAL_CASES=1000000 asks for a longer one.
#include "support/response_maker.hpp"
#include "support/response_oracle.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace latchkey::http1 {
namespace {

constexpr unsigned seed = 20261128;
constexpr std::size_t ordinary_cases = 10'000;

std::size_t wanted_cases() {
  const char* const asked = std::getenv("LATCHKEY_DIFFERENTIAL_CASES");
  return asked == nullptr ? ordinary_cases : std::strtoul(asked, nullptr, 10);
}

TEST(response_differential, what_is_accepted_means_the_same_to_beast) {
  support::response_maker maker{seed};
  std::size_t accepted = 0;
  std::size_t heads = 0;
  const auto cases = wanted_cases();
  for (std::size_t i = 0; i < cases; ++i) {
    const auto asked = maker.facts();
    const auto text = maker.response();
    const auto found = support::compare_with_beast(text, asked);
    ASSERT_EQ(found.disagreement, "") << "case " << i << ":\n" << text;
    if (found.accepted) ++accepted;
    heads += static_cast<std::size_t>(found.heads_compared);
  }
  std::cout << cases << " cases, " << heads << " heads and " << accepted
            << " whole responses compared\n";
  // A series in which little is accepted would compare little.
  EXPECT_GT(accepted, cases / 4);
  EXPECT_LT(accepted, cases - cases / 4);
}

TEST(response_differential, pieces_change_nothing) {
  support::response_maker maker{seed + 1};
  for (std::size_t i = 0; i < wanted_cases(); ++i) {
    const auto asked = maker.facts();
    const auto text = maker.response();
    const auto whole = support::run_response(text, asked);
    response_reader reader{{}, asked};
    const auto most = 1 + maker.below(20);
    const auto pieces = support::run_responses(
        text, reader, [&] { return 1 + maker.below(most); }, connection_end::clean);
    ASSERT_TRUE(pieces == whole) << "case " << i << ":\n" << text;
  }
}

}  // namespace
}  // namespace latchkey::http1
