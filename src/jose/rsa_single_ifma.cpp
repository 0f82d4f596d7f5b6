// The whole of this file is compiled with AVX-512, and nothing of it may run elsewhere: so it has
// no function that the linker could choose for other files.
#include "rsa_single_ifma.hpp"

#include "rsa_batch_unrolled.hpp"

#include <immintrin.h>

namespace latchkey::jose::ifma {
namespace {

using v = __m512i;

LATCHKEY_INLINE v zero() {
  return _mm512_setzero_si512();
}
LATCHKEY_INLINE v add(v a, v b) {
  return _mm512_add_epi64(a, b);
}
LATCHKEY_INLINE v everywhere(uint64_t digit) {
  return _mm512_set1_epi64(static_cast<int64_t>(digit));
}
LATCHKEY_INLINE v first_everywhere(v a) {
  return _mm512_broadcastq_epi64(_mm512_castsi512_si128(a));
}
// Of the first lane, nothing in the others.
LATCHKEY_INLINE v first_carry(v a) {
  return _mm512_maskz_srli_epi64(1, a, digit_bits);
}
LATCHKEY_INLINE v one_lane_down(v a) {
  return _mm512_maskz_alignr_epi64(0x7F, a, a, 1);
}
LATCHKEY_INLINE v one_lane_up(v a) {
  return _mm512_maskz_alignr_epi64(0xFE, a, a, lanes - 1);
}

// Sums of products before carries are taken, of five lines of digits and what reaches past them:
// lane l of register c is worth 2^(52 (5 l + c)) times the lowest digit that is still there. A sum
// adds at most 2 x 2 x 40 numbers below 2^52, so none comes near 2^64.
constexpr int columns = 2 * rows + 1;

// Adds `digit`, the same in all lanes, times a, from column At on: the lower 52 bits of each
// product, and the upper ones a column further.
template <int At>
LATCHKEY_INLINE void add_product(v* sum, const v* a, v digit) {
  each<0, rows>([&](auto j) LATCHKEY_INLINED {
    sum[At + j.value] = _mm512_madd52lo_epu64(sum[At + j.value], a[j.value], digit);
  });
  each<0, rows>([&](auto j) LATCHKEY_INLINED {
    sum[At + j.value + 1] = _mm512_madd52hi_epu64(sum[At + j.value + 1], a[j.value], digit);
  });
}

// Removes the digit that stands in the first lane of column R, by adding a multiple of n in which
// it is the opposite. n inverse has -1 for its lowest digit, so the digit itself is the factor, and
// n inverse + 1 without its lowest digit, which is zero, is what there is to add.
template <int R>
LATCHKEY_INLINE void reduce(v* sum, const v* friendly) {
  sum[R + 1] = add(sum[R + 1], first_carry(sum[R]));
  add_product<R + 1>(sum, friendly, first_everywhere(sum[R]));
}

// The same by n itself, which takes longer and leaves a number that is smaller by 52 bits.
template <int R>
LATCHKEY_INLINE void reduce_last(v* sum, const spread_key& by) {
  const v* const n = reinterpret_cast<const v*>(by.modulus.at);
  const v factor = _mm512_madd52lo_epu64(zero(), sum[R], everywhere(by.inverse));
  add_product<R>(sum, n, first_everywhere(factor));
  sum[R + 1] = add(sum[R + 1], first_carry(sum[R]));
}

// Takes carries until every digit is one. That is twice, but for numbers with long runs of ones.
LATCHKEY_INLINE void carry(v* number) {
  const v mask = everywhere((uint64_t{1} << digit_bits) - 1);
  v all;
  do {
    v carries[rows];
    each<0, rows>([&](auto j) LATCHKEY_INLINED {
      carries[j.value] = _mm512_srli_epi64(number[j.value], digit_bits);
      number[j.value] = _mm512_and_si512(number[j.value], mask);
    });
    number[0] = add(number[0], one_lane_up(carries[rows - 1]));
    all = number[0];
    each<1, rows>([&](auto j) LATCHKEY_INLINED {
      number[j.value] = add(number[j.value], carries[j.value - 1]);
      all = _mm512_or_si512(all, number[j.value]);
    });
  } while (_mm512_cmpgt_epu64_mask(all, mask) != 0);
}

// a = a b / R modulo n. With a and b below 3 n it is below 3 n again: a b / R is less than n /
// 2^28, the last digit removed adds less than n, and all before it together not much more than n.
//
// Five digits of b at a time, whose products are added up apart for the next five while these are
// reduced: a digit decides the next one, and meanwhile there is other work.
LATCHKEY_INLINE void multiply(v* a, const spread_number& b, const v* friendly,
                              const spread_key& by) {
  v sum[columns];
  v next[columns];
  each<0, columns>([&](auto c) LATCHKEY_INLINED { sum[c.value] = zero(); });
  each<0, rows>(
      [&](auto r) LATCHKEY_INLINED { add_product<r.value>(sum, a, everywhere(b.at[r.value][0])); });
  each<0, lanes>([&](auto lane) LATCHKEY_INLINED {
    constexpr bool last = lane.value == lanes - 1;
    each<0, columns>([&](auto c) LATCHKEY_INLINED { next[c.value] = zero(); });
    each<0, rows>([&](auto r) LATCHKEY_INLINED {
      if constexpr (last && r.value == rows - 1) {
        reduce_last<r.value>(sum, by);
      } else {
        reduce<r.value>(sum, friendly);
      }
      if constexpr (!last) {
        add_product<r.value>(next, a, everywhere(b.at[r.value][lane.value + 1]));
      }
    });
    each<0, rows>([&](auto j) LATCHKEY_INLINED {
      const v rest = add(sum[rows + j.value], one_lane_down(sum[j.value]));
      next[j.value] = add(next[j.value], rest);
    });
    next[rows] = add(next[rows], sum[2 * rows]);
    each<0, columns>([&](auto c) LATCHKEY_INLINED { sum[c.value] = next[c.value]; });
  });
  // The column past the five begins at digit 5, so its last lane is digit 40: there is none.
  sum[0] = add(sum[0], one_lane_up(sum[rows]));
  carry(sum);
  each<0, rows>([&](auto j) LATCHKEY_INLINED { a[j.value] = sum[j.value]; });
}

LATCHKEY_INLINE void load(v* to, const spread_number& from) {
  each<0, rows>([&](auto j)
                    LATCHKEY_INLINED { to[j.value] = _mm512_load_si512(from.at[j.value]); });
}

LATCHKEY_INLINE void store(spread_number& to, const v* from) {
  each<0, rows>([&](auto j)
                    LATCHKEY_INLINED { _mm512_store_si512(to.at[j.value], from[j.value]); });
}

}  // namespace

void power(spread_number& out, const spread_number& base, const spread_key& by) {
  // Of the exponent 65537 = 2^16 + 1.
  constexpr int squares = 16;
  v friendly[rows];
  v a[rows];
  load(friendly, by.friendly);
  load(a, base);
  spread_number square;
  const spread_number* factor = &base;
  for (int i = 0; i < squares + 2; ++i) {
    multiply(a, *factor, friendly, by);
    store(square, a);
    factor = i + 1 < squares ? &square : i + 1 == squares ? &base : &by.factor;
  }
  store(out, a);
}

}  // namespace latchkey::jose::ifma
