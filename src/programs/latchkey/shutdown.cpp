#include "shutdown.hpp"

#include <latchkey/core/result.hpp>

#include <array>
#include <csignal>
#include <utility>

namespace latchkey::programs {
namespace {

constexpr std::array<int, 3> endings{SIGTERM, SIGINT, SIGQUIT};

}  // namespace

shutdown::shutdown(const async::executor& where, std::chrono::milliseconds limit,
                   std::function<void()> begin)
    : signals_{where}, limit_{limit}, timer_{where}, begin_{std::move(begin)} {
  for (const int one : endings) signals_.add(one);
  wait();
}

shutdown::~shutdown() {
  // The set's own end would bring back the default, by which a late signal kills.
  ::sigset_t ours;
  ::sigemptyset(&ours);
  for (const int one : endings) ::sigaddset(&ours, one);
  ::pthread_sigmask(SIG_BLOCK, &ours, nullptr);
}

void shutdown::finish() {
  if (!done_.exchange(true)) finished_.set_value();
}

void shutdown::wait() {
  signals_.async_wait([this](const core::error_code& error, int) {
    if (error) return;
    if (std::exchange(begun_, true)) {
      finish();
      return;
    }
    begin_();
    timer_.expires_after(limit_);
    timer_.async_wait([this](const core::error_code& cancelled) {
      if (!cancelled) finish();
    });
    wait();
  });
}

}  // namespace latchkey::programs
