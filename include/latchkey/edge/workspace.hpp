// What exchanges of one thread work in, kept for the next ones: their memory is asked for once. Not
// shared by threads, and not for what an exchange decides.
#pragma once

#include <latchkey/edge/field_list.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::edge {

// Holds the head of most answers, and a piece of a body as TLS gives it.
inline constexpr std::size_t buffer_size = 16 * 1024;
using exchange_buffer = std::array<char, buffer_size>;

struct workspace {
  explicit workspace(const http1::response_limits& limits) : reader{limits} {}

  field_list fields;
  std::string target;
  std::string bytes;  // of the head of the request
  http1::response_reader reader;
};

// Those that nobody uses. What a burst has needed is let go of once the requests behind it have
// done without.
template <class T>
class spare {
 public:
  // Made by `make` where there is none.
  template <class Make>
  std::unique_ptr<T> take(const Make& make) {
    if (free_.empty()) {
      unneeded_ = 0;
      return make();
    }
    auto last = std::move(free_.back());
    free_.pop_back();
    unneeded_ = std::min(unneeded_, free_.size());
    return last;
  }
  void give_back(std::unique_ptr<T> one) {
    if (one && free_.size() < max_free) free_.push_back(std::move(one));
    if (++returns_ < round) return;
    free_.erase(free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(unneeded_));
    unneeded_ = free_.size();
    returns_ = 0;
  }

 private:
  static constexpr std::size_t max_free = 64;
  static constexpr std::size_t round = 512;  // returns

  std::vector<std::unique_ptr<T>> free_;
  std::size_t unneeded_ = 0;  // the fewest that there were at any time of this round
  std::size_t returns_ = 0;
};

}  // namespace latchkey::edge
