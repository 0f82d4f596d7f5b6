#include "service_notifier.hpp"

#include <latchkey/async/heartbeat.hpp>

#include <boost/system/errc.hpp>

#include <cstddef>
#include <utility>

namespace latchkey::programs {
namespace {

constexpr std::size_t status_bytes = 256;
// A manager that does not read gets no more than these once it does.
constexpr std::size_t max_waiting = 16;
constexpr std::chrono::milliseconds retry_pause{100};

std::string status_line(std::string_view text) {
  return "STATUS=" + one_line(text, status_bytes);
}

bool has_no_room(const core::error_code& error) {
  namespace errc = boost::system::errc;
  return error == errc::resource_unavailable_try_again || error == errc::operation_would_block ||
         error == errc::no_buffer_space;
}

std::string microseconds(core::steady_duration of) {
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(of).count());
}

}  // namespace

service_notifier::service_notifier(const async::executor& home, core::clock clock, sender send,
                                   observer failed)
    : home_{home},
      clock_{std::move(clock)},
      send_{std::move(send)},
      failed_{std::move(failed)},
      retry_{home},
      beat_{home} {}

void service_notifier::ready(std::string_view status) {
  if (!stopping_) tell("READY=1\n" + status_line(status));
}

// The time tells the manager that it is the reload it has asked for. std::chrono::steady_clock is
// CLOCK_MONOTONIC.
void service_notifier::reloading() {
  if (stopping_) return;
  tell("RELOADING=1\nMONOTONIC_USEC=" + microseconds(clock_.steady().time_since_epoch()) +
       "\nSTATUS=Reading the configuration anew");
}

void service_notifier::stopping(std::chrono::milliseconds at_most, std::string_view status) {
  if (std::exchange(stopping_, true)) return;
  tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + microseconds(at_most) + "\n" + status_line(status));
}

void service_notifier::tell(std::string message) {
  if (!send_) return;
  waiting_.push_back(std::move(message));
  if (waiting_.size() > max_waiting) waiting_.pop_front();
  if (!retries_) send_waiting();
}

void service_notifier::send_waiting() {
  while (!waiting_.empty()) {
    const auto error = send_(waiting_.front());
    if (has_no_room(error)) {
      retries_ = true;
      retry_.expires_after(retry_pause);
      retry_.async_wait([this](const core::error_code& cancelled) {
        if (cancelled) return;
        retries_ = false;
        send_waiting();
      });
      return;
    }
    if (error) tell_failed(error);
    waiting_.pop_front();
  }
}

void service_notifier::tell_failed(const core::error_code& error) {
  if (failed_) std::exchange(failed_, nullptr)(error);
}

void service_notifier::watch(async::io_pool& threads, std::chrono::microseconds limit) {
  if (!send_) return;
  threads_ = &threads;
  pause_ = limit / 2;
  beat();
}

void service_notifier::beat() {
  // A thread that has not answered yet is not asked again: it would find the questions of hours.
  if (!std::exchange(asked_, true)) {
    async::heartbeat(*threads_, home_, [this] {
      asked_ = false;
      // One that cannot be sent is not sent late: the next one says more.
      const auto error = send_("WATCHDOG=1");
      if (error && !has_no_room(error)) tell_failed(error);
    });
  }
  beat_.expires_after(pause_);
  beat_.async_wait([this](const core::error_code& cancelled) {
    if (!cancelled) beat();
  });
}

}  // namespace latchkey::programs
