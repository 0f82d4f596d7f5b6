// The digits of 52 bits of a number, as the IFMA kernels take them. Not for the FMA kernel, which
// loads bytes itself.
#pragma once

#include "bignum.hpp"
#include "rsa_batch_ifma.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace latchkey::jose {

inline constexpr std::uint64_t digit_mask = (std::uint64_t{1} << ifma::digit_bits) - 1;

// A number of Bytes bytes, big-endian, to take digits from.
template <std::size_t Bytes>
class digit_source {
 public:
  explicit digit_source(const unsigned char* number) {
    std::memcpy(bytes_.data() + sizeof(std::uint64_t), number, Bytes);
  }

  // The digit that begins at bit 52 * index, which is one of the number's.
  std::uint64_t operator[](std::size_t index) const {
    const auto bit = index * ifma::digit_bits;
    std::uint64_t window = 0;
    std::memcpy(&window, bytes_.data() + Bytes - bit / 8, sizeof window);
    return (__builtin_bswap64(window) >> bit % 8) & digit_mask;
  }

 private:
  // Zeros before the number, so that a window may begin there.
  std::array<unsigned char, sizeof(std::uint64_t) + Bytes> bytes_{};
};

// The least first.
using digit_row = std::array<std::uint64_t, ifma::digits>;

// Of a number that has no more. Throws std::bad_alloc.
inline digit_row digits_of(const BIGNUM* number) {
  constexpr std::size_t room = ifma::digits * ifma::digit_bits / 8;
  std::array<unsigned char, room> bytes;
  require_memory(BN_bn2binpad(number, bytes.data(), room) == room);
  const digit_source<room> source{bytes.data()};
  digit_row digits;
  for (std::size_t i = 0; i < digits.size(); ++i) digits[i] = source[i];
  return digits;
}

// -1 / n modulo 2^52, where n is odd: each step doubles the bits that are right.
inline std::uint64_t negative_inverse(std::uint64_t n) {
  std::uint64_t inverse = n;
  for (int i = 0; i < 5; ++i) inverse *= 2 - n * inverse;
  return (0 - inverse) & digit_mask;
}

}  // namespace latchkey::jose
