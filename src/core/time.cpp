#include <latchkey/core/time.hpp>

namespace latchkey::core {

clock system_clock() {
  return clock{[] { return std::chrono::system_clock::now(); },
               [] { return std::chrono::steady_clock::now(); }};
}

}  // namespace latchkey::core
