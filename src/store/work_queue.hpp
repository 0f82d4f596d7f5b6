// A bounded queue of calls between the event loops and the threads that may block. Not for what the
// calls do.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace latchkey::store {

class sqlite_notes;

// What is to be done on a thread that may block, and whoever waits for it.
class queued_call {
 public:
  virtual ~queued_call() = default;
  // Once; keeps what it has found for finish().
  virtual void run(sqlite_notes& on) = 0;
  // Tells the caller: what run() has found, or `error` in its place. Once; the last that is called.
  virtual void finish(const core::error_code& error) = 0;
  // Of what run() has found.
  virtual core::error_code outcome() const = 0;
  virtual core::deadline until() const = 0;
};
using queued_call_ptr = std::shared_ptr<queued_call>;

class work_queue {
 public:
  explicit work_queue(std::size_t most) : most_{most} {}

  // False where it is full or closed.
  bool push(queued_call_ptr one);
  // Waits for the first; `most` at the most, oldest first. Empty: it is closed.
  std::vector<queued_call_ptr> take(std::size_t most);
  // Lets whoever waits go; gives what nobody has taken.
  std::vector<queued_call_ptr> close();
  std::size_t size() const;

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<queued_call_ptr> waiting_;
  bool closed_ = false;
};

}  // namespace latchkey::store
