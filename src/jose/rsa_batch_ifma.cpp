// The whole of this file is compiled with AVX-512, and nothing of it may run elsewhere: so it has
// no function that the linker could choose for other files.
#include "rsa_batch_ifma.hpp"

#include "rsa_batch_unrolled.hpp"

#include <immintrin.h>

namespace latchkey::jose::ifma {
namespace {

using v = __m512i;

LATCHKEY_INLINE v zero() {
  return _mm512_setzero_si512();
}
LATCHKEY_INLINE v mask52() {
  return _mm512_set1_epi64((int64_t{1} << digit_bits) - 1);
}
LATCHKEY_INLINE v add(v a, v b) {
  return _mm512_add_epi64(a, b);
}
LATCHKEY_INLINE v sub(v a, v b) {
  return _mm512_sub_epi64(a, b);
}
// The lower and the upper 52 bits of a product, added to `sum`.
LATCHKEY_INLINE v lo(v sum, v a, v b) {
  return _mm512_madd52lo_epu64(sum, a, b);
}
LATCHKEY_INLINE v hi(v sum, v a, v b) {
  return _mm512_madd52hi_epu64(sum, a, b);
}
LATCHKEY_INLINE v carry_of(v column) {
  return _mm512_srai_epi64(column, digit_bits);
}
LATCHKEY_INLINE v digit_of(v column) {
  return _mm512_and_si512(column, mask52());
}

// How many columns take turns, found by trial.
constexpr int turns = 4;
constexpr int turns_below = 5;  // where each column decides a digit

// A column is a sum of 64 bits, signed, worth 2^52 times the one before it, with no carries taken
// yet. One of a product of 20 digits adds at most 40 numbers below 2^52; the two levels of
// Karatsuba's method, the fold and the reduction keep every sum within 2^62.

// Columns K to K + Count - 1 of a times b, where a has A digits and b has B, added to low and high.
// An instruction needs the result of the one before it in its column only after four cycles, so the
// columns take turns.
template <int K, int Count, int A, int B>
LATCHKEY_INLINE void multiply_columns(v* low, v* high, const v* a, const v* b) {
  each<0, A>([&](auto i) LATCHKEY_INLINED {
    each<0, Count>([&](auto c) LATCHKEY_INLINED {
      constexpr int j = K + c.value - i.value;
      if constexpr (j >= 0 && j < B) low[c.value] = lo(low[c.value], a[i.value], b[j]);
      if constexpr (j >= 1 && j <= B) high[c.value] = hi(high[c.value], a[i.value], b[j - 1]);
    });
  });
}

// a times b, Count columns at a time; done(column's number, column) takes each.
template <int Count, int A, int B, class Done>
LATCHKEY_INLINE void multiply_by_columns(const v* a, const v* b, const Done& done) {
  each<0, (A + B) / Count>([&](auto group) LATCHKEY_INLINED {
    constexpr int k = group.value * Count;
    v low[Count];
    v high[Count];
    each<0, Count>([&](auto c) LATCHKEY_INLINED { low[c.value] = high[c.value] = zero(); });
    multiply_columns<k, Count, A, B>(low, high, a, b);
    each<0, Count>([&](auto c) LATCHKEY_INLINED {
      done(constant<k + c.value>{}, add(low[c.value], high[c.value]));
    });
  });
}

// The same for the square of a.
template <int Count, int A, class Done>
LATCHKEY_INLINE void square_by_columns(const v* a, const Done& done) {
  each<0, 2 * A / Count>([&](auto group) LATCHKEY_INLINED {
    constexpr int k = group.value * Count;
    v low[Count];
    v high[Count];
    each<0, Count>([&](auto c) LATCHKEY_INLINED { low[c.value] = high[c.value] = zero(); });
    each<0, A>([&](auto i) LATCHKEY_INLINED {
      each<0, Count>([&](auto c) LATCHKEY_INLINED {
        constexpr int j = k + c.value - i.value;
        if constexpr (j > i.value && j < A) low[c.value] = lo(low[c.value], a[i.value], a[j]);
        if constexpr (j - 1 > i.value && j <= A) {
          high[c.value] = hi(high[c.value], a[i.value], a[j - 1]);
        }
      });
    });
    each<0, Count>([&](auto c) LATCHKEY_INLINED {
      constexpr int column = k + c.value;
      v sum = add(low[c.value], high[c.value]);
      sum = add(sum, sum);
      if constexpr (column % 2 == 0) {
        sum = lo(sum, a[column / 2], a[column / 2]);
      } else {
        sum = hi(sum, a[column / 2], a[column / 2]);
      }
      done(constant<column>{}, sum);
    });
  });
}

template <int Count>
LATCHKEY_INLINE void load(v* to, const v* from) {
  each<0, Count>([&](auto i) LATCHKEY_INLINED { to[i.value] = _mm512_load_si512(from + i.value); });
}

// a - b for numbers of Count digits, modulo 2^(52 Count); which lanes would have been negative.
template <int Count>
LATCHKEY_INLINE __mmask8 difference(v* out, const v* a, const v* b) {
  v carry = zero();
  each<0, Count>([&](auto i) LATCHKEY_INLINED {
    const v column = add(sub(a[i.value], b[i.value]), carry);
    out[i.value] = digit_of(column);
    carry = carry_of(column);
  });
  return _mm512_movepi64_mask(carry);
}

// A product of 80 digits after one step of Karatsuba: with the halves a0, a1 of one factor and
// b0, b1 of the other, low is a0 b0, high is a1 b1, and the middle is low + high - apart.
struct product {
  v low[2 * half];
  v high[2 * half];
  v apart[2 * half];
  v apart_top;  // the one column past the others
};

struct fold_part {
  v low[2 * quarter];
  v high[2 * quarter];
  v apart[2 * quarter];
};

// Eight keys, one in each lane.
struct keys {
  v at[key_digits::size];

