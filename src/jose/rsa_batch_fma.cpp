// The whole of this file is compiled with AVX2 and FMA, and nothing of it may run elsewhere: so it
// has no function that the linker could choose for other files.
#include "rsa_batch_fma.hpp"

#include "rsa_batch_fma_reduce.hpp"

namespace latchkey::jose::fma {
namespace {

void spread(keys& out, const key_digits* const* of) {
  if (of[1] == of[0] && of[2] == of[0] && of[3] == of[0]) {
    for (int i = 0; i < key_digits::size; ++i) out.at[i] = _mm256_broadcast_sd(of[0]->at + i);
    return;
  }
  for (int i = 0; i < key_digits::size; i += lanes) {
    const real a = _mm256_loadu_pd(of[0]->at + i);
    const real b = _mm256_loadu_pd(of[1]->at + i);
    const real c = _mm256_loadu_pd(of[2]->at + i);
    const real d = _mm256_loadu_pd(of[3]->at + i);
    const real even_low = _mm256_unpacklo_pd(a, b);
    const real odd_low = _mm256_unpackhi_pd(a, b);
    const real even_high = _mm256_unpacklo_pd(c, d);
    const real odd_high = _mm256_unpackhi_pd(c, d);
    out.at[i] = _mm256_permute2f128_pd(even_low, even_high, 0x20);
    out.at[i + 1] = _mm256_permute2f128_pd(odd_low, odd_high, 0x20);
    out.at[i + 2] = _mm256_permute2f128_pd(even_low, even_high, 0x31);
    out.at[i + 3] = _mm256_permute2f128_pd(odd_low, odd_high, 0x31);
  }
}

// Which of 16 bytes make two digits, the lower first. 0x80 stands for a byte of zeros.
using byte_order = const signed char[16];
constexpr signed char none = -0x80;
constexpr byte_order last_twelve = {15, 14, 13, 12, 11, 10, none, none,
                                    9,  8,  7,  6,  5,  4,  none, none};
constexpr byte_order first_eight = {7, 6, 5,    4,    3,    2,    none, none,
                                    1, 0, none, none, none, none, none, none};
constexpr byte_order first_four = {3,    2,    1,    0,    none, none, none, none,
                                   none, none, none, none, none, none, none, none};

// Two digits, not balanced yet, of the 16 bytes at `place` of four numbers.
LATCHKEY_INLINE void load_two(word* out, const unsigned char* const* numbers, int place,
                              byte_order& order) {
  const auto bytes = [&](int lane) LATCHKEY_INLINED {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(numbers[lane] + place));
  };
  const __m128i one_order = _mm_loadu_si128(reinterpret_cast<const __m128i*>(order));
  const word both = _mm256_set_m128i(one_order, one_order);
  const word even = _mm256_shuffle_epi8(_mm256_set_m128i(bytes(2), bytes(0)), both);
  const word odd = _mm256_shuffle_epi8(_mm256_set_m128i(bytes(3), bytes(1)), both);
  out[0] = _mm256_unpacklo_epi64(even, odd);
  out[1] = _mm256_unpackhi_epi64(even, odd);
}

// Balances digits from 0 to 2^48 - 1: each passes a carry of 0 or 1, all at the same time. The last
// one is small, and passes none.
LATCHKEY_INLINE void balance(real* out, const word* in, int count) {
  word carry = _mm256_setzero_si256();
  for (int i = 0; i < count; ++i) {
    const word large = _mm256_cmpgt_epi64(in[i], all(digit_size / 2 - 1));  // -1 where it is
    const word digit = sub(sub(in[i], _mm256_and_si256(large, all(digit_size))), carry);
    out[i] = _mm256_sub_pd(_mm256_castsi256_pd(add(digit, all(bits_low))), all(middle_low));
    carry = large;
  }
}

void load_signatures(real* out, const unsigned char* const* signatures) {
  word in[digits];
  constexpr int whole = digits - 2;
  for (int i = 0; i < whole; i += 2) load_two(in + i, signatures, 240 - 6 * i, last_twelve);
  load_two(in + whole, signatures, 0, first_four);
  balance(out, in, digits);
}

void load_digests(real* out, const unsigned char* const* digests) {
  word in[digest_digits];
  load_two(in, digests, 16, last_twelve);
  load_two(in + 2, digests, 4, last_twelve);
  load_two(in + 4, digests, 0, first_eight);
  balance(out, in, digest_digits);
}

// Adds -(expected block) R^-65535 to the product, so that it becomes a multiple of n if it was the
// expected block's.
void subtract_block(word* columns, const real* digest, const keys& by) {
  const real* const factor = by.number(key_digits::digest_factor);
  const real* const rest = by.number(key_digits::block_rest);
  for (int i = 0; i < digits; i += quarter) {
    add_block<digest_digits>(columns + i, digest, factor + i);
  }
  for (int i = 0; i < digits; ++i) {
    const word digit = sub(bits_of(_mm256_add_pd(rest[i], all(middle_low))), all(bits_low));
    columns[i] = add(columns[i], digit);
  }
}

// The digit q with a + q n = 0 modulo 2^48, n being the modulus of `scale`.
LATCHKEY_INLINE real quotient_of(real a, const real* scale) {
  real high = all(middle_high);
  real low = all(middle_low);
  row<0, 1>(&high, &low, a, [&](auto) LATCHKEY_INLINED -> const real& { return *scale; });
  return _mm256_sub_pd(low, all(middle_low));
}

// Which lanes are multiples of n, for a result of reduce(). Two more digits of Montgomery's method,
// with n itself, leave (a + q n) / 2^96 where q is at most 2^95 (1 + 2^-47): less than
// 2^2015 (1 + 2^-15) + n / 2 (1 + 2^-47), which is less than n. So a is a multiple of n only if
// a + q n is 0, and that is what is found out, exactly, in integers. Whatever q is, a lane that is
// no multiple is never 0.
unsigned multiples(const real* a, const keys& by) {
  const real* const n = by.number(key_digits::modulus);
  const real* const scale = by.number(key_digits::scale);
  constexpr int size = digits + 2;
  word columns[size];
  word part[digits + 1];
  for (int i = 0; i < size; ++i) {
    columns[i] = i < digits ? bits_of(_mm256_add_pd(a[i], all(middle_low))) : all(bits_low);
    columns[i] = sub(columns[i], all(bits_low));
  }
  real next = a[0];
  for (int step = 0; step < 2; ++step) {
    const real q = quotient_of(next, scale);
    multiply_block<1, digits>(part, &q, n);
    for (int i = 0; i <= digits; ++i) {
      columns[step + i] = add(columns[step + i], sub(part[i], all(column_bias)));
    }
    digit_taker<0> taker{_mm256_setzero_si256()};
    taker.next(columns[0]);
    next = taker.next(columns[1]);
  }
  // Columns with 2^62 more, so that they are positive.
  constexpr uint64_t positive = uint64_t{1} << 62;
  word any = _mm256_setzero_si256();
  word carry = any;
  for (int i = 0; i < size; ++i) {
    const word sum = add(add(columns[i], carry), all(positive));
    any = _mm256_or_si256(any, low_bits(sum));
    carry = sub(_mm256_srli_epi64(sum, digit_bits), all(positive >> digit_bits));
  }
  any = _mm256_or_si256(any, carry);
  const word zero = _mm256_cmpeq_epi64(any, _mm256_setzero_si256());
  return static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(zero)));
}

