// The coroutine type of the project and the Asio types bound to its executor. Every object lives on
// one io_context that one thread runs, so the executor is that context's own type and no operation
// pays for a type-erased one. Not for threads: those are in io_pool.
#pragma once

#include <latchkey/async/frame_memory.hpp>
#include <latchkey/core/time.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace latchkey::async {

namespace asio = boost::asio;

using executor = asio::io_context::executor_type;

template <class T = void>
using task = asio::awaitable<T, executor>;

// The completion token of every asynchronous operation: `co_await op(use_task)`.
inline constexpr asio::use_awaitable_t<executor> use_task{};

// The same, with the error in `error` where the operation would have thrown it.
inline auto use_task_with(boost::system::error_code& error) {
  return asio::redirect_error(use_task, error);
}

using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;
using tcp_resolver = asio::ip::basic_resolver<tcp, executor>;
using timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, executor>;

}  // namespace latchkey::async
