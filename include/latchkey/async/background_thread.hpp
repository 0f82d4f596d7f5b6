// A thread for computations that take long, one at a time, so that the threads which serve others
// do not wait for them. Not for work without a bound, such as reading files or resolving names: the
// end of the program waits for it.
#pragma once

#include <latchkey/async/task.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

namespace latchkey::async {

class background_thread {
 public:
  // `stopped` becomes true when the result is of no use any more: the work then ends early.
  using work = std::function<void(const std::atomic<bool>& stopped)>;

  // Starts no thread: that is the first run().
  background_thread();
  // Stops, and waits for work that runs to notice.
  ~background_thread();
  background_thread(const background_thread&) = delete;
  background_thread& operator=(const background_thread&) = delete;

  // Runs `what` on the thread and resumes the caller on its own executor. Not before the last call
  // has ended. `what` owns all that it touches: it goes on where the caller's frame is destroyed
  // with its context. Throws std::system_error where no thread can be made, and what `what` throws.
  task<> run(work what);

  // Asks the work that runs, and all later work, to end early. From any thread.
  void stop() { *stopped_ = true; }

 private:
  std::shared_ptr<std::atomic<bool>> stopped_;
  std::thread thread_;
};

}  // namespace latchkey::async
