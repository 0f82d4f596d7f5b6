// Reads one response from a stream of Asio into an http1::response_collector. Not for deadlines:
// those are the stream's, or whoever waits for the task.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/http1/response_collector.hpp>

#include <boost/asio/buffer.hpp>

#include <optional>

namespace latchkey::client {

// How a connection ended, if that is what an error of reading says.
std::optional<http1::connection_end> end_of(const core::error_code& error);

// Reads until `answer` is whole. The collector's errors, or what the stream reported. Both must
// live until the task ends.
template <class Stream>
async::task<core::error_code> read_response(Stream& stream, http1::response_collector& answer) {
  while (!answer.is_whole()) {
    const auto space = answer.space();
    core::error_code error;
    const auto count = co_await stream.async_read_some(
        boost::asio::buffer(space.data(), space.size()), async::use_task_with(error));
    auto failed = answer.take(count);
    // A close without close_notify is common; the body's own framing tells whether it is whole.
    if (error && !failed && !answer.is_whole()) {
      const auto end = end_of(error);
      failed = end ? answer.finish(*end) : error;
    }
    if (failed) co_return failed;
  }
  co_return core::error_code{};
}

}  // namespace latchkey::client
