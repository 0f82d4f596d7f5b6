// The steps of the AVX2 kernel at the bounds that its comments prove: the largest digits, so placed
// that sums and differences become as large as they can. The products are held against OpenSSL's
// big numbers, and what comes out against the bounds of what may go in.
#include <gtest/gtest.h>
#include <support/rsa_oracle.hpp>

#include <array>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

using support::rsa_number;
using oracle = support::kernel_oracle<support::fma_side>;
using digits_of_one = std::array<double, fma::digits>;
using chance_of_digits = std::mt19937_64;

constexpr double largest = 0x1p47;
constexpr double largest_last = 0x1p47 + 0x1p32;

rsa_number modulus_filled(unsigned char fill, unsigned char last) {
  rsa_number made;
  made.fill(fill);
  made.front() |= 0x80;
  made.back() = last;
  return made;
}

// The least and the greatest modulus, and those whose digits are all as large as they come: 7F FF
// and so on, 80 00 and so on.
std::vector<oracle> extreme_moduli(chance_of_digits& chance) {
  std::vector<oracle> made;
  made.emplace_back(modulus_filled(0x00, 0x01));
  made.emplace_back(modulus_filled(0xFF, 0xFF));
  for (const bool upper : {false, true}) {
    rsa_number digits;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      const bool first_of_digit = (digits.size() - 1 - i) % 6 == 5;
      digits[i] = first_of_digit ? (upper ? 0x80 : 0x7F) : (upper ? 0x00 : 0xFF);
    }
    digits.front() |= 0x80;
    digits.back() |= 1;
    made.emplace_back(digits);
  }
  rsa_number any;
  for (auto& byte : any) byte = static_cast<unsigned char>(chance());
  any.front() |= 0x80;
  any.back() |= 1;
  made.emplace_back(any);
  return made;
}

// One value for each quarter and another for the quarter's last digit, among the largest, their
// halves and zero: differences of halves, and of the quarters of those, come out as large as they
// can, in every digit and in the last.
digits_of_one by_quarters(chance_of_digits& chance) {
  constexpr std::array values{largest, -largest, largest / 2, -largest / 2, 0.0};
  digits_of_one made;
  for (int quarter = 0; quarter < 4; ++quarter) {
    const auto first = static_cast<std::size_t>(quarter) * fma::quarter;
    std::fill_n(made.begin() + static_cast<std::ptrdiff_t>(first), fma::quarter,
                values[chance() % values.size()]);
    made[first + fma::quarter - 1] = values[chance() % values.size()];
  }
  if (chance() % 2 == 0) made.back() = std::copysign(largest_last, made.back());
  return made;
}

// Any signs, the largest digits or those next to them.
digits_of_one by_signs(chance_of_digits& chance) {
  digits_of_one made;
  for (auto& digit : made) {
    digit = largest - static_cast<double>(chance() % 3);
    if (chance() % 2 == 0) digit = -digit;
  }
  if (chance() % 2 == 0) made.back() = std::copysign(largest_last, made.back());
  return made;
}

class rsa_batch_fma_test : public testing::Test {
 protected:
  void SetUp() override {
    if (find_rsa_batch_kernel(rsa_batch_kind::fma) == nullptr) {
      GTEST_SKIP() << "no such kernel here: the kernel for fma was not tried";
    }
  }

  static void put(double (*to)[fma::lanes], std::size_t lane, const digits_of_one& number) {
    for (std::size_t i = 0; i < number.size(); ++i) to[i][lane] = number[i];
  }

  static digits_of_one lane_of(const fma::reduced& all, std::size_t lane) {
    digits_of_one made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = all.at[i][lane];
    return made;
  }

  // R result = a b modulo n, and the digits may go in again.
  static void expect_product(const digits_of_one& result, const digits_of_one& a,
                             const digits_of_one& b, const oracle& by) {
    for (std::size_t i = 0; i + 1 < result.size(); ++i) {
      ASSERT_LE(std::fabs(result[i]), largest) << "digit " << i;
    }
    ASSERT_LE(std::fabs(result.back()), largest_last);
    const auto number = [&](const digits_of_one& of) {
      return by.reduced(support::read_digits(of.data(), fma::digits));
    };
    const auto r = support::bignum{BN_new()};
    support::must(BN_set_bit(r.get(), fma::half * fma::digit_bits) == 1);
    const auto expected = by.product(number(a).get(), number(b).get());
    const auto found = by.product(number(result).get(), by.reduced(bignum{BN_dup(r.get())}).get());
    ASSERT_EQ(BN_cmp(found.get(), expected.get()), 0);
  }
};

