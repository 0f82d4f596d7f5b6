#include <latchkey/core/time.hpp>

#include <time.h>

namespace latchkey::core {
namespace {

// CLOCK_MONOTONIC, which std::chrono::steady_clock reads, stands still during a suspend.
steady_time since_boot() {
  ::timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return steady_time{std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec}};
}

}  // namespace

clock system_clock() {
  return clock{[] { return std::chrono::system_clock::now(); },
               [] { return std::chrono::steady_clock::now(); }, since_boot};
}

}  // namespace latchkey::core
