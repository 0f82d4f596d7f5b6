// What the client has still to send of one request, pulled by whoever wants it. Until somebody
// reads, nothing is taken from the connection and no `100 Continue` goes out. Not for response
// bodies.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>

namespace latchkey::http {

class body {
 public:
  // Reads at least one byte into the span and says how many; 0 at the end of the body.
  using read_function = std::function<async::task<core::result<std::size_t>>(std::span<char>)>;

  // A body of no bytes.
  body() = default;
  explicit body(read_function read) : read_{std::move(read)} {}

  // At least one byte, or 0 at the end; the errors are those of http::errc. `out` must not be empty
  // and must live until the task ends.
  async::task<core::result<std::size_t>> read_some(std::span<char> out);

  // The whole rest; errc::body_too_large as soon as it is known to be longer than `limit` bytes.
  async::task<core::result<std::string>> read_all(std::size_t limit);

 private:
  read_function read_;
};

}  // namespace latchkey::http
