// The kernels for single signatures against OpenSSL: exactly as many cases agree as are tried, or
// the test fails. How many are tried can be raised: BATCH_CASES=1000000 latchkey_jose_tests
// --gtest_filter='*rsa_single*'
#include "rsa_signature_cases.hpp"

#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/rsa_single.hpp>
#include <latchkey/jose/signature.hpp>

#include <gtest/gtest.h>
#include <jose/rsa_single_numbers.hpp>
#include <support/evp_oracle.hpp>

#include <array>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>

namespace latchkey::jose {

void PrintTo(rsa_single_kind kind, std::ostream* out) {
  *out << (kind == rsa_single_kind::ifma ? "ifma" : "adx");
}

namespace {

using limbs = std::array<std::uint64_t, adx::limbs>;

void read_limbs(limbs& out, const rsa_number& bytes) {
  const auto number = support::as_bignum(bytes);
  support::must(BN_bn2lebinpad(number.get(), reinterpret_cast<unsigned char*>(out.data()), 256) ==
                256);
}

rsa_number bytes_of(const limbs& number) {
  const bignum made{
      BN_lebin2bn(reinterpret_cast<const unsigned char*>(number.data()), 256, nullptr)};
  return support::as_bytes(made.get());
}

bool cpu_flag_adx() {
  std::ifstream flags{"/proc/cpuinfo"};
  for (std::string word; flags >> word;) {
    if (word == "adx") return true;
  }
  return false;
}

class rsa_single_test : public testing::TestWithParam<rsa_single_kind> {
 protected:
  void SetUp() override {
    if (kernel_ == nullptr) {
      GTEST_SKIP() << "no such kernel here: the kernel " << testing::PrintToString(GetParam())
                   << " for single signatures was not tried";
    }
  }

  rsa_number power(const rsa_single_key& by, const rsa_number& base) const {
    rsa_number made{};
    kernel_->power(made, base, by);
    return made;
  }

