// What the client has still to send of one request, pulled by whoever wants it. Until somebody
// reads, nothing is taken from the connection and no `100 Continue` goes out. Not for response
// bodies.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace latchkey::http {

// How much a client may send, and how slowly. A duration of 0 is no bound.
struct body_limits {
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
  core::steady_duration whole{0};  // all of it, from when it is first read
  core::steady_duration idle{0};   // between two pieces, while somebody reads
};

class body {
 public:
  // Where the bytes come from: one protocol's way to read a request's body.
  class reader {
   public:
    virtual ~reader() = default;
    virtual async::task<core::result<std::size_t>> read_some(std::span<char> out) = 0;
    virtual void allow(const body_limits& limits) = 0;
    virtual void end_by(core::deadline until) = 0;
    virtual std::optional<std::uint64_t> length() const = 0;
    virtual bool done() const = 0;
    virtual bool is_too_large() const = 0;
  };
  // Reads at least one byte into the span and says how many; 0 at the end of the body.
  using read_function = std::function<async::task<core::result<std::size_t>>(std::span<char>)>;

  // A body of no bytes.
  body() = default;
  // `from` is owned by the session and outlives the request.
  explicit body(reader& from) : from_{&from} {}
  // For what has its bytes elsewhere; of no known length, and limits do not touch it.
  explicit body(read_function read) : read_{std::move(read)} {}
  // Bytes that somebody has read already, for whoever comes after: of known length.
  explicit body(std::string held);

  // At least one byte, or 0 at the end; the errors are those of http::errc. `out` must not be empty
  // and must live until the task ends. Not twice at the same time.
  async::task<core::result<std::size_t>> read_some(std::span<char> out);

  // The whole rest; errc::body_too_large as soon as it is known to be longer than `limit` bytes.
  async::task<core::result<std::string>> read_all(std::size_t limit);

  // Replaces the limits, which are the server's at first; for what is read from now on.
  void allow(const body_limits& limits);

  // All of it has to have come by then, too, whatever the limits are.
  void end_by(core::deadline until);

  // How many bytes the client has said it sends; nothing where it has not said, 0 for no body.
  std::optional<std::uint64_t> length() const;
  // The client has said that it sends more than the limit: reading fails with
  // errc::body_too_large.
  bool is_too_large() const { return from_ != nullptr && from_->is_too_large(); }
  // Somebody has read all of it already.
  bool is_held() const { return own_ != nullptr; }
  // Nothing is left to read.
  bool done() const { return from_ == nullptr ? !read_ : from_->done(); }

 private:
  reader* from_ = nullptr;
  read_function read_;
  std::shared_ptr<reader> own_;  // `from_`, where nobody else owns it
};

}  // namespace latchkey::http