  const v* number(int place) const { return at + place; }
};

// The square of 20 digits by three of ten; done(column's number, column) takes each.
template <class Done>
LATCHKEY_INLINE void square_halves(const v* in, const Done& done) {
  alignas(64) v low[half];
  alignas(64) v high[half];
  alignas(64) v apart[quarter];
  const __mmask8 negative = difference<quarter>(apart, in, in + quarter);
  {
    v a[quarter];
    load<quarter>(a, in);
    square_by_columns<turns, quarter>(a, [&](auto k, v column) LATCHKEY_INLINED {
      low[k.value] = column;
      if constexpr (k.value < quarter) done(k, column);
    });
  }
  {
    v a[quarter];
    load<quarter>(a, in + quarter);
    square_by_columns<turns, quarter>(a, [&](auto k, v column) LATCHKEY_INLINED {
      high[k.value] = column;
      if constexpr (k.value >= quarter) done(constant<k.value + half>{}, column);
    });
  }
  v d[quarter];
  load<quarter>(d, apart);
  square_by_columns<turns, quarter>(d, [&](auto k, v column) LATCHKEY_INLINED {
    if constexpr (k.value >= quarter) {
      column = _mm512_mask_sub_epi64(column, negative, column,
                                     add(d[k.value - quarter], d[k.value - quarter]));
    }
    v sum = sub(add(low[k.value], high[k.value]), column);
    if constexpr (k.value < quarter) {
      sum = add(sum, low[k.value + quarter]);
    } else {
      sum = add(sum, high[k.value - quarter]);
    }
    done(constant<k.value + quarter>{}, sum);
  });
  const v last =
      _mm512_mask_sub_epi64(high[quarter], negative, high[quarter], _mm512_set1_epi64(1));
  done(constant<half + quarter>{}, last);
}

[[gnu::noinline]] void square20(v* out, const v* in) {
  square_halves(
      in, [&](auto k, v column) LATCHKEY_INLINED { _mm512_store_si512(out + k.value, column); });
}

// The square of in[0..20) - in[20..40), a number that may be negative.
[[gnu::noinline]] void square_apart(product& out, const v* d, __mmask8 negative) {
  square_halves(d, [&](auto k, v column) LATCHKEY_INLINED {
    if constexpr (k.value >= half) {
      column = _mm512_mask_sub_epi64(column, negative, column,
                                     add(d[k.value - half], d[k.value - half]));
    }
    _mm512_store_si512(out.apart + k.value, column);
  });
  out.apart_top = _mm512_maskz_set1_epi64(negative, 1);
}

[[gnu::noinline]] void multiply20(v* out, const v* in, const v* b) {
  v a[half];
  load<half>(a, in);
  multiply_by_columns<turns, half, half>(
      a, b, [&](auto k, v column) LATCHKEY_INLINED { _mm512_store_si512(out + k.value, column); });
}

[[gnu::noinline]] void multiply10(v* out, const v* in, const v* b) {
  v a[quarter];
  load<quarter>(a, in);
  multiply_by_columns<turns, quarter, quarter>(
      a, b, [&](auto k, v column) LATCHKEY_INLINED { _mm512_store_si512(out + k.value, column); });
}

// (a0 - a1) b, where b is not negative.
[[gnu::noinline]] void multiply_apart(v* out, v* out2, const v* in, const v* b, const v* b2) {
  v d[quarter];
  const __mmask8 negative = difference<quarter>(d, in, in + quarter);
  const auto times = [&](v* to, const v* by) LATCHKEY_INLINED {
    multiply_by_columns<turns, quarter, quarter>(d, by, [&](auto k, v column) LATCHKEY_INLINED {
      if constexpr (k.value >= quarter) {
        column = _mm512_mask_sub_epi64(column, negative, column, by[k.value - quarter]);
      }
      _mm512_store_si512(to + k.value, column);
    });
  };
  times(out, b);
  times(out2, b2);
}

// Column K of the whole product.
template <int K>
LATCHKEY_INLINE v whole_column(const product& p) {
  v sum = zero();
  if constexpr (K < 2 * half) sum = add(sum, p.low[K]);
  if constexpr (K >= half && K < 3 * half) {
    constexpr int m = K - half;
    sum = add(sum, sub(add(p.low[m], p.high[m]), p.apart[m]));
  }
  if constexpr (K == 3 * half) sum = sub(sum, p.apart_top);
  if constexpr (K >= 2 * half && K < 4 * half) sum = add(sum, p.high[K - 2 * half]);
  return sum;
}

// Column K of the upper part times half of `fold`.
template <int K>
LATCHKEY_INLINE v fold_column(const fold_part& p) {
  v sum = zero();
  if constexpr (K >= 0 && K < 2 * quarter) sum = add(sum, p.low[K]);
  if constexpr (K >= quarter && K < 3 * quarter) {
    constexpr int m = K - quarter;
    sum = add(sum, sub(add(p.low[m], p.high[m]), p.apart[m]));
  }
  if constexpr (K >= 2 * quarter && K < 4 * quarter) sum = add(sum, p.high[K - 2 * quarter]);
  return sum;
}

// Brings a product down to 40 digits: out = product / R modulo n, below 4 n.
[[gnu::noinline]] void reduce(v* out, const product& p, const keys& by) {
  alignas(64) v upper[half];
  {
    v carry = _mm512_set1_epi64(fold_bias);
    each<0, half>([&](auto i) LATCHKEY_INLINED {
      const v column = add(whole_column<fold_at + i.value>(p), carry);
      upper[i.value] = digit_of(column);
      carry = carry_of(column);
    });
  }
  const v* const fold = by.number(key_digits::fold);
  fold_part parts[2];
  multiply10(parts[0].low, upper, fold);
  multiply10(parts[1].low, upper, fold + half);
  multiply10(parts[0].high, upper + quarter, fold + quarter);
  multiply10(parts[1].high, upper + quarter, fold + half + quarter);
  multiply_apart(parts[0].apart, parts[1].apart, upper, by.number(key_digits::fold_apart),
                 by.number(key_digits::fold_apart) + quarter);

  const auto column = [&](auto k) LATCHKEY_INLINED {
    v sum = zero();
    if constexpr (k.value < fold_at) sum = whole_column<k.value>(p);
    sum = add(sum, fold_column<k.value>(parts[0]));
    return add(sum, fold_column<k.value - half>(parts[1]));
  };
  v q[half];
  v carry = zero();
  const v inverse = *by.number(key_digits::inverse);
  const v* const n = by.number(key_digits::modulus);
  const v* const balance = by.number(key_digits::balance);
  // The lower columns, of which each decides a digit of q; a few at a time.
  each<0, half / turns_below>([&](auto group) LATCHKEY_INLINED {
    constexpr int k = group.value * turns_below;
    v low[turns_below];
    v high[turns_below];
    each<0, turns_below>([&](auto c) LATCHKEY_INLINED {
      low[c.value] = column(constant<k + c.value>{});
      high[c.value] = zero();
    });
    multiply_columns<k, turns_below, k, digits>(low, high, q, n);
    each<0, turns_below>([&](auto c) LATCHKEY_INLINED {
      const v sum = add(add(low[c.value], high[c.value]), carry);
      const v digit = lo(zero(), sum, inverse);
      q[k + c.value] = digit;
      carry = carry_of(lo(sum, digit, n[0]));
      each<c.value + 1, turns_below>([&](auto later) LATCHKEY_INLINED {
        low[later.value] = lo(low[later.value], digit, n[later.value - c.value]);
        high[later.value] = hi(high[later.value], digit, n[later.value - c.value - 1]);
      });
    });
  });
  each<0, digits / turns>([&](auto group) LATCHKEY_INLINED {
    constexpr int k = half + group.value * turns;
    v low[turns];
    v high[turns];
    each<0, turns>([&](auto c) LATCHKEY_INLINED {
      low[c.value] = add(column(constant<k + c.value>{}), balance[k + c.value - half]);
      high[c.value] = zero();
    });
    multiply_columns<k, turns, half, digits>(low, high, q, n);
    each<0, turns>([&](auto c) LATCHKEY_INLINED {
      const v sum = add(add(low[c.value], high[c.value]), carry);
      _mm512_store_si512(out + k + c.value - half, digit_of(sum));
      carry = carry_of(sum);
    });
  });
}

void square(product& out, const v* a) {
  alignas(64) v d[half];
  square20(out.low, a);
  const __mmask8 negative = difference<half>(d, a, a + half);
  square20(out.high, a + half);
  square_apart(out, d, negative);
}

void multiply(product& out, const v* a, const v* b) {
  alignas(64) v middle[2][2 * half];
  multiply20(out.low, a, b);
  multiply20(out.high, a + half, b + half);
  multiply20(middle[0], a, b + half);
  multiply20(middle[1], a + half, b);
  for (int k = 0; k < 2 * half; ++k) {
    out.apart[k] = sub(add(out.low[k], out.high[k]), add(middle[0][k], middle[1][k]));
  }
  out.apart_top = zero();
}

// Turns eight rows of eight numbers into columns.
LATCHKEY_INLINE void transpose(v* out, const v* rows) {
  v pairs[lanes];
  v fours[lanes];
  each<0, 4>([&](auto i) LATCHKEY_INLINED {
    constexpr int r = 2 * i.value;
    pairs[r] = _mm512_unpacklo_epi64(rows[r], rows[r + 1]);
    pairs[r + 1] = _mm512_unpackhi_epi64(rows[r], rows[r + 1]);
  });
  // 0x88 takes the even quarters of both, 0xDD the odd ones.
  each<0, 2>([&](auto i) LATCHKEY_INLINED {
    each<0, 2>([&](auto j) LATCHKEY_INLINED {
      const v a = pairs[4 * i.value + j.value];
      const v b = pairs[4 * i.value + j.value + 2];
      fours[4 * i.value + j.value] = _mm512_shuffle_i64x2(a, b, 0x88);
      fours[4 * i.value + j.value + 2] = _mm512_shuffle_i64x2(a, b, 0xDD);
    });
  });
  each<0, 2>([&](auto j) LATCHKEY_INLINED {
    const v even_low = fours[j.value];
    const v odd_low = fours[j.value + 2];
    const v even_high = fours[j.value + 4];
    const v odd_high = fours[j.value + 6];
    out[j.value] = _mm512_shuffle_i64x2(even_low, even_high, 0x88);
    out[j.value + 4] = _mm512_shuffle_i64x2(even_low, even_high, 0xDD);
    out[j.value + 2] = _mm512_shuffle_i64x2(odd_low, odd_high, 0x88);
    out[j.value + 6] = _mm512_shuffle_i64x2(odd_low, odd_high, 0xDD);
  });
}

// Puts each key into its lane.
void spread(keys& out, const key_digits* const* of) {
  bool same = true;
  for (int lane = 1; lane < lanes; ++lane) same = same && of[lane] == of[0];
  if (same) {
    for (int i = 0; i < key_digits::size; ++i) {
      out.at[i] = _mm512_set1_epi64(static_cast<int64_t>(of[0]->at[i]));
    }
    return;
  }
  for (int i = 0; i < key_digits::size; i += lanes) {
    v rows[lanes];
    each<0, lanes>([&](auto lane) LATCHKEY_INLINED {
      rows[lane.value] = _mm512_loadu_si512(of[lane.value]->at + i);
    });
    transpose(out.at + i, rows);
  }
}

// Adds -(expected block) R^-65535 to the product, so that it becomes a multiple of n if it was the
// expected block's.
void subtract_block(product& p, const v* digest, const keys& by) {
  const v* const factor = by.number(key_digits::digest_factor);
  const v* const rest = by.number(key_digits::block_rest);
  each<0, digits + digest_digits>([&](auto k) LATCHKEY_INLINED {
    v low = zero();
    v high = zero();
    multiply_columns<k.value, 1, digest_digits, digits>(&low, &high, digest, factor);
    v column = add(low, high);
    if constexpr (k.value < digits) column = add(column, rest[k.value]);
    // What is added to a half is taken from the middle again.
    v* const to = k.value < 2 * half ? p.low + k.value : p.high + (k.value - 2 * half);
    *to = add(*to, column);
    v* const middle = k.value < 2 * half ? p.apart + k.value : p.apart + (k.value - 2 * half);
    *middle = add(*middle, column);
  });
}

// Which lanes are 0, n, 2 n or 3 n.
unsigned multiples(const v* a, const v* n) {
  v any = zero();
  for (int i = 0; i < digits; ++i) any = _mm512_or_si512(any, a[i]);
  unsigned found = _mm512_testn_epi64_mask(any, any);
  v multiple[digits];
  for (int i = 0; i < digits; ++i) multiple[i] = zero();
  for (int times = 1; times <= 3; ++times) {
    v carry = zero();
    v apart = zero();
    for (int i = 0; i < digits; ++i) {
      const v column = add(add(multiple[i], n[i]), carry);
      multiple[i] = digit_of(column);
      carry = carry_of(column);
      apart = _mm512_or_si512(apart, _mm512_xor_si512(a[i], multiple[i]));
    }
    found |= _mm512_testn_epi64_mask(apart, apart);
  }
  return found;
}

}  // namespace

unsigned powers_match(const question& asked) {
  keys by;
  spread(by, asked.keys);
  v signature[digits];
  v digest[digest_digits];
  for (int i = 0; i < digits; ++i) signature[i] = _mm512_load_si512(asked.signature[i]);
  for (int i = 0; i < digest_digits; ++i) digest[i] = _mm512_load_si512(asked.digest[i]);

  // Of the exponent 65537 = 2^16 + 1.
  v power[digits];
  product p;
  square(p, signature);
  reduce(power, p, by);
  for (int i = 1; i < 16; ++i) {
    square(p, power);
    reduce(power, p, by);
  }
  multiply(p, power, signature);
  subtract_block(p, digest, by);
  reduce(power, p, by);
  return multiples(power, by.number(key_digits::modulus));
}

}  // namespace latchkey::jose::ifma
