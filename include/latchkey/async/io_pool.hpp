// A fixed set of threads, each running an io_context of its own, so that what lives on one of them
// needs no lock. Not for blocking work.
#pragma once

#include <latchkey/async/task.hpp>

#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

namespace latchkey::async {

class io_pool {
 public:
  // `threads` contexts, at least one. They run after run().
  explicit io_pool(std::size_t threads);
  // Stops and joins.
  ~io_pool();
  io_pool(const io_pool&) = delete;
  io_pool& operator=(const io_pool&) = delete;

  std::size_t size() const { return contexts_.size(); }
  // The executor of context `index`, below size(). Valid while the pool lives.
  executor at(std::size_t index) { return contexts_[index]->get_executor(); }
  asio::io_context& context(std::size_t index) { return *contexts_[index]; }

  // Starts the threads; call once. An exception that escapes a handler ends the program, since it
  // is a bug: whatever input can cause is a result.
  void run();
  // Lets every context return at once; from any thread. What still waits is destroyed with the
  // pool.
  void stop();
  // Waits until every thread has returned.
  void join();

 private:
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::vector<asio::executor_work_guard<executor>> work_;
  std::vector<std::thread> threads_;
};

}  // namespace latchkey::async
