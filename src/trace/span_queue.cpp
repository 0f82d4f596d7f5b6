#include <latchkey/trace/span_queue.hpp>

#include <utility>

namespace latchkey::trace {

span_queue::span_queue(std::size_t limit)
    : first_{std::make_unique<node>().release()}, last_{first_}, limit_{limit} {}

span_queue::~span_queue() {
  while (first_ != nullptr) {
    const std::unique_ptr<node> gone{first_};
    first_ = gone->next.load(std::memory_order_relaxed);
  }
}

bool span_queue::push(span&& made) {
  if (size() >= limit_.load(std::memory_order_relaxed)) return false;
  auto fresh = std::make_unique<node>();
  fresh->value = std::move(made);
  auto* const behind = std::exchange(last_, fresh.release());
  // Before it can be popped, so that no more are ever counted as popped than as pushed.
  pushed_.store(pushed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  behind->next.store(last_, std::memory_order_release);
  return true;
}

bool span_queue::pop(span& out) {
  auto* const next = first_->next.load(std::memory_order_acquire);
  if (next == nullptr) return false;
  out = std::move(next->value);
  const std::unique_ptr<node> gone{std::exchange(first_, next)};
  popped_.store(popped_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  return true;
}

// The popped first: what is pushed meanwhile makes the difference larger, never negative.
std::size_t span_queue::size() const {
  const auto popped = popped_.load(std::memory_order_acquire);
  return static_cast<std::size_t>(pushed_.load(std::memory_order_relaxed) - popped);
}

}  // namespace latchkey::trace
