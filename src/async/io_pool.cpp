#include <latchkey/async/io_pool.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>

namespace latchkey::async {

io_pool::io_pool(std::size_t threads) {
  const auto count = std::max<std::size_t>(threads, 1);
  for (std::size_t i = 0; i < count; ++i) {
    // The hint 1 tells Asio that one thread runs the context: it may skip waking others.
    contexts_.push_back(std::make_unique<asio::io_context>(1));
    work_.emplace_back(contexts_.back()->get_executor());
  }
}

io_pool::~io_pool() {
  stop();
  join();
}

void io_pool::run() {
  for (auto& context : contexts_) threads_.emplace_back([&context] { context->run(); });
}

void io_pool::stop() {
  for (auto& context : contexts_) context->stop();
}

void io_pool::join() {
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace latchkey::async
