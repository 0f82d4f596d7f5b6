// A descriptor of the system's, closed at its end. Not for waiting for it: async/readiness.
#pragma once

#include <unistd.h>
#include <utility>

namespace latchkey::core {

class descriptor {
 public:
  // Takes it over; a negative one is none.
  explicit descriptor(int number) : number_{number} {}
  descriptor(descriptor&& other) noexcept : number_{other.release()} {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  int get() const { return number_; }
  // From here on the caller's.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace latchkey::core
