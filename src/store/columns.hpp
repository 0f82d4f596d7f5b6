// How times and revisions stand in a column of 64 bits, of either database. Not for text.
#pragma once

#include <latchkey/core/time.hpp>

#include <bit>
#include <chrono>
#include <cstdint>

namespace latchkey::store {

// Microseconds since 1970.
inline std::int64_t column_of(core::wall_time when) {
  return std::chrono::floor<std::chrono::microseconds>(when.time_since_epoch()).count();
}

inline core::wall_time time_of(std::int64_t column) {
  return core::wall_time{std::chrono::microseconds{column}};
}

// The same bits.
inline std::int64_t column_of(std::uint64_t revision) {
  return std::bit_cast<std::int64_t>(revision);
}

inline std::uint64_t revision_of(std::int64_t column) {
  return std::bit_cast<std::uint64_t>(column);
}

}  // namespace latchkey::store
