// Products of 11 digits by 11 in four lanes, in double precision. A part of rsa_batch_fma.cpp,
// which alone includes it: everything here is compiled for AVX2 with FMA, and nothing may be shared
// with other files.
#pragma once

#include "rsa_batch_fma.hpp"
#include "rsa_batch_unrolled.hpp"

#include <immintrin.h>

#ifdef __FAST_MATH__
#error "every step here counts on exact rounding"
#endif

namespace latchkey::jose::fma {
namespace {

using real = __m256d;
using word = __m256i;

// How a product of two digits is split. The columns' upper halves are summed in the binade from
// 2^100 to 2^101, whose doubles are multiples of 2^48: one FMA adds a product to the sum and rounds
// to what belongs to the next column. The sum before less the sum after is exact, and a second FMA
// adds the product to that: what was rounded off, an integer of at most 2^47, again exact. Those
// are summed in the binade from 2^52 to 2^53, whose doubles are the integers. In both binades the
// bits of a double, taken for an integer, count the unit: the sums are read off without
// conversion.
//
// The bounds, with h = 2^47:
// - A digit is at most h. The last one of a result of reduce() may be h (1 + 2^-15): see there.
// - A digit of difference() is at most h + 1, but the last one takes no carry out: of two halves it
//   is at most h + h (1 + 2^-15) + 1, and of the quarters of such a difference, where it is taken
//   from a digit of h + 1, less than 3 h (1 + 2^-14).
// - So a column of a block sums at most 11 products, two of which may have a factor of 3 h each:
//   (9 + 2 * 3) h^2 (1 + 2^-13) < 16 h^2 = 2^98, or is the last column, of (3 h)^2 (1 + 2^-13)
//   alone. A sum that begins in the middle of its binade has room for 2^99 on both sides.
// - Of the rests it sums at most 11, each at most 2^47: less than 2^51, which is the room there.
// - A column of a block is a sum of rests and, of the column before, a sum of upper halves in units
//   of 2^48: less than 2^51 + 2^50 < 2^52. Karatsuba's method adds four of those to a column:
//   below 2^54 for 22 digits by 22, below 2^56 for 44 by 44.
constexpr double middle_high = 1.5 * 0x1p100;
constexpr double middle_low = 1.5 * 0x1p52;
constexpr uint64_t bits_high = (uint64_t{1023 + 100} << 52) | (uint64_t{1} << 51);
constexpr uint64_t bits_low = (uint64_t{1023 + 52} << 52) | (uint64_t{1} << 51);
// What every column has besides its value, modulo 2^64, until its digit is taken: both middles.
constexpr uint64_t column_bias = bits_high + bits_low;

LATCHKEY_INLINE word all(uint64_t value) {
  return _mm256_set1_epi64x(static_cast<int64_t>(value));
}
LATCHKEY_INLINE real all(double value) {
  return _mm256_set1_pd(value);
}
LATCHKEY_INLINE word add(word a, word b) {
  return _mm256_add_epi64(a, b);
}
LATCHKEY_INLINE word sub(word a, word b) {
  return _mm256_sub_epi64(a, b);
}
LATCHKEY_INLINE word bits_of(real sum) {
  return _mm256_castpd_si256(sum);
}

// One digit times up to four others, each product into a column of its own. The same instruction
// for all columns before the next one: none waits for the one before it. They are written out
// because a compiler that orders them itself keeps more sums than there are registers, and spills.
#define LATCHKEY_KEEP(i) "vmovapd %[high" #i "], %[kept" #i "]\n\t"
#define LATCHKEY_HIGH(i) "vfmadd231pd %[b" #i "], %[a], %[high" #i "]\n\t"
#define LATCHKEY_LESS(i) "vsubpd %[high" #i "], %[kept" #i "], %[kept" #i "]\n\t"
#define LATCHKEY_REST(i) "vfmadd231pd %[b" #i "], %[a], %[kept" #i "]\n\t"
#define LATCHKEY_LOW(i) "vaddpd %[kept" #i "], %[low" #i "], %[low" #i "]\n\t"
#define LATCHKEY_STEPS(columns)                                                               \
  columns(LATCHKEY_KEEP) columns(LATCHKEY_HIGH) columns(LATCHKEY_LESS) columns(LATCHKEY_REST) \
      columns(LATCHKEY_LOW)
#define LATCHKEY_ONE(step) step(0)
#define LATCHKEY_TWO(step) LATCHKEY_ONE(step) step(1)
#define LATCHKEY_THREE(step) LATCHKEY_TWO(step) step(2)
#define LATCHKEY_FOUR(step) LATCHKEY_THREE(step) step(3)
#define LATCHKEY_SUMS(i) [high##i] "+x"(high[i]), [low##i] "+x"(low[i]), [kept##i] "=&x"(kept[i])

// Columns First to First + Count - 1 of the sums; digit(column's number) is the other factor.
template <int First, int Count, class Digit>
LATCHKEY_INLINE void row(real* sums_high, real* sums_low, real a, const Digit& digit) {
  if constexpr (Count > 0) {
    real* const high = sums_high + First;
    real* const low = sums_low + First;
    real kept[Count];
    const real& b0 = digit(constant<First>{});
    if constexpr (Count == 1) {
      asm volatile(LATCHKEY_STEPS(LATCHKEY_ONE) : LATCHKEY_SUMS(0) : [a] "x"(a), [b0] "m"(b0));
    } else if constexpr (Count == 2) {
      asm volatile(LATCHKEY_STEPS(LATCHKEY_TWO)
                   : LATCHKEY_SUMS(0), LATCHKEY_SUMS(1)
                   : [a] "x"(a), [b0] "m"(b0), [b1] "m"(digit(constant<First + 1>{})));
    } else if constexpr (Count == 3) {
      asm volatile(LATCHKEY_STEPS(LATCHKEY_THREE)
                   : LATCHKEY_SUMS(0), LATCHKEY_SUMS(1), LATCHKEY_SUMS(2)
                   : [a] "x"(a), [b0] "m"(b0), [b1] "m"(digit(constant<First + 1>{})),
                     [b2] "m"(digit(constant<First + 2>{})));
    } else {
      static_assert(Count == 4);
      asm volatile(
          LATCHKEY_STEPS(LATCHKEY_FOUR)
          : LATCHKEY_SUMS(0), LATCHKEY_SUMS(1), LATCHKEY_SUMS(2), LATCHKEY_SUMS(3)
          : [a] "x"(a), [b0] "m"(b0), [b1] "m"(digit(constant<First + 1>{})),
            [b2] "m"(digit(constant<First + 2>{})), [b3] "m"(digit(constant<First + 3>{})));
    }
  }
}

constexpr int turns = 4;  // columns of a row: as many as the registers hold
constexpr int greater(int a, int b) {
  return a > b ? a : b;
}
constexpr int lesser(int a, int b) {
  return a < b ? a : b;
}

template <int Count>
LATCHKEY_INLINE void begin(real* high, real* low) {
  each<0, Count>([&](auto c) LATCHKEY_INLINED {
    high[c.value] = all(middle_high);
    low[c.value] = all(middle_low);
  });
}

// Columns K to K + Count - 1 of a times b, where a has A digits and b has B, into the sums.
template <int K, int Count, int A, int B>
LATCHKEY_INLINE void multiply_columns(real* high, real* low, const real* a, const real* b) {
  each<0, A>([&](auto i) LATCHKEY_INLINED {
    constexpr int first = greater(0, i.value - K);
    constexpr int end = lesser(Count, B + i.value - K);
    row<first, end - first>(high, low, a[i.value], [&](auto c) LATCHKEY_INLINED -> const real& {
      return b[K + c.value - i.value];
    });
  });
}

// The same for the square of a; `twice` is 2 a.
template <int K, int Count, int A>
LATCHKEY_INLINE void square_columns(real* high, real* low, const real* a, const real* twice) {
  each<0, A>([&](auto i) LATCHKEY_INLINED {
    constexpr int first = greater(0, i.value - K);
    constexpr int end = lesser(Count, 2 * i.value + 1 - K);
    row<first, end - first>(high, low, a[i.value], [&](auto c) LATCHKEY_INLINED -> const real& {
      constexpr int j = K + c.value - i.value;
      return j == i.value ? a[j] : twice[j];
    });
  });
}

// All Columns columns of a block and one more, which the upper half of the last goes to.
// sum(group's first column, group's size, high, low) adds the products.
template <int Columns, class Sum>
LATCHKEY_INLINE void block(word* out, const Sum& sum) {
  word above = all(bits_high);
  each<0, (Columns + turns - 1) / turns>([&](auto group) LATCHKEY_INLINED {
    constexpr int k = group.value * turns;
    constexpr int count = lesser(turns, Columns - k);
    real high[count];
    real low[count];
    begin<count>(high, low);
    sum(constant<k>{}, constant<count>{}, high, low);
    each<0, count>([&](auto c) LATCHKEY_INLINED {
      out[k + c.value] = add(bits_of(low[c.value]), above);
      above = bits_of(high[c.value]);
    });
  });
  out[Columns] = add(above, all(bits_low));
}

// The blocks are not laid out where they are needed: there are so many places that their code
// would not stay in the processor's caches for it.

template <int A, int B>
[[gnu::noinline]] void multiply_block(word* out, const real* a, const real* b) {
  block<A + B - 1>(out, [&](auto k, auto count, real* high, real* low) LATCHKEY_INLINED {
    multiply_columns<k.value, count.value, A, B>(high, low, a, b);
  });
}

[[gnu::noinline]] void square_quarter(word* out, const real* a) {
  real twice[quarter];
  for (int i = 0; i < quarter; ++i) twice[i] = _mm256_add_pd(a[i], a[i]);
  block<2 * quarter - 1>(out, [&](auto k, auto count, real* high, real* low) LATCHKEY_INLINED {
    square_columns<k.value, count.value, quarter>(high, low, a, twice);
  });
}

LATCHKEY_INLINE void multiply_quarter(word* out, const real* a, const real* b) {
  multiply_block<quarter, quarter>(out, a, b);
}

}  // namespace
}  // namespace latchkey::jose::fma
