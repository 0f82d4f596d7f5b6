#include <latchkey/async/task_scope.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace latchkey::async {

void task_scope::spawn(task<> work, std::function<void()> stop) {
  if (!state_) state_ = std::make_shared<state>(where_);
  const auto mine = state_->running.insert(state_->running.end(), std::move(stop));
  asio::co_spawn(where_, run(std::move(work), state_, mine), asio::detached);
}

task<> task_scope::run(task<> work, std::shared_ptr<state> shared, place mine) {
  try {
    co_await std::move(work);
  } catch (...) {  // NOLINT(bugprone-empty-catch): see spawn()
  }
  shared->running.erase(mine);
  if (shared->running.empty()) shared->ended.cancel();
}

task<> task_scope::join() {
  if (empty()) co_return;
  const auto shared = state_;
  // A task that ends within its own stop() leaves the list, and no call may be of one that has.
  for (auto at = shared->running.begin(); at != shared->running.end();) {
    const auto stop = std::exchange(*at, nullptr);
    ++at;
    if (stop) stop();
  }
  boost::system::error_code ignored;
  while (!shared->running.empty()) {
    shared->ended.expires_at(core::steady_time::max());
    co_await shared->ended.async_wait(use_task_with(ignored));
  }
}

}  // namespace latchkey::async
