#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/waiters.hpp>

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <mutex>
#include <utility>

namespace latchkey::async {
namespace {

// What the caller and the thread share.
struct job {
  std::mutex mutex;
  std::shared_ptr<waiter> caller;  // null once its frame is gone: its timer belongs to its context
  std::exception_ptr failure;

  void leave() {
    const std::lock_guard lock{mutex};
    caller.reset();
  }

  void finish(std::exception_ptr with) {
    const std::lock_guard lock{mutex};
    failure = std::move(with);
    // Under the mutex, so that the context cannot end in between.
    if (caller) waiter::wake(std::move(caller));
  }
};

struct leave_at_end {
  job& of;
  ~leave_at_end() { of.leave(); }
};

}  // namespace

background_thread::background_thread() : stopped_{std::make_shared<std::atomic<bool>>(false)} {}

background_thread::~background_thread() {
  stop();
  if (thread_.joinable()) thread_.join();
}

task<> background_thread::run(work what) {
  const auto here = co_await asio::this_coro::executor;
  const auto shared = std::make_shared<job>();
  const auto mine = std::make_shared<waiter>(here);
  shared->caller = mine;
  const leave_at_end leaving{*shared};
  // The work has ended, and the thread is about to.
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread{[shared, what = std::move(what), stopped = stopped_] {
    std::exception_ptr failure;
    try {
      what(*stopped);
    } catch (...) {
      failure = std::current_exception();
    }
    shared->finish(std::move(failure));
  }};
  co_await mine->wait({});
  if (shared->failure) std::rethrow_exception(shared->failure);
}

}  // namespace latchkey::async
