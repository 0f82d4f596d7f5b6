// The index of the next token, round robin: every case takes the same tokens in the same order.
#pragma once

#include <cstddef>

namespace latchkey::bench {

class turn {
 public:
  // From `first` on, over and over through `count`, which is not 0.
  turn(std::size_t count, std::size_t first) : count_{count}, next_{first % count} {}

  std::size_t take() {
    const auto taken = next_;
    if (++next_ == count_) next_ = 0;
    return taken;
  }

 private:
  std::size_t count_;
  std::size_t next_;
};

}  // namespace latchkey::bench
