// Products of 44 digits by 44, by Karatsuba's method above blocks of 11. A part of
// rsa_batch_fma.cpp, as those are.
#pragma once

#include "rsa_batch_fma_blocks.hpp"

namespace latchkey::jose::fma {
namespace {

// a - b for numbers of Count digits. Each digit but the last passes on what it has past h, all at
// the same time: it comes to -1, 0 or 1, and no carry runs further. Otherwise products would leave
// their binade.
template <int Count>
LATCHKEY_INLINE void difference(real* out, const real* a, const real* b) {
  real carry = _mm256_setzero_pd();
  each<0, Count>([&](auto i) LATCHKEY_INLINED {
    real digit = _mm256_sub_pd(a[i.value], b[i.value]);
    real past = carry;
    if constexpr (i.value + 1 < Count) {
      past = _mm256_sub_pd(_mm256_fmadd_pd(digit, all(0x1p-48), all(middle_low)), all(middle_low));
      digit = _mm256_fnmadd_pd(past, all(0x1p48), digit);
    }
    out[i.value] = _mm256_add_pd(digit, carry);
    carry = past;
  });
}

// Karatsuba's method: `out` has low = a0 b0 and high = a1 b1, one after the other, and becomes the
// whole product, with (a0 - a1) (b0 - b1) = low + high - middle. Part is half of the columns of
// each.
template <int Part>
LATCHKEY_INLINE void combine(word* out, const word* apart) {
  for (int i = 0; i < Part; ++i) {
    const word low = out[i];
    const word high = out[i + 3 * Part];
    const word both = add(sub(out[i + Part], all(column_bias)), out[i + 2 * Part]);
    out[i + Part] = add(both, sub(low, apart[i]));
    out[i + 2 * Part] = add(both, sub(high, apart[i + Part]));
  }
}

[[gnu::noinline]] void square_half(word* out, const real* a) {
  real d[quarter];
  word apart[2 * quarter];
  square_quarter(out, a);
  square_quarter(out + 2 * quarter, a + quarter);
  difference<quarter>(d, a, a + quarter);
  square_quarter(apart, d);
  combine<quarter>(out, apart);
}

// All 88 columns.
[[gnu::noinline]] void square(word* out, const real* a) {
  real d[half];
  word apart[2 * half];
  square_half(out, a);
  square_half(out + 2 * half, a + half);
  difference<half>(d, a, a + half);
  square_half(apart, d);
  combine<half>(out, apart);
}

// The three blocks of 22 digits by 22.
struct product {
  word low[2 * quarter];
  word high[2 * quarter];
  word apart[2 * quarter];
};

// 22 digits, and the difference of their quarters.
struct factor {
  const real* digits;
  const real* apart;
};

[[gnu::noinline]] void multiply_half(product& out, factor a, factor b) {
  multiply_quarter(out.low, a.digits, b.digits);
  multiply_quarter(out.high, a.digits + quarter, b.digits + quarter);
  multiply_quarter(out.apart, a.apart, b.apart);
}

// Adds the 44 columns of the product to those of `to`.
LATCHKEY_INLINE void add_product(word* to, const product& p) {
  const word bias = all(column_bias);
  for (int i = 0; i < quarter; ++i) {
    const word low = sub(p.low[i], bias);
    const word high = sub(p.high[i + quarter], bias);
    const word both = sub(add(p.low[i + quarter], p.high[i]), all(2 * column_bias));
    to[i] = add(to[i], low);
    to[i + quarter] = add(to[i + quarter], add(both, sub(p.low[i], p.apart[i])));
    to[i + 2 * quarter] =
        add(to[i + 2 * quarter], add(both, sub(p.high[i + quarter], p.apart[i + quarter])));
    to[i + 3 * quarter] = add(to[i + 3 * quarter], high);
  }
}

// All 88 columns of a times b.
[[gnu::noinline]] void multiply(word* out, const real* a, const real* b) {
  real a_apart[half];
  real b_apart[half];
  for (int i = 0; i < digits; i += half) {
    difference<quarter>(a_apart + i / 2, a + i, a + i + quarter);
    difference<quarter>(b_apart + i / 2, b + i, b + i + quarter);
  }
  for (int i = 0; i < 2 * digits; ++i) out[i] = all(column_bias);
  for (int i = 0; i < digits; i += half) {
    for (int j = 0; j < digits; j += half) {
      product part;
      multiply_half(part, {a + i, a_apart + i / 2}, {b + j, b_apart + j / 2});
      add_product(out + i + j, part);
    }
  }
}

}  // namespace
}  // namespace latchkey::jose::fma
