// The kernel behind rsa_single: one modular power with AVX-512 IFMA, and the form its numbers take.
// Its source is compiled with instructions the processor may not have, so this header and that
// source use nothing of the standard library that the rest of the program shares.
#pragma once

#include "rsa_batch_ifma.hpp"

#include <stdint.h>

namespace latchkey::jose::ifma {

// A number of 40 digits of 52 bits in as few registers as hold it. Digit 5 lane + row is
// at[row][lane], so that the next digit of a lane is in the next register: a product with one digit
// moves whole registers on, and lanes only once for five digits.
inline constexpr int rows = digits / lanes;
struct spread_number {
  alignas(64) uint64_t at[rows][lanes];

  // For the other files: the kernel's must leave no function behind that they could be linked to.
  [[gnu::always_inline]] uint64_t& digit(int index) { return at[index % rows][index / rows]; }
  [[gnu::always_inline]] uint64_t digit(int index) const { return at[index % rows][index / rows]; }
};

// What is kept of one key. Each product is divided by R = 2^2080, modulo n.
struct spread_key {
  spread_number modulus;   // n
  spread_number friendly;  // (n inverse + 1) / 2^52
  // R^65537 modulo n, which takes away what sixteen squares and a product were divided by.
  spread_number factor;
  uint64_t inverse;  // -1 / n modulo 2^52
};

// out = base^65537 modulo n, or that and n or 2 n more. `base` is below 3 n; the digits of both are
// below 2^52.
void power(spread_number& out, const spread_number& base, const spread_key& by);

}  // namespace latchkey::jose::ifma
