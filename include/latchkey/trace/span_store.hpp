// The spans that wait to be exported: a queue for each thread that serves requests, so that none
// waits for another, and what found no room is counted. Not for exporting them: exporter.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/per_thread.hpp>
#include <latchkey/core/counter.hpp>
#include <latchkey/trace/span_queue.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace latchkey::trace {

class span_store : public span_sink {
 public:
  // `limit`: spans of all threads together, whichever of them has them. `threads` need not outlive
  // this.
  span_store(const async::io_pool& threads, std::size_t limit);

  // Into the queue of the calling thread; dropped where the limit is reached, and on a thread of no
  // queue.
  void add(span&& ended) override;

  // Any thread.
  void set_limit(std::size_t limit);
  std::size_t size() const { return waiting_.load(std::memory_order_relaxed); }
  std::uint64_t dropped() const;

  // Appends to `out`, in turn from all queues, until they are empty or there are `most` in it. One
  // thread at a time.
  void take(std::vector<span>& out, std::size_t most);
  // Drops what is there, and counts it. As take().
  void discard();

 private:
  struct thread_part {
    explicit thread_part(std::size_t limit) : waiting{limit} {}
    span_queue waiting;
    core::counter dropped;
  };

  async::per_thread<thread_part> parts_;
  std::atomic<std::size_t> limit_;
  // Of sampled requests alone: what it costs that threads share it is little beside a span.
  std::atomic<std::size_t> waiting_{0};
  std::atomic<std::uint64_t> others_dropped_{0};
  std::size_t next_ = 0;  // from which the next span is taken
};

}  // namespace latchkey::trace