  const rsa_single_kernel* kernel_ = find_rsa_single_kernel(GetParam());
};

TEST_P(rsa_single_test, powers_are_exact) {
  random chance{20'481};
  const auto wanted = cases_wanted(24'000);
  constexpr std::size_t of_each = 500;
  std::size_t cases = 0;
  std::size_t wrong = 0;
  while (cases < wanted) {
    const support::rsa_oracle oracle{modulus_of(chance)};
    const auto by = rsa_single_key::prepare(oracle.modulus(), 65537);
    ASSERT_NE(by, nullptr);
    for (std::size_t i = 0; i < of_each; ++i, ++cases) {
      auto base = oracle.reduced(chance() % 2 == 0 ? random_number(chance) : hard_number(chance));
      if (chance() % 16 == 0) base = below(oracle.modulus(), 1 + chance() % 2);
      wrong += power(*by, base) != oracle.power(base);
    }
  }
  std::cout << "powers, one at a time by " << kernel_->name << ": " << cases << " cases, " << wrong
            << " wrong\n";
  EXPECT_EQ(wrong, 0U);
}

TEST_P(rsa_single_test, regular_moduli) {
  random chance{8};
  for (const auto& modulus : regular_moduli(chance)) {
    const support::rsa_oracle oracle{modulus};
    const auto by = rsa_single_key::prepare(modulus, 65537);
    ASSERT_NE(by, nullptr);
    for (const auto& base :
         {rsa_number{}, flip(rsa_number{}, 0), flip(rsa_number{}, 1), below(modulus, 1),
          below(modulus, 2), oracle.reduced(flip(rsa_number{}, 1039)),
          oracle.reduced(hard_number(chance)), oracle.reduced(random_number(chance))}) {
      EXPECT_EQ(power(*by, base), oracle.power(base));
    }
  }
}

TEST_P(rsa_single_test, the_power_may_stand_where_the_base_does) {
  random chance{9};
  const support::rsa_oracle oracle{modulus_of(chance)};
  const auto by = rsa_single_key::prepare(oracle.modulus(), 65537);
  const auto base = oracle.reduced(random_number(chance));
  auto both = base;
  kernel_->power(both, both, *by);
  EXPECT_EQ(both, oracle.power(base));
}

TEST_P(rsa_single_test, agrees_with_openssl_on_whole_signatures) {
  random chance{65'538};
  const auto wanted = cases_wanted(24'000);
  std::vector<rsa_pair> pairs;
  for (int i = 0; i < 12; ++i) pairs.push_back(make_pair());
  std::vector<signature_of> pool;
  for (std::size_t i = 0; i < 240; ++i) pool.push_back(sign(pairs, i % pairs.size(), chance));
  std::size_t accepted = 0;
  std::size_t disagreements = 0;
  for (std::size_t cases = 0; cases < wanted; ++cases) {
    auto one = pool[chance() % pool.size()];
    spoil(one, pairs, chance);
    const auto& by = pairs[one.pair];
    ASSERT_TRUE(fits_single(algorithm::rs256, by.by));
    const bool valid = !verify_rs256_digest(by.by, one.digest, one.bytes, kernel_);
    const bool openssl = support::evp_accepts(by.signer.get(), EVP_sha256(), one.digest, one.bytes);
    disagreements += valid != openssl;
    accepted += valid;
  }
  std::cout << "signatures, one at a time by " << kernel_->name << ": " << wanted << " cases, "
            << accepted << " of them accepted, " << disagreements << " disagreements\n";
  EXPECT_EQ(disagreements, 0U);
  EXPECT_GT(accepted, wanted / 8);
  EXPECT_LT(accepted, wanted / 2);
}

TEST_P(rsa_single_test, edges_are_no_signatures) {
  random chance{10};
  std::vector<rsa_pair> pairs;
  pairs.push_back(make_pair());
  const auto& by = pairs.front();
  const auto good = sign(pairs, 0, chance);
  EXPECT_FALSE(verify_rs256_digest(by.by, good.digest, good.bytes, kernel_));
  rsa_number modulus;
  std::copy_n(by.by.modulus().begin(), modulus.size(), modulus.begin());
  const auto number = support::as_bignum(modulus);
  support::must(BN_add_word(number.get(), 1) == 1);
  const auto past = support::as_bytes(number.get());
  rsa_number ones;
  ones.fill(0xFF);
  const struct {
    const char* name;
    rsa_number signature;
  } cases[] = {
      {"0", rsa_number{}},
      {"1", flip(rsa_number{}, 0)},
      {"n - 2", below(modulus, 2)},
      {"n - 1", below(modulus, 1)},
      {"n", modulus},
      {"n + 1", past},
      {"all ones", ones},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(verify_rs256_digest(by.by, good.digest, one.signature, kernel_), errc::bad_signature)
        << one.name;
    EXPECT_FALSE(support::evp_accepts(by.signer.get(), EVP_sha256(), good.digest, one.signature));
  }
}

TEST_P(rsa_single_test, a_number_past_the_modulus_is_no_signature) {
  random chance{11};
  std::vector<rsa_pair> pairs;
  pairs.push_back(make_pair());
  // About every second signature has room for n above it.
  for (int found = 0; found < 8;) {
    const auto one = sign(pairs, 0, chance);
    const auto larger = unreduced(one, pairs[0].by);
    if (larger == one.bytes) continue;
    ++found;
    EXPECT_FALSE(verify_rs256_digest(pairs[0].by, one.digest, one.bytes, kernel_));
    EXPECT_EQ(verify_rs256_digest(pairs[0].by, one.digest, larger, kernel_), errc::bad_signature);
  }
}

TEST_P(rsa_single_test, of_another_length_is_no_signature) {
  random chance{12};
  std::vector<rsa_pair> pairs;
  pairs.push_back(make_pair());
  const auto one = sign(pairs, 0, chance);
  std::vector<unsigned char> longer{one.bytes.begin(), one.bytes.end()};
  longer.insert(longer.begin(), 0);
  const std::span<const unsigned char> whole{one.bytes};
  for (const auto& bytes : {whole.first(255), whole.first(0), whole.last(255),
                            std::span<const unsigned char>{longer}}) {
    EXPECT_EQ(verify_rs256_digest(pairs[0].by, one.digest, bytes, kernel_), errc::bad_signature)
        << bytes.size();
  }
}

INSTANTIATE_TEST_SUITE_P(kernels, rsa_single_test, testing::ValuesIn(rsa_single_kinds),
                         [](const auto& one) { return testing::PrintToString(one.param); });

// A kernel that gave a wrong answer is taken for one that is not there, and its tests are skipped:
// this one is not.
TEST(rsa_single_kernel_test, is_there_where_the_instructions_are) {
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512ifma");
  EXPECT_EQ(find_rsa_single_kernel(rsa_single_kind::ifma) != nullptr, wide);
  const bool two_chains = __builtin_cpu_supports("bmi2") && cpu_flag_adx();
  EXPECT_EQ(find_rsa_single_kernel(rsa_single_kind::adx) != nullptr, two_chains);
  EXPECT_EQ(best_rsa_single_kernel(),
            find_rsa_single_kernel(wide ? rsa_single_kind::ifma : rsa_single_kind::adx));
  EXPECT_EQ(best_rsa_single_kernel(avx512_use::avoided),
            find_rsa_single_kernel(rsa_single_kind::adx));
}

// The kernel's own power takes and gives any number below 2^2048, reduced or not, where its carries
// are the largest there can be.
TEST(rsa_single_adx_test, numbers_past_the_modulus) {
  if (find_rsa_single_kernel(rsa_single_kind::adx) == nullptr) {
    GTEST_SKIP() << "no such kernel here: the kernel adx for single signatures was not tried";
  }
  random chance{14};
  auto moduli = regular_moduli(chance);
  for (int i = 0; i < 100; ++i) moduli.push_back(modulus_of(chance));
  std::size_t past = 0;
  for (const auto& modulus : moduli) {
    const support::rsa_oracle oracle{modulus};
    const auto by = rsa_single_key::prepare(modulus, 65537);
    ASSERT_NE(by, nullptr);
    rsa_number ones;
    ones.fill(0xFF);
    for (const auto& base : {ones, flip(ones, 0), flip(ones, 2047), modulus, hard_number(chance),
                             hard_number(chance), random_number(chance)}) {
      limbs number;
      read_limbs(number, base);
      adx::power(number.data(), number.data(), by->prepared().adx);
      const auto made = bytes_of(number);
      past += made >= modulus;
      EXPECT_EQ(oracle.reduced(made), oracle.power(oracle.reduced(base)));
    }
  }
  EXPECT_GT(past, 0U);
}

TEST(rsa_single_key_test, has_no_path_for_other_keys) {
  random chance{13};
  expect_path_for_usual_keys_only<rsa_single_key>(chance);
}

}  // namespace
}  // namespace latchkey::jose
