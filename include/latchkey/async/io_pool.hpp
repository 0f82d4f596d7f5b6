// A fixed set of threads, each running an io_context of its own, so that what lives on one of them
// needs no lock. Not for blocking work.
#pragma once

#include <latchkey/async/task.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace latchkey::async {

// Begins a thread that does the work; throws std::system_error where the system gives none.
using start_thread = std::function<std::thread(std::function<void()> work)>;
std::thread new_thread(std::function<void()> work);

class io_pool {
 public:
  // `threads` contexts, at least one. They run after run().
  explicit io_pool(std::size_t threads);
  // Stops and joins. What still waits on any of the contexts is destroyed before the first of them
  // is: whatever its destructors ask of another one, that is still there.
  ~io_pool();
  io_pool(const io_pool&) = delete;
  io_pool& operator=(const io_pool&) = delete;

  std::size_t size() const { return contexts_.size(); }
  // The executor of context `index`, below size(). Valid while the pool lives.
  executor at(std::size_t index) { return contexts_[index]->get_executor(); }
  asio::io_context& context(std::size_t index) { return *contexts_[index]; }

  // Starts the threads; call once. Throws std::runtime_error that says why where not all of them
  // can be had; none is left then. An exception that escapes a handler ends the program, since it
  // is a bug: whatever input can cause is a result.
  void run(const start_thread& start = new_thread);
  // Lets every context return at once; from any thread. What still waits is destroyed with the
  // pool.
  void stop();
  // Waits until every thread has returned.
  void join();

  // A thread as a number below size() of its pool. The pool is null for a thread of none, and only
  // to be compared.
  struct thread_index {
    const io_pool* pool = nullptr;
    std::size_t index = 0;
  };
  // Which one is calling.
  static thread_index calling_thread() noexcept;

  // While it lives the calling thread counts as a thread of the pool. For the threads of run(), and
  // for who runs context(index) without it; no two threads may have one index at a time.
  class thread_scope {
   public:
    thread_scope(const io_pool& pool, std::size_t index) noexcept;
    ~thread_scope();
    thread_scope(const thread_scope&) = delete;
    thread_scope& operator=(const thread_scope&) = delete;

   private:
    thread_index before_;
  };

 private:
  // Lets go of all that waits before it is destroyed.
  struct own_context : asio::io_context {
    using asio::io_context::io_context;
    using asio::io_context::shutdown;
  };

  std::vector<std::unique_ptr<own_context>> contexts_;
  std::vector<asio::executor_work_guard<executor>> work_;
  std::vector<std::thread> threads_;
};

// A pool that runs from here on, and no longer than this lives: to be declared behind all that its
// threads use, so that they have ended before any of it goes, whatever way the block is left.
class io_pool_run {
 public:
  // As io_pool::run.
  explicit io_pool_run(io_pool& pool) : pool_{pool} { pool.run(); }
  ~io_pool_run() { end(); }
  io_pool_run(const io_pool_run&) = delete;
  io_pool_run& operator=(const io_pool_run&) = delete;

  // Stops and joins.
  void end() {
    pool_.stop();
    pool_.join();
  }

 private:
  io_pool& pool_;
};

}  // namespace latchkey::async
