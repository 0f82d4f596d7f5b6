#include "client_faults/crowd.hpp"

#include <system_error>

namespace latchkey::bench::client_faults {

void note_longest(deeds& done, std::chrono::steady_clock::time_point since) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::steady_clock::now();
  const std::int64_t took = std::chrono::duration_cast<milliseconds>(now - since).count();
  auto longest = done.longest_ms.load();
  while (took > longest && !done.longest_ms.compare_exchange_weak(longest, took)) {
  }
}

crowd::crowd(std::size_t count, const make_client& make, crowd_order order)
    : order_{order}, count_{count} {
  for (std::size_t i = 0; i < count; ++i) {
    threads_.emplace_back([this, make] { live(make); });
  }
}

crowd::~crowd() {
  go_to(phase::ending);
}

void crowd::go_to(phase next) {
  phase_ = next;
  phase_.notify_all();
}

void crowd::prepare() {
  prepared_ = 0;
  go_to(phase::preparing);
}

bool crowd::is_prepared() {
  const std::lock_guard locked{guards_fault_};
  if (fault_) std::rethrow_exception(fault_);
  return prepared_ == count_;
}

void crowd::act() {
  go_to(phase::acting);
}

void crowd::live(const make_client& make) {
  try {
    const auto client = make(order_);
    for (;;) {
      switch (phase_.load()) {
        case phase::preparing:
          client->prepare();
          ++prepared_;
          phase_.wait(phase::preparing);
          break;
        case phase::acting:
          client->act();
          break;
        case phase::ending:
          return;
      }
    }
  } catch (const std::exception&) {
    const std::lock_guard locked{guards_fault_};
    if (!fault_) fault_ = std::current_exception();
  }
}

}  // namespace latchkey::bench::client_faults
