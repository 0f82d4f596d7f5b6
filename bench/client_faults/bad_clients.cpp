#include "client_faults/bad_clients.hpp"

#include <system_error>

namespace latchkey::bench::client_faults {

void note_longest(client_counters& done, std::chrono::steady_clock::time_point since) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::steady_clock::now();
  const std::int64_t took = std::chrono::duration_cast<milliseconds>(now - since).count();
  auto longest = done.longest_ms.load();
  while (took > longest && !done.longest_ms.compare_exchange_weak(longest, took)) {
  }
}

bad_clients::bad_clients(std::size_t count, const make_client& make, bad_client_options options)
    : options_{options}, count_{count} {
  for (std::size_t i = 0; i < count; ++i) {
    threads_.emplace_back([this, make] { live(make); });
  }
}

bad_clients::~bad_clients() {
  go_to(phase::ending);
}

void bad_clients::go_to(phase next) {
  phase_ = next;
  phase_.notify_all();
}

void bad_clients::prepare() {
  prepared_ = 0;
  go_to(phase::preparing);
}

bool bad_clients::is_prepared() {
  const std::lock_guard locked{guards_fault_};
  if (fault_) std::rethrow_exception(fault_);
  return prepared_ == count_;
}

void bad_clients::act() {
  go_to(phase::acting);
}

void bad_clients::live(const make_client& make) {
  try {
    const auto client = make(options_);
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
