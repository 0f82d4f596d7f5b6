// The kernel behind rsa_batch: eight modular powers at once with AVX-512 IFMA, and the form its
// numbers take. Its source is compiled with instructions the processor may not have, so this header
// and that source use nothing of the standard library that the rest of the program shares.
#pragma once

#include <stdint.h>

namespace latchkey::jose::ifma {

// Numbers are written in digits of 52 bits, the least first, which is what the instructions
// multiply. 2048 bits take 40 of them.
inline constexpr int digit_bits = 52;
inline constexpr int digits = 40;
inline constexpr int half = digits / 2;
inline constexpr int quarter = digits / 4;
inline constexpr int lanes = 8;
// Of the digest, SHA-256.
inline constexpr int digest_digits = 5;

// A product of 80 digits is brought back to 40 in two steps. First its upper part, from digit
// `fold_at` on, is replaced by that part times `fold`; then Montgomery's reduction takes off the
// lower 20 digits. So a reduction divides by R = 2^1040, not by the usual 2^2080.
inline constexpr int fold_at = 59;
// The columns of a product are signed before carries are taken, so the upper part could come out a
// little below zero. This much is added to it, and `balance` takes it away again.
inline constexpr int fold_bias = 1024;

// What is kept of one key, n being its modulus: numbers one after another, each beginning at its
// place below.
struct key_digits {
  static constexpr int modulus = 0;
  // A number of 2^(52 fold_at) modulo n, whose first quarter is not below its second, nor its third
  // below its fourth.
  static constexpr int fold = modulus + digits;
  // What those quarters are apart, a quarter each: one product of Karatsuba's is saved by it.
  static constexpr int fold_apart = fold + digits;
  // -1 / n modulo 2^52; then three places that are not used.
  static constexpr int inverse = fold_apart + 2 * quarter;
  // -fold_bias fold / R modulo n, and n more, so that no sum is negative.
  static constexpr int balance = inverse + 4;
  // With g = -R^-65535 modulo n: g, which the digest is multiplied by; and the rest of the expected
  // block, that is all but the digest, times g modulo n.
  static constexpr int digest_factor = balance + digits;
  static constexpr int block_rest = digest_factor + digits;
  static constexpr int size = block_rest + digits;

  uint64_t at[size];
};
static_assert(key_digits::size % lanes == 0);

// Eight questions: is signature^65537 the expected block of the digest, modulo n? The signatures
// are below their moduli. Bit i of the result is the answer of lane i.
struct question {
  alignas(64) uint64_t signature[digits][lanes];
  alignas(64) uint64_t digest[digest_digits][lanes];
  const key_digits* keys[lanes];
};
unsigned powers_match(const question& asked);

}  // namespace latchkey::jose::ifma
