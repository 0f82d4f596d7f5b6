#include "shutdown.hpp"

#include <latchkey/core/result.hpp>

#include <utility>

namespace latchkey::programs {

shutdown::shutdown(const async::executor& where, std::function<std::chrono::milliseconds()> begin)
    : timer_{where}, begin_{std::move(begin)} {}

void shutdown::finish() {
  if (!done_.exchange(true)) finished_.set_value();
}

void shutdown::ask() {
  if (std::exchange(begun_, true)) {
    finish();
    return;
  }
  timer_.expires_after(begin_());
  timer_.async_wait([this](const core::error_code& cancelled) {
    if (!cancelled) finish();
  });
}

}  // namespace latchkey::programs
