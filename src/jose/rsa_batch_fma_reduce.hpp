// Brings products of 88 digits back to 44. A part of rsa_batch_fma.cpp, as they are.
#pragma once

#include "rsa_batch_fma_products.hpp"

namespace latchkey::jose::fma {
namespace {

constexpr uint64_t digit_size = uint64_t{1} << digit_bits;

// Before its digit is taken a column is made positive: 2^62 is a multiple of 2^48, and 2^47 more
// lets the digit round to the nearest multiple of 2^48 instead of down.
constexpr uint64_t digit_bias = (uint64_t{1} << 62) + digit_size / 2;

LATCHKEY_INLINE word low_bits(word column) {
  return _mm256_and_si256(column, all(digit_size - 1));
}

// Takes balanced digits from columns that have so many biases each, from the lowest up. All columns
// must be within 2^61, which leaves room for carries.
template <unsigned Biases>
class digit_taker {
 public:
  LATCHKEY_INLINE explicit digit_taker(word carry) : carry_{add(carry, all(offset))} {}

  // Of the next column.
  LATCHKEY_INLINE real next(word column) {
    const word digit = _mm256_or_si256(low_bits(pass(column)), all(uint64_t{1023 + 52} << 52));
    return _mm256_sub_pd(_mm256_castsi256_pd(digit), all(0x1p52 + 0x1p47));
  }
  // The same, as a column with one bias.
  LATCHKEY_INLINE word next_column(word column) {
    return add(low_bits(pass(column)), all(column_bias - digit_size / 2));
  }
  // All of the last column, which is within 2^51.
  LATCHKEY_INLINE real last(word column) const {
    const word sum = add(add(column, carry_), all(bits_low - digit_bias));
    return _mm256_sub_pd(_mm256_castsi256_pd(sum), all(middle_low));
  }
  LATCHKEY_INLINE word carry() const { return sub(carry_, all(offset)); }

 private:
  static constexpr uint64_t offset = digit_bias - Biases * column_bias;

  LATCHKEY_INLINE word pass(word column) {
    const word sum = add(column, carry_);
    carry_ = add(_mm256_srli_epi64(sum, digit_bits), all(offset - (digit_bias >> digit_bits)));
    return sum;
  }

  word carry_;
};

// Four keys, one in each lane.
struct keys {
  real at[key_digits::size];

