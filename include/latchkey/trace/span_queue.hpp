// Spans on their way from one thread to another, in order and bounded, without a lock. Not for
// several threads at either end: span_store.
#pragma once

#include <latchkey/trace/span.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace latchkey::trace {

class span_queue {
 public:
  // Holds at most `limit`.
  explicit span_queue(std::size_t limit);
  ~span_queue();
  span_queue(const span_queue&) = delete;
  span_queue& operator=(const span_queue&) = delete;

  // One thread. False, and `made` is as it was, where it is full.
  bool push(span&& made);
  // One thread, perhaps another. False where there is none.
  bool pop(span& out);

  // Any thread. What is there already stays.
  void set_limit(std::size_t limit) { limit_.store(limit, std::memory_order_relaxed); }
  std::size_t size() const;

 private:
  struct node {
    span value;
    std::atomic<node*> next{nullptr};
  };

  // `first_` has been popped, or is the one to begin with; what follows has not. Each end is
  // touched by one thread, and has its own part of the cache.
  alignas(64) node* first_;
  std::atomic<std::uint64_t> popped_{0};
  alignas(64) node* last_;
  std::atomic<std::uint64_t> pushed_{0};
  std::atomic<std::size_t> limit_;
};

}  // namespace latchkey::trace
