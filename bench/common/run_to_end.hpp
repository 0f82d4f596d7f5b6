// Runs a command's coroutine on its own io_context until it ends or is asked to stop. Not for what
// the coroutine does.
#pragma once

#include <latchkey/async/task.hpp>

#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>

namespace latchkey::bench {

// Runs `work` on `context`. Polls `asked_to_stop` every 50 ms; the first time it returns true,
// calls `stop` once, on this thread, and goes on until `work` ends. Returns the exception that
// `work` ended with, or null. An empty `asked_to_stop` means never.
std::exception_ptr run_to_end(boost::asio::io_context& context, async::task<> work,
                              const std::function<bool()>& asked_to_stop,
                              const std::function<void()>& stop);

}  // namespace latchkey::bench
