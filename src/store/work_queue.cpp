#include "work_queue.hpp"

#include <iterator>
#include <utility>

namespace latchkey::store {

bool work_queue::push(queued_call_ptr one) {
  {
    const std::lock_guard lock{mutex_};
    if (closed_ || waiting_.size() >= most_) return false;
    waiting_.push_back(std::move(one));
  }
  filled_.notify_one();
  return true;
}

std::vector<queued_call_ptr> work_queue::take(std::size_t most) {
  std::unique_lock lock{mutex_};
  filled_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  std::vector<queued_call_ptr> taken;
  while (!waiting_.empty() && taken.size() < most) {
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

std::vector<queued_call_ptr> work_queue::close() {
  std::vector<queued_call_ptr> left;
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    left.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
    waiting_.clear();
  }
  filled_.notify_all();
  return left;
}

std::size_t work_queue::size() const {
  const std::lock_guard lock{mutex_};
  return waiting_.size();
}

}  // namespace latchkey::store