TEST_F(rsa_batch_fma_test, largest_digits) {
  chance_of_digits chance{47};
  const auto moduli = extreme_moduli(chance);
  double greatest = 0;
  for (int round = 0; round < 2500; ++round) {
    fma::factors in;
    std::array<digits_of_one, fma::lanes> a;
    std::array<digits_of_one, fma::lanes> b;
    std::array<const oracle*, fma::lanes> by;
    for (std::size_t lane = 0; lane < fma::lanes; ++lane) {
      const auto any = [&] { return chance() % 2 == 0 ? by_quarters(chance) : by_signs(chance); };
      a[lane] = any();
      b[lane] = any();
      by[lane] = &moduli[chance() % moduli.size()];
      put(in.a, lane, a[lane]);
      put(in.b, lane, b[lane]);
      in.keys[lane] = &by[lane]->key();
    }
    fma::reduced out;
    fma::multiply_once(out, in);
    for (std::size_t lane = 0; lane < fma::lanes; ++lane) {
      const auto result = lane_of(out, lane);
      expect_product(result, a[lane], b[lane], *by[lane]);
      greatest = std::max(greatest, std::fabs(result.back()));
    }
    fma::square_once(out, in);
    for (std::size_t lane = 0; lane < fma::lanes; ++lane) {
      expect_product(lane_of(out, lane), a[lane], a[lane], *by[lane]);
    }
    if (HasFatalFailure()) FAIL() << "in round " << round;
  }
  // Otherwise the cases were not as hard as they are meant to be.
  EXPECT_GT(greatest, largest * 0.999);
}

// What comes out goes in again, as in a power.
TEST_F(rsa_batch_fma_test, results_go_in_again) {
  chance_of_digits chance{65'537};
  for (const auto& by : extreme_moduli(chance)) {
    fma::factors in;
    std::array<digits_of_one, fma::lanes> a;
    for (std::size_t lane = 0; lane < fma::lanes; ++lane) {
      a[lane] = lane % 2 == 0 ? by_quarters(chance) : by_signs(chance);
      in.keys[lane] = &by.key();
    }
    for (int step = 0; step < 64; ++step) {
      for (std::size_t lane = 0; lane < fma::lanes; ++lane) put(in.a, lane, a[lane]);
      fma::reduced out;
      fma::square_once(out, in);
      for (std::size_t lane = 0; lane < fma::lanes; ++lane) {
        const auto result = lane_of(out, lane);
        expect_product(result, a[lane], a[lane], by);
        a[lane] = result;
      }
      if (HasFatalFailure()) FAIL() << "in step " << step;
    }
  }
}

// The numbers of a key, each by what it is for.
TEST_F(rsa_batch_fma_test, numbers_of_a_key) {
  chance_of_digits chance{3};
  for (const auto& by : extreme_moduli(chance)) {
    const auto& key = by.key();
    for (int i = 0; i < fma::key_digits::end; ++i) {
      const bool last_of_apart = i == fma::key_digits::fold_apart + fma::quarter - 1 ||
                                 i == fma::key_digits::fold_apart + fma::half - 1 ||
                                 i == fma::key_digits::multiple_apart + fma::quarter - 1;
      EXPECT_LE(std::fabs(key.at[i]), last_of_apart ? 2 * largest + 1 : largest + 1) << i;
    }
    const auto read = [&](int place) { return support::read_digits(key.at + place, fma::digits); };
    EXPECT_EQ(BN_cmp(read(fma::key_digits::modulus).get(), by.n()), 0);

    const auto power = support::bignum{BN_new()};
    support::must(BN_set_bit(power.get(), fma::fold_at * fma::digit_bits) == 1);
    EXPECT_EQ(BN_cmp(by.reduced(read(fma::key_digits::fold)).get(),
                     by.reduced(bignum{BN_dup(power.get())}).get()),
              0);

    // 2^48 multiple - 1 = scale n.
    const auto multiple = read(fma::key_digits::multiple);
    support::must(BN_lshift(multiple.get(), multiple.get(), fma::digit_bits) == 1 &&
                  BN_sub_word(multiple.get(), 1) == 1);
    const auto scaled = support::bignum{BN_dup(by.n())};
    const auto scale = key.at[fma::key_digits::scale];
    support::must(BN_mul_word(scaled.get(), static_cast<BN_ULONG>(std::fabs(scale))) == 1);
    BN_set_negative(scaled.get(), scale < 0 ? 1 : 0);
    EXPECT_EQ(BN_cmp(multiple.get(), scaled.get()), 0);
  }
}

}  // namespace
}  // namespace latchkey::jose