// What rounds, rounds to nearest; nothing traps. What the thread had comes back at the end, its
// flags too.
class exact_rounding {
 public:
  exact_rounding() {
    constexpr uint32_t nearest = 0x1F80;
    asm volatile("stmxcsr %0" : "=m"(before_) : : "memory");
    asm volatile("ldmxcsr %0" : : "m"(nearest) : "memory");
  }
  ~exact_rounding() { asm volatile("ldmxcsr %0" : : "m"(before_) : "memory"); }
  exact_rounding(const exact_rounding&) = delete;
  exact_rounding& operator=(const exact_rounding&) = delete;

 private:
  uint32_t before_;
};

// What computes is not laid out where the mode is set, lest it be moved out of there.

[[gnu::noinline]] void decide(unsigned& out, const question& asked) {
  keys by;
  spread(by, asked.keys);
  real signature[digits];
  real digest[digest_digits];
  load_signatures(signature, asked.signature);
  load_digests(digest, asked.digest);

  // Of the exponent 65537 = 2^16 + 1.
  word columns[2 * digits];
  real power[digits];
  square(columns, signature);
  reduce(power, columns, by);
  for (int i = 1; i < 16; ++i) {
    square(columns, power);
    reduce(power, columns, by);
  }
  multiply(columns, power, signature);
  subtract_block(columns, digest, by);
  reduce(power, columns, by);
  out = multiples(power, by);
}

template <bool Square>
[[gnu::noinline]] void compute_once(reduced& out, const factors& in) {
  keys by;
  spread(by, in.keys);
  real a[digits];
  real b[digits];
  real result[digits];
  for (int i = 0; i < digits; ++i) {
    a[i] = _mm256_load_pd(in.a[i]);
    b[i] = _mm256_load_pd(in.b[i]);
  }
  word columns[2 * digits];
  if constexpr (Square) {
    square(columns, a);
  } else {
    multiply(columns, a, b);
  }
  reduce(result, columns, by);
  for (int i = 0; i < digits; ++i) _mm256_store_pd(out.at[i], result[i]);
}

}  // namespace

unsigned powers_match(const question& asked) {
  unsigned answers = 0;
  const exact_rounding mode;
  decide(answers, asked);
  return answers;
}

void multiply_once(reduced& out, const factors& in) {
  const exact_rounding mode;
  compute_once<false>(out, in);
}

void square_once(reduced& out, const factors& in) {
  const exact_rounding mode;
  compute_once<true>(out, in);
}

}  // namespace latchkey::jose::fma
