// The kernel behind rsa_batch for AVX2 with FMA: four modular powers at once in double precision,
// and the form its numbers take. Its source is compiled with instructions the processor may not
// have, so this header and that source use nothing of the standard library that the rest of the
// program shares.
#pragma once

#include <stdint.h>

namespace latchkey::jose::fma {

// Numbers are written in digits of 48 bits, the least first, each an integer in a double. Digits
// are balanced: from -2^47 to 2^47, so that products have no bit more than they need. 2048 bits
// take 43 of them; the 44th leaves room for what a reduction does not take off.
inline constexpr int digit_bits = 48;
inline constexpr int digits = 44;
inline constexpr int half = digits / 2;
inline constexpr int quarter = digits / 4;
inline constexpr int lanes = 4;
// Of the digest, SHA-256.
inline constexpr int digest_digits = 6;

// A product of 88 digits is brought back to 44 in two steps. First its upper part, from digit
// `fold_at` on, is replaced by that part times `fold`; then Montgomery's reduction takes off the
// lower 22 digits. So a reduction divides by R = 2^1056.
inline constexpr int fold_at = 66;

// What is kept of one key, n being its modulus: numbers one after another, each beginning at its
// place below.
struct key_digits {
  static constexpr int modulus = 0;
  // The number nearest to 0 that is 2^(48 fold_at) modulo n.
  static constexpr int fold = modulus + digits;
  // Its first quarter less its second, and its third less its fourth: one product of Karatsuba's is
  // made of them.
  static constexpr int fold_apart = fold + digits;
  // With scale = -1 / n modulo 2^48, balanced: (scale n + 1) / 2^48. Montgomery's method with the
  // modulus scale n has the lowest digit itself for the digit of its quotient.
  static constexpr int multiple = fold_apart + half;
  // The third quarter of it less the fourth.
  static constexpr int multiple_apart = multiple + digits;
  static constexpr int scale = multiple_apart + quarter;
  // With g = -R^-65535 modulo n: g, which the digest is multiplied by; and the rest of the expected
  // block, that is all but the digest, times g modulo n.
  static constexpr int digest_factor = scale + 1;
  static constexpr int block_rest = digest_factor + digits;
  static constexpr int end = block_rest + digits;
  static constexpr int size = (end + lanes - 1) / lanes * lanes;

  double at[size];
};

// Four questions: is signature^65537 the expected block of the digest, modulo n? The signatures
// have 256 bytes, big-endian, and are below their moduli; the digests have 32 bytes. Bit i of the
// result is the answer of lane i. Computes with the mode of rounding it needs, whichever the thread
// has, and leaves the thread's as it was.
struct question {
  const unsigned char* signature[lanes];
  const unsigned char* digest[lanes];
  const key_digits* keys[lanes];
};
unsigned powers_match(const question& asked);

// One multiplication of the power, for the tests of the largest digits: a b / R modulo n. The
// digits may be as large as those of a result: 2^47, and the last of them 2^47 + 2^32.
struct factors {
  alignas(32) double a[digits][lanes];
  alignas(32) double b[digits][lanes];
  const key_digits* keys[lanes];
};
struct reduced {
  alignas(32) double at[digits][lanes];
};
void multiply_once(reduced& out, const factors& in);
// The same of a times a, by the method for squares.
void square_once(reduced& out, const factors& in);

}  // namespace latchkey::jose::fma
