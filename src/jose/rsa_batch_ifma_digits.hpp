// The digits of 52 bits of a number in bytes, as the IFMA kernel takes them. Not for the other
// kernel, which loads bytes itself.
#pragma once

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

}  // namespace latchkey::jose
