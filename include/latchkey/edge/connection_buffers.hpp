// Buffers of exchanges of one thread, kept for the next ones. Not shared by threads.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace latchkey::edge {

// Holds the head of most answers, and a piece of a body as TLS gives it.
inline constexpr std::size_t buffer_size = 16 * 1024;

class connection_buffers {
 public:
  using buffer = std::unique_ptr<std::array<char, buffer_size>>;

  buffer take() {
    if (free_.empty()) return std::make_unique_for_overwrite<std::array<char, buffer_size>>();
    auto last = std::move(free_.back());
    free_.pop_back();
    return last;
  }
  void give_back(buffer one) {
    if (one && free_.size() < max_free) free_.push_back(std::move(one));
  }

 private:
  static constexpr std::size_t max_free = 64;
  std::vector<buffer> free_;
};

}  // namespace latchkey::edge
