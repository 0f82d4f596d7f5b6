#include "pkcs1_block.hpp"
#include "rsa_batch_ifma_digits.hpp"
#include "rsa_batch_known.hpp"
#include "rsa_single_numbers.hpp"

#include <latchkey/jose/rsa_single.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <vector>

#ifdef LATCHKEY_KERNELS
#include <cpuid.h>
#endif

namespace latchkey::jose {

#ifdef LATCHKEY_KERNELS
namespace {

constexpr std::size_t number_bytes = 256;
using number = std::array<unsigned char, number_bytes>;

digit_row in_a_row(const ifma::spread_number& spread) {
  digit_row digits;
  for (int i = 0; i < ifma::digits; ++i) digits[static_cast<std::size_t>(i)] = spread.digit(i);
  return digits;
}

bool is_below(const digit_row& a, const digit_row& b) {
  return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

// `b` is not above `a`.
void subtract(digit_row& a, const digit_row& b) {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto digit = a[i] - b[i] - borrow;
    a[i] = digit & digit_mask;
    borrow = digit >> 63;
  }
}

// Of a number below 2^2048, big-endian.
void write_bytes(std::span<unsigned char, number_bytes> out, const digit_row& digits) {
  constexpr std::size_t word_bits = 64;
  for (std::size_t word = 0; word < number_bytes / sizeof(std::uint64_t); ++word) {
    const auto from = word * word_bits / ifma::digit_bits;
    const auto skipped = word * word_bits % ifma::digit_bits;
    auto value = digits[from] >> skipped | digits[from + 1] << (ifma::digit_bits - skipped);
    const auto taken = 2 * ifma::digit_bits - skipped;
    if (taken < word_bits) value |= digits[from + 2] << taken;
    value = __builtin_bswap64(value);
    std::memcpy(out.data() + number_bytes - (word + 1) * sizeof value, &value, sizeof value);
  }
}

void ifma_power(std::span<unsigned char, number_bytes> out,
                std::span<const unsigned char, number_bytes> base, const rsa_single_key& by) {
  const auto& key = by.prepared().ifma;
  const digit_source<number_bytes> digits{base.data()};
  ifma::spread_number spread;
  for (int i = 0; i < ifma::digits; ++i) spread.digit(i) = digits[static_cast<std::size_t>(i)];
  ifma::power(spread, spread, key);
  auto power = in_a_row(spread);
  const auto modulus = in_a_row(key.modulus);
  while (!is_below(power, modulus)) subtract(power, modulus);
  write_bytes(out, power);
}

void adx_power(std::span<unsigned char, number_bytes> out,
               std::span<const unsigned char, number_bytes> base, const rsa_single_key& by) {
  const auto& key = by.prepared().adx;
  std::array<std::uint64_t, adx::limbs> power;
  std::memcpy(power.data(), base.data(), number_bytes);
  std::reverse(power.begin(), power.end());
  for (auto& limb : power) limb = __builtin_bswap64(limb);
  adx::power(power.data(), power.data(), key);
  while (!std::lexicographical_compare(power.rbegin(), power.rend(), std::rbegin(key.modulus),
                                       std::rend(key.modulus))) {
    adx::subtract(power.data(), key.modulus);
  }
  std::reverse(power.begin(), power.end());
  for (auto& limb : power) limb = __builtin_bswap64(limb);
  std::memcpy(out.data(), power.data(), number_bytes);
}

constexpr rsa_single_kernel ifma_kernel{"AVX-512 IFMA", "avx512_ifma", ifma_power,
                                        rsa_single_kind::ifma};
constexpr rsa_single_kernel adx_kernel{"MULX and ADX", "mulx_adx", adx_power, rsa_single_kind::adx};

// The block of a signature that is right, and another one of one that is not; and what needs no
// power to be known.
bool knows_answers(const rsa_single_kernel& kernel) {
  const auto by = rsa_single_key::prepare(known::modulus, 65537);
  if (!by) return false;
  number expected;
  write_pkcs1_block(expected, digest_kind::sha256, known::digest);
  const auto power_of = [&](const number& base) {
    number power{};
    kernel.power(power, base, *by);
    return power;
  };
  auto wrong = known::signature;
  wrong.back() ^= 1;
  const number zero{};
  number one{};
  one.back() = 1;
  auto minus_one = known::modulus;  // which is odd, as is the exponent
  minus_one.back() ^= 1;
  return power_of(known::signature) == expected && power_of(wrong) != expected &&
         power_of(zero) == zero && power_of(one) == one && power_of(minus_one) == minus_one;
}

// gcc 12 has no builtin for it.
bool has_adx() {
  unsigned words[4] = {};
  return __get_cpuid_count(7, 0, &words[0], &words[1], &words[2], &words[3]) != 0 &&
         (words[1] & bit_ADX) != 0;
}

}  // namespace

// The builtins also ask whether the system keeps the registers.
const rsa_single_kernel* find_rsa_single_kernel(rsa_single_kind kind) {
  if (kind == rsa_single_kind::ifma) {
    static const bool available =
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512ifma") && knows_answers(ifma_kernel);
    return available ? &ifma_kernel : nullptr;
  }
  static const bool available =
      __builtin_cpu_supports("bmi2") && has_adx() && knows_answers(adx_kernel);
  return available ? &adx_kernel : nullptr;
}

const rsa_single_kernel* best_rsa_single_kernel(avx512_use wide) {
  if (wide == avx512_use::allowed) {
    if (const auto* const ifma = find_rsa_single_kernel(rsa_single_kind::ifma)) return ifma;
  }
  return find_rsa_single_kernel(rsa_single_kind::adx);
}

#else

const rsa_single_kernel* find_rsa_single_kernel(rsa_single_kind) {
  return nullptr;
}

const rsa_single_kernel* best_rsa_single_kernel(avx512_use) {
  return nullptr;
}

#endif

rsa_single_kernels found_rsa_single_kernels() {
  static const auto found = [] {
    std::vector<const rsa_single_kernel*> all;
    for (const auto kind : rsa_single_kinds) {
      if (const auto* const one = find_rsa_single_kernel(kind)) all.push_back(one);
    }
    return all;
  }();
  return found;
}

}  // namespace latchkey::jose
