// Which RSA keys the kernels have a path for. Not for which keys are accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace latchkey::jose {

inline constexpr std::size_t usual_modulus_bytes = 256;

// An odd modulus of exactly 2048 bits, big-endian without leading zeros, and the exponent 65537.
inline bool is_usual_key(std::span<const unsigned char> modulus, std::uint64_t exponent) {
  return exponent == 65537 && modulus.size() == usual_modulus_bytes &&
         (modulus.front() & 0x80) != 0 && modulus.back() % 2 == 1;
}

}  // namespace latchkey::jose
