// A number that one thread writes and any thread reads: figures of what a thread does, without a
// locked instruction. Not for what several threads write.
#pragma once

#include <atomic>
#include <cstdint>

namespace latchkey::core {

class counter {
 public:
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::uint64_t more = 1) { set(get() + more); }
  void subtract(std::uint64_t less) { set(get() - less); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace latchkey::core
