// Objects that one thread uses again and again, while nobody has them: what a burst has needed is
// let go of once those behind it have done without. Not for several threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace latchkey::core {

// At most `Max` are kept.
template <class T, std::size_t Max>
class spare {
 public:
  spare() { free_.reserve(Max); }

  // The one that was given back last, whose memory is warm; null where there is none.
  std::unique_ptr<T> take() noexcept {
    if (free_.empty()) return nullptr;
    auto last = std::move(free_.back());
    free_.pop_back();
    unneeded_ = std::min(unneeded_, free_.size());
    return last;
  }

  void give_back(std::unique_ptr<T> one) noexcept {
    if (one && free_.size() < Max) free_.push_back(std::move(one));
    if (++returns_ < round) return;
    free_.erase(free_.begin(), free_.begin() + static_cast<std::ptrdiff_t>(unneeded_));
    unneeded_ = free_.size();
    returns_ = 0;
  }

  std::size_t size() const { return free_.size(); }

 private:
  static constexpr std::size_t round = 512;  // returns

  std::vector<std::unique_ptr<T>> free_;
  std::size_t unneeded_ = 0;  // the fewest that there were at any time of this round
  std::size_t returns_ = 0;
};

}  // namespace latchkey::core
