#include <latchkey/async/io_pool.hpp>

#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace latchkey::async {
namespace {

thread_local io_pool::thread_index this_thread_index;

}  // namespace

io_pool::thread_index io_pool::calling_thread() noexcept {
  return this_thread_index;
}

io_pool::thread_scope::thread_scope(const io_pool& pool, std::size_t index) noexcept
    : before_{std::exchange(this_thread_index, thread_index{&pool, index})} {}

io_pool::thread_scope::~thread_scope() {
  this_thread_index = before_;
}

io_pool::io_pool(std::size_t threads) {
  const auto count = std::max<std::size_t>(threads, 1);
  for (std::size_t i = 0; i < count; ++i) {
    // The hint 1 tells Asio that one thread runs the context: it may skip waking others.
    contexts_.push_back(std::make_unique<own_context>(1));
    work_.emplace_back(contexts_.back()->get_executor());
  }
}

io_pool::~io_pool() {
  stop();
  join();
  for (const auto& one : contexts_) one->shutdown();
}

std::thread new_thread(std::function<void()> work) {
  return std::thread{std::move(work)};
}

void io_pool::run(const start_thread& start) {
  try {
    threads_.reserve(contexts_.size());
    for (std::size_t i = 0; i < contexts_.size(); ++i) {
      threads_.push_back(start([this, i] {
        const thread_scope here{*this, i};
        contexts_[i]->run();
      }));
    }
  } catch (const std::system_error& fault) {
    const auto number = threads_.size() + 1;
    stop();
    join();
    throw std::runtime_error{"cannot start thread " + std::to_string(number) + " of " +
                             std::to_string(contexts_.size()) + ": " + fault.code().message() +
                             "; raise the limit of processes or of memory, or ask for fewer"};
  } catch (...) {
    stop();
    join();
    throw;
  }
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
