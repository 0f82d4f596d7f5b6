// Runs a coroutine to its end on a context of its own, for tests. Not for code with threads.
#pragma once

#include <latchkey/async/task.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::support {

// Runs `context` until nothing is left to do and gives what the task returned. Throws what the task
// threw, and std::logic_error if the task never came to its end.
template <class T>
T run(async::asio::io_context& context, async::task<T> work) {
  std::optional<T> outcome;
  std::exception_ptr failure;
  async::asio::co_spawn(
      context.get_executor(),
      [](async::task<T> inner, std::optional<T>& out) -> async::task<> {
        out.emplace(co_await std::move(inner));
      }(std::move(work), outcome),
      [&failure](std::exception_ptr thrown) { failure = thrown; });
  context.restart();
  context.run();
  if (failure) std::rethrow_exception(failure);
  if (!outcome) throw std::logic_error{"the task did not end"};
  return std::move(*outcome);
}

// The same on a context that has always something left to do, as one with sockets of net/transport:
// until the task ends.
template <class T>
T run_until_done(async::asio::io_context& context, async::task<T> work) {
  std::optional<T> outcome;
  std::exception_ptr failure;
  bool ended = false;
  async::asio::co_spawn(
      context.get_executor(),
      [](async::task<T> inner, std::optional<T>& out) -> async::task<> {
        out.emplace(co_await std::move(inner));
      }(std::move(work), outcome),
      [&](std::exception_ptr thrown) {
        failure = thrown;
        ended = true;
      });
  context.restart();
  while (!ended) context.run_one();
  if (failure) std::rethrow_exception(failure);
  return std::move(*outcome);
}

}  // namespace latchkey::support
