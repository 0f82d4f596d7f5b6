// How work that takes long finds out that nobody wants its result any more. Not for waiting.
#pragma once

#include <functional>
#include <stdexcept>

namespace latchkey::core {

// Asked between the steps of such work. Empty: somebody wants it. Any thread.
using stop_check = std::function<bool()>;

inline bool is_stopped(const stop_check& stopped) {
  return stopped && stopped();
}

// What work throws that ends early.
class given_up : public std::runtime_error {
 public:
  given_up() : std::runtime_error{"nobody waits for it any more"} {}
};

inline void throw_if_stopped(const stop_check& stopped) {
  if (is_stopped(stopped)) throw given_up{};
}

}  // namespace latchkey::core
