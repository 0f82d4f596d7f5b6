// What is counted of a store's calls, on any thread: by operation and what became of them, and how
// long they took. Not for writing metrics.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace latchkey::store {

enum class operation : std::uint8_t { list, create, read, update, remove };
constexpr std::size_t operation_count = 5;
std::string_view to_string(operation one);

// What became of a call: it is done, or one of errc.
constexpr std::size_t result_count = 7;
std::string_view result_name(std::size_t index);

// Upper bounds of the buckets of durations, in seconds.
constexpr std::array<double, 10> duration_bounds{0.0005, 0.001, 0.0025, 0.005, 0.01,
                                                 0.025,  0.05,  0.1,    0.5,   2.5};

struct operation_counts {
  std::array<std::uint64_t, result_count> results{};
  std::array<std::uint64_t, duration_bounds.size() + 1> durations{};
  double seconds = 0;
};

// Outlives the stores that count in it, so that no figure goes back when one replaces another.
class counts {
 public:
  // `error`: of store::category(), or none.
  void add(operation one, const core::error_code& error, core::steady_duration took);
  operation_counts of(operation one) const;

 private:
  struct row {
    std::array<std::atomic<std::uint64_t>, result_count> results{};
    std::array<std::atomic<std::uint64_t>, duration_bounds.size() + 1> durations{};
    std::atomic<std::uint64_t> nanoseconds{0};
  };
  std::array<row, operation_count> rows_;
};

// Of the store in use, now.
struct gauges {
  std::size_t in_use = 0;   // connections that a call has
  std::size_t open = 0;     // connections there are
  std::size_t waiting = 0;  // calls that wait for one
};

}  // namespace latchkey::store
