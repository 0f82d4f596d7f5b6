// What the tests of the RSA kernels are made of: numbers that are hard on carries, and how many
// of them. Not a test itself.
#pragma once

#include <latchkey/jose/rsa_batch.hpp>

#include <gtest/gtest.h>
#include <support/rsa_oracle.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace latchkey::jose {

using support::rsa_number;
using random = std::mt19937_64;

inline void PrintTo(rsa_batch_kind kind, std::ostream* out) {
  *out << (kind == rsa_batch_kind::ifma ? "ifma" : "fma");
}

inline std::string name_of(rsa_batch_kind kind) {
  return testing::PrintToString(kind);
}

inline std::size_t cases_wanted(std::size_t usual) {
  const char* const text = std::getenv("BATCH_CASES");
  return text != nullptr ? static_cast<std::size_t>(std::strtoull(text, nullptr, 10)) : usual;
}

inline rsa_number random_number(random& chance) {
  rsa_number made;
  for (auto& byte : made) byte = static_cast<unsigned char>(chance());
  return made;
}

// Numbers that are hard on carries: digits of 52 bits all zero or all one, powers of two and their
// neighbours, halves that are equal, one bit at either end.
inline rsa_number hard_number(random& chance) {
  const support::bignum made{BN_new()};
  support::must(made != nullptr);
  switch (chance() % 6) {
    case 0:
    case 1: {
      std::array<std::uint64_t, ifma::digits> digits{};
      constexpr auto ones = (std::uint64_t{1} << ifma::digit_bits) - 1;
      for (auto& digit : digits) {
        switch (chance() % 5) {
          case 0:
            digit = 0;
            break;
          case 1:
            digit = 1;
            break;
          case 2:
            digit = ones;
            break;
          case 3:
            digit = ones - 1;
            break;
          default:
            digit = chance() & ones;
        }
      }
      if (chance() % 2 == 0) std::copy_n(digits.begin(), ifma::half, digits.begin() + ifma::half);
      digits.back() &= (1U << 20) - 1;
      const auto number = support::read_digits(digits.data(), ifma::digits);
      return support::as_bytes(number.get());
    }
    case 2:
    case 3: {
      support::must(BN_set_bit(made.get(), static_cast<int>(chance() % 2048)) == 1);
      if (chance() % 2 == 0) support::must(BN_sub_word(made.get(), 1 + chance() % 3) == 1);
      if (BN_is_negative(made.get())) BN_zero(made.get());
      return support::as_bytes(made.get());
    }
    case 4:
      support::must(BN_set_word(made.get(), chance() % 4) == 1);
      return support::as_bytes(made.get());
    default: {
      rsa_number all;
      all.fill(0xFF);
      all[chance() % all.size()] ^= static_cast<unsigned char>(1U << chance() % 8);
      return all;
    }
  }
}

inline rsa_number flip(rsa_number number, std::size_t bit) {
  number[number.size() - 1 - bit / 8] ^= static_cast<unsigned char>(1U << bit % 8);
  return number;
}

// Odd, of 2048 bits.
inline rsa_number modulus_of(random& chance) {
  auto made = chance() % 2 == 0 ? random_number(chance) : hard_number(chance);
  made.front() |= 0x80;
  made.back() |= 1;
  return made;
}

// A part of each is all ones or all zeros, where carries run long.
inline std::vector<rsa_number> regular_moduli(random& chance) {
  std::vector<rsa_number> all;
  for (std::size_t from = 0; from < 256; from += 16) {
    for (const std::size_t size : {16U, 64U, 128U, 240U, 256U}) {
      for (const auto fill : {static_cast<unsigned char>(0x00), static_cast<unsigned char>(0xFF)}) {
        auto modulus = random_number(chance);
        std::fill_n(modulus.begin() + static_cast<std::ptrdiff_t>(from),
                    std::min(size, modulus.size() - from), fill);
        modulus.front() |= 0x80;
        modulus.back() |= 1;
        all.push_back(modulus);
      }
    }
  }
  return all;
}

// n - 1, n - 2 and the like.
inline rsa_number below(const rsa_number& modulus, std::uint64_t less) {
  const auto number = support::as_bignum(modulus);
  support::must(BN_sub_word(number.get(), less) == 1);
  return support::as_bytes(number.get());
}

// Of what a kernel needs of a key.
template <class Key>
void expect_path_for_usual_keys_only(random& chance) {
  auto good = random_number(chance);
  good.front() |= 0x80;
  good.back() |= 1;
  EXPECT_NE(Key::prepare(good, 65537), nullptr);
  EXPECT_EQ(Key::prepare(good, 3), nullptr);
  EXPECT_EQ(Key::prepare(good, 65539), nullptr);
  const std::span<const unsigned char> bytes{good};
  EXPECT_EQ(Key::prepare(bytes.first(255), 65537), nullptr);
  auto small = good;
  small.front() &= 0x7F;
  EXPECT_EQ(Key::prepare(small, 65537), nullptr) << "2047 bits";
  auto even = good;
  even.back() &= 0xFE;
  EXPECT_EQ(Key::prepare(even, 65537), nullptr);
  EXPECT_EQ(Key::prepare({}, 65537), nullptr);
}

}  // namespace latchkey::jose

// Ends the test as skipped where this processor does not have the kernel.
#define LATCHKEY_NEEDS_KERNEL(kernel_kind)                                         \
  if (find_rsa_batch_kernel(kernel_kind) == nullptr) {                             \
    GTEST_SKIP() << "no such kernel here: the kernel for " << name_of(kernel_kind) \
                 << " was not tried";                                              \
  }
