// The kernel behind rsa_single that multiplies 64 bits at a time, with MULX, ADCX and ADOX: one
// modular power, and the form its numbers take. Not for processors that have AVX-512 IFMA: the
// kernel for those is more than twice as fast.
#pragma once

#include <stdint.h>

namespace latchkey::jose::adx {

inline constexpr int limbs = 32;       // of 64 bits, the lowest first
inline constexpr int block_limbs = 8;  // what the accumulators in registers hold

// What is kept of one key. Each product is divided by R = 2^2048, modulo n.
struct key_limbs {
  uint64_t modulus[limbs];        // n
  uint64_t friendly[limbs];       // (n inverse + 1) / 2^512
  uint64_t inverse[block_limbs];  // -1 / n modulo 2^512
  // R^65537 modulo n, which takes away what sixteen squares and a product were divided by.
  uint64_t factor[limbs];
};

// out = base^65537 modulo n, or that and n more: any number below R. So is `base`. `out` may be
// `base`.
void power(uint64_t* out, const uint64_t* base, const key_limbs& by);

// a = a - b, of `limbs` limbs; whether b was larger.
bool subtract(uint64_t* a, const uint64_t* b);

}  // namespace latchkey::jose::adx
