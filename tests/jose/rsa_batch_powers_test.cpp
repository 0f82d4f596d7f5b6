// The powers that the batch kernels compute, against OpenSSL's big numbers.
#include "rsa_batch_cases.hpp"

#include <array>
#include <iostream>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

// The arithmetic itself, of each kernel: a signature made up at random is wrong whatever a kernel
// computes.
template <class Side>
class rsa_batch_powers_test : public testing::Test {
 protected:
  // One question in each lane: is the signature's power the block that is claimed?
  struct asked_lanes {
    typename Side::question question;
    std::array<typename Side::key_digits, Side::lanes> keys;
    std::array<rsa_number, Side::lanes> signatures;
    std::array<rsa_number, Side::lanes> claimed;

    void put(std::size_t lane, const support::kernel_oracle<Side>& by) {
      keys[lane] = by.expecting(claimed[lane]);
      Side::put(question, lane, signatures[lane], claimed[lane], keys[lane]);
    }
  };
};

using all_sides = testing::Types<support::ifma_side, support::fma_side>;
struct side_names {
  template <class Side>
  static std::string GetName(int) {
    return name_of(Side::kind);
  }
};
TYPED_TEST_SUITE(rsa_batch_powers_test, all_sides, side_names);

// Every lane is asked whether signature^65537 is a block: the right one, which it must see, or the
// right one with one bit changed, which it must not.
TYPED_TEST(rsa_batch_powers_test, powers_are_exact) {
  LATCHKEY_NEEDS_KERNEL(TypeParam::kind)
  using oracle = support::kernel_oracle<TypeParam>;
  random chance{20'480};
  const auto wanted = cases_wanted(24'000);
  std::vector<oracle> moduli;
  while (moduli.size() < 48) {
    const auto modulus = modulus_of(chance);
    if (oracle::has_path(modulus)) moduli.emplace_back(modulus);
  }
  std::size_t cases = 0;
  std::size_t wrong = 0;
  while (cases < wanted) {
    typename TestFixture::asked_lanes asked;
    unsigned expected = 0;
    const auto& shared = moduli[chance() % moduli.size()];
    const bool same = chance() % 4 == 0;
    for (std::size_t lane = 0; lane < TypeParam::lanes; ++lane) {
      const auto& by = same ? shared : moduli[chance() % moduli.size()];
      auto& signature = asked.signatures[lane];
      signature = by.reduced(chance() % 2 == 0 ? random_number(chance) : hard_number(chance));
      if (chance() % 16 == 0) signature = below(by.modulus(), 1 + chance() % 2);
      const auto block = by.power(signature);
      const bool right = chance() % 2 == 0;
      asked.claimed[lane] = right ? block : flip(block, chance() % 2047);
      if (by.reduced(asked.claimed[lane]) == block) expected |= 1U << lane;
      asked.put(lane, by);
    }
    const auto answers = powers_match(asked.question);
    cases += TypeParam::lanes;
    for (unsigned lane = 0; lane < TypeParam::lanes; ++lane) {
      wrong += (answers >> lane & 1U) != (expected >> lane & 1U);
    }
  }
  std::cout << "powers, " << name_of(TypeParam::kind) << ": " << cases << " cases, " << wrong
            << " wrong\n";
  EXPECT_EQ(wrong, 0U);
}

TYPED_TEST(rsa_batch_powers_test, regular_moduli) {
  LATCHKEY_NEEDS_KERNEL(TypeParam::kind)
  using oracle = support::kernel_oracle<TypeParam>;
  random chance{7};
  std::size_t tried = 0;
  const auto all = regular_moduli(chance);
  for (const auto& modulus : all) {
    if (!oracle::has_path(modulus)) continue;
    ++tried;
    const oracle by{modulus};
    const std::array signatures{rsa_number{},
                                by.reduced(flip(rsa_number{}, 0)),
                                below(modulus, 1),
                                below(modulus, 2),
                                by.reduced(flip(rsa_number{}, 1039)),
                                by.reduced(flip(rsa_number{}, 1040)),
                                by.reduced(hard_number(chance)),
                                by.reduced(random_number(chance))};
    for (std::size_t from = 0; from < signatures.size(); from += TypeParam::lanes) {
      typename TestFixture::asked_lanes asked;
      for (std::size_t lane = 0; lane < TypeParam::lanes; ++lane) {
        asked.signatures[lane] = signatures[from + lane];
        asked.claimed[lane] = by.power(asked.signatures[lane]);
        asked.put(lane, by);
      }
      EXPECT_EQ(powers_match(asked.question), (1U << TypeParam::lanes) - 1);
      // The whole block is compared: none of its bits may be another.
      for (std::size_t lane = 0; lane < TypeParam::lanes; ++lane) {
        asked.claimed[lane] = by.reduced(flip(asked.claimed[lane], chance() % 2048));
        asked.put(lane, by);
      }
      EXPECT_EQ(powers_match(asked.question), 0U);
    }
  }
  std::cout << "regular moduli, " << name_of(TypeParam::kind) << ": " << tried << " of "
            << all.size() << " moduli have a path\n";
  EXPECT_GT(tried, all.size() / 2);
}

}  // namespace
}  // namespace latchkey::jose