  const real* number(int place) const { return at + place; }
};

// Eleven digits of Montgomery's quotient, from eleven columns: each is the digit that its column
// has once what the digits before it add is there. A digit q of a column goes away, and q times
// `multiple` is added from the next column on: here its first quarter, the rest by the caller.
// `columns` has 23. Returns the carry to the column after the eleven.
[[gnu::noinline]] word take_quotient(real* q, word* columns, const real* multiple, word carry) {
  digit_taker<2> taker{carry};
  word above = all(bits_high);
  each<0, (quarter + turns - 1) / turns>([&](auto group) LATCHKEY_INLINED {
    constexpr int k = group.value * turns;
    constexpr int count = lesser(turns, quarter - k);
    real high[count];
    real low[count];
    begin<count>(high, low);
    multiply_columns<k - 1, count, k, quarter>(high, low, q, multiple);
    each<0, count>([&](auto c) LATCHKEY_INLINED {
      q[k + c.value] = taker.next(add(add(columns[k + c.value], above), bits_of(low[c.value])));
      above = bits_of(high[c.value]);
      row<c.value + 1, count - c.value - 1>(high, low, q[k + c.value],
                                            [&](auto later) LATCHKEY_INLINED -> const real& {
                                              return multiple[later.value - c.value - 1];
                                            });
    });
  });
  above = sub(above, all(column_bias));
  each<0, (quarter + turns - 1) / turns>([&](auto group) LATCHKEY_INLINED {
    constexpr int k = quarter + group.value * turns;
    constexpr int count = lesser(turns, 2 * quarter - k);
    real high[count];
    real low[count];
    begin<count>(high, low);
    multiply_columns<k - 1, count, quarter, quarter>(high, low, q, multiple);
    each<0, count>([&](auto c) LATCHKEY_INLINED {
      columns[k + c.value] = add(columns[k + c.value], add(bits_of(low[c.value]), above));
      above = sub(bits_of(high[c.value]), all(column_bias));
    });
  });
  columns[2 * quarter] = add(columns[2 * quarter], add(above, all(bits_low)));
  return taker.carry();
}

// Adds a block of A digits by a quarter.
template <int A>
LATCHKEY_INLINE void add_block(word* to, const real* a, const real* b) {
  word part[A + quarter];
  multiply_block<A, quarter>(part, a, b);
  for (int i = 0; i < A + quarter; ++i) to[i] = add(to[i], sub(part[i], all(column_bias)));
}

// The upper digits of a product, and column fold_at - 1 rounded down to what is below them.
[[gnu::noinline]] void take_upper(real* out, word* columns) {
  digit_taker<1> taker{_mm256_setzero_si256()};
  columns[fold_at - 1] = taker.next_column(columns[fold_at - 1]);
  for (int i = 0; i < half - 1; ++i) out[i] = taker.next(columns[fold_at + i]);
  out[half - 1] = taker.last(columns[fold_at + half - 1]);
}

// Brings a product V down to 44 digits: W = V / R modulo n. `columns` is used up.
//
// The bounds, with B = 2^48 and h = 2^47. Let V be at most 2^4222 (1 + 2^-14), which a product of
// results is, and its columns below 2^56.
// - Column 65 becomes a digit, and the columns under it stay as they are: they and it come to less
//   than B^66 (1/2 + 2^-39). So the upper digits, which are the rest of V, come to at most
//   2^(4222 - 3168) (1 + 2^-13) = 2^1054 (1 + 2^-13), and the last of them is below h.
// - `fold` is at most n / 2 < 2^2047: the upper digits times that come to less than 2^3102, that is
//   2^-66 B^66. What is left of V is at most B^66 (1/2 + 2^-38), its columns below 2^58.
// - The quotient is 22 balanced digits, at most B^22 / 2 (1 + 2^-47), and the scaled modulus at
//   most 2^2048 h = 2^2095: their product is at most 2^2094 R (1 + 2^-47).
// - W, which is the sum of both divided by R, is at most 2^2111 (1 + 2^-37) + 2^2095, so less than
//   2^2111 (1 + 2^-15.9): the last digit is below h (1 + 2^-15), and W^2 below
//   2^4222 (1 + 2^-14).
[[gnu::noinline]] void reduce(real* out, word* columns, const keys& by) {
  product part;
  real apart[quarter];
  {
    real upper[half];
    take_upper(upper, columns);
    difference<quarter>(apart, upper, upper + quarter);
    const real* const fold = by.number(key_digits::fold);
    const real* const fold_apart = by.number(key_digits::fold_apart);
    multiply_half(part, {upper, apart}, {fold, fold_apart});
    add_product(columns, part);
    multiply_half(part, {upper, apart}, {fold + half, fold_apart + quarter});
    add_product(columns + half, part);
  }
  real q[half];
  const real* const multiple = by.number(key_digits::multiple);
  word carry = take_quotient(q, columns, multiple, _mm256_setzero_si256());
  add_block<quarter>(columns + quarter + 1, q, multiple + quarter);
  carry = take_quotient(q + quarter, columns + quarter, multiple, carry);
  add_block<quarter>(columns + half + 1, q + quarter, multiple + quarter);
  difference<quarter>(apart, q, q + quarter);
  multiply_half(part, {q, apart}, {multiple + half, by.number(key_digits::multiple_apart)});
  add_product(columns + half + 1, part);

  digit_taker<1> taker{carry};
  for (int i = 0; i < digits - 1; ++i) out[i] = taker.next(columns[half + i]);
  out[digits - 1] = taker.last(columns[half + digits - 1]);
}

}  // namespace
}  // namespace latchkey::jose::fma
