#include "rsa_single_adx.hpp"

#include "rsa_batch_unrolled.hpp"
#include "rsa_single_adx_rows.hpp"

#include <immintrin.h>
#include <string.h>

namespace latchkey::jose::adx {
namespace {

constexpr int sum_limbs = 2 * limbs;

// Laid out, since what compilers make of memset takes longer to begin than this does in all.
template <int Size>
void clear(uint64_t* t) {
  each<0, Size / 2>([&](auto i) LATCHKEY_INLINED {
    _mm_store_si128(reinterpret_cast<__m128i*>(t) + i.value, _mm_setzero_si128());
  });
}

void square(uint64_t* t, const uint64_t* a) {
  clear<limbs>(t);
  for (int i = 0; i < limbs; i += block_limbs) add_products_of_pairs(t + 2 * i, a + i, a + limbs);
  double_and_add_squares(t, a);
}

void multiply(uint64_t* t, const uint64_t* a, const uint64_t* b) {
  clear<sum_limbs>(t);
  for (int i = 0; i < limbs; i += block_limbs) add_row(t + i, a, a + limbs, b + i, 0);
}

// t / R modulo n, below R, where it stands in t. `t` is any number below R^2.
//
// A block is removed by adding a multiple of n in which it is the opposite. n inverse has -1 for
// its lowest block, so the block itself is the factor, and n inverse + 1 without its lowest block,
// which is zero, is what there is to add. The last one goes by n itself, which leaves a number that
// is smaller by a block.
//
// What is added is m n in all. The first three blocks are multiples of inverse, so each has at most
// 2^512 - 1 of (2^512 - 1) n in its place, together less than 2^2048 n; the last one adds less than
// 2^2048 n, too. So the sum is below R^2 + 2 R n, the carry out of R^2 at most 2, and the quotient
// below R + 2 n: the carry ends when n has been taken away, twice at most.
const uint64_t* reduce(uint64_t* t, const key_limbs& by) {
  constexpr int last = limbs - block_limbs;
  uint64_t carry = 0;
  for (int i = 0; i < last; i += block_limbs) {
    carry = add_row(t + i + block_limbs, by.friendly, by.friendly + limbs, t + i, carry);
  }
  uint64_t factor[block_limbs];
  low_product(factor, by.inverse, t + last);
  carry += add_row(t + last, by.modulus, by.modulus + limbs, factor, 0);
  while (carry != 0) carry -= subtract(t + limbs, by.modulus) ? 1 : 0;
  return t + limbs;
}

}  // namespace

bool subtract(uint64_t* a, const uint64_t* b) {
  unsigned char borrow = 0;
  for (int i = 0; i < limbs; ++i) {
    unsigned long long difference;
    borrow = _subborrow_u64(borrow, a[i], b[i], &difference);
    a[i] = difference;
  }
  return borrow != 0;
}

void power(uint64_t* out, const uint64_t* base, const key_limbs& by) {
  // Of the exponent 65537 = 2^16 + 1.
  constexpr int squares = 16;
  alignas(64) uint64_t sums[2][sum_limbs];
  const uint64_t* a = base;
  for (int i = 0; i < squares; ++i) {
    uint64_t* const t = sums[i % 2];
    square(t, a);
    a = reduce(t, by);
  }
  multiply(sums[0], a, base);
  a = reduce(sums[0], by);
  multiply(sums[1], a, by.factor);
  a = reduce(sums[1], by);
  memcpy(out, a, limbs * sizeof *out);
}

}  // namespace latchkey::jose::adx
