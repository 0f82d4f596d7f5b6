#include <latchkey/async/waiters.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::async {

task<bool> waiter::wait(core::deadline until) {
  if (woken_) co_return true;
  timer_.expires_at(until.at());
  boost::system::error_code ignored;
  co_await timer_.async_wait(use_task_with(ignored));
  co_return woken_;
}

void waiter::wake(std::shared_ptr<waiter> self) {
  auto where = self->timer_.get_executor();
  asio::post(where, [self = std::move(self)] {
    self->woken_ = true;
    self->timer_.cancel();
  });
}

std::shared_ptr<waiter> waiters::join(executor where) {
  return list_.emplace_back(std::make_shared<waiter>(where));
}

std::vector<std::shared_ptr<waiter>> waiters::take() {
  return std::exchange(list_, {});
}

void waiters::leave(const std::shared_ptr<waiter>& one) {
  const auto found = std::find(list_.begin(), list_.end(), one);
  if (found == list_.end()) return;
  std::swap(*found, list_.back());
  list_.pop_back();
}

void wake_all(std::vector<std::shared_ptr<waiter>> list) {
  for (auto& one : list) waiter::wake(std::move(one));
}

}  // namespace latchkey::async
