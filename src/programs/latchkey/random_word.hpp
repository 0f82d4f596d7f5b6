// 64 bits of the system's randomness. Not for many of them at a time: it asks the system for each.
#pragma once

#include <cstdint>
#include <random>

namespace latchkey::programs {

inline std::uint64_t random_word() {
  std::random_device source;
  return std::uint64_t{source()} << 32U | source();
}

}  // namespace latchkey::programs
