// SplitMix64: numbers that look like chance, for choosing among equals. Not for secrets.
#pragma once

#include <cstdint>

namespace latchkey::edge {

// Its finaliser: every bit of the input changes about half of those of the output.
constexpr std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

// The next number of the sequence that `state` stands in.
constexpr std::uint64_t next_random(std::uint64_t& state) {
  return mix(state += 0x9E3779B97F4A7C15U);
}

}  // namespace latchkey::edge
