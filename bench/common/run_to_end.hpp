// A command's work on an io context of its own, which can be told to end before its time. Not for
// what the work does.
#pragma once

#include <latchkey/async/task.hpp>

#include <boost/asio/io_context.hpp>

#include <exception>
#include <functional>

namespace latchkey::bench {

// Runs `work` on `context`, in turns of 50 ms: `stop` is called once, on this thread, after the
// turn in which `asked_to_stop` was true first; the work then has to come to its end. Gives what it
// threw, if anything. An empty `asked_to_stop` never is.
std::exception_ptr run_to_end(boost::asio::io_context& context, async::task<> work,
                              const std::function<bool()>& asked_to_stop,
                              const std::function<void()>& stop);

}  // namespace latchkey::bench
