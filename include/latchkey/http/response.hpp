// What a handler answers: status, fields, and a body that is a string, an asset, a source pulled
// piece by piece, an upgrade to another protocol, or a tunnel that takes over the connection. Not
// for framing: the session writes Content-Length, Connection and Date itself.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/response_fields.hpp>

#include <boost/beast/http/status.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace latchkey::http {

using boost::beast::http::status;

// Bytes that outlive the response: compiled in, owned by something that lives as long as the
// program, or by the context of the request, which stays until the answer is out.
struct asset {
  std::string_view bytes;
};

// Pulled by the session until it gives 0. What it captures lives as long as itself. It may read the
// request's body, which stays until the answer is out: so may a task in the request's scope, while
// the source waits for something else.
class source {
 public:
  using pull = std::function<async::task<core::result<std::size_t>>(std::span<char>)>;

  // `length`: how many bytes it will give in all, which the client is told beforehand; it is not
  // pulled again once they are there. Where it gives fewer, or a piece with more, the connection
  // ends, so that nobody takes the body for whole. Without a length the body is chunked.
  source(pull from, std::optional<std::uint64_t> length = std::nullopt)
      : pull_{std::move(from)}, length_{length} {}

  async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
    return pull_(out);
  }
  const std::optional<std::uint64_t>& length() const { return length_; }

  // It reads the request's body, to its end unless one of the two fails: the client may be told
  // that the connection goes on.
  source&& reading_the_request() && {
    reads_request_ = true;
    return std::move(*this);
  }
  bool reads_request() const { return reads_request_; }

 private:
  pull pull_;
  bool reads_request_ = false;
  std::optional<std::uint64_t> length_;
};

// A connection as a tunnel has it; plain or TLS makes no difference. Owned by the session. One task
// may read while another writes. Every wait of a read (a write) ends by the deadline last set with
// read_until (write_until), with an error equal to boost::system::errc::timed_out; a new deadline
// lets it go on.
struct byte_stream {
  // At least one byte, or 0 when the peer has ended its side; first what came behind the request.
  std::function<async::task<core::result<std::size_t>>(std::span<char>)> read_some;
  // All of it; the bytes must live until the task ends.
  std::function<async::task<core::error_code>(std::string_view)> write;
  std::function<void(core::deadline)> read_until;
  std::function<void(core::deadline)> write_until;
  // After a read that gave 0: the peer has ended its side and may still want what comes. Else it is
  // gone.
  std::function<bool()> ended_orderly;
  // Ends the connection at once: with a reset, so that the peer is told of a failure, or without.
  std::function<void()> reset;
  std::function<void()> close;
};

// Takes over the connection in the place of an answer: no head is written but what it writes
// itself, and the connection ends once it returns. No deadline is set when it is called. What it
// captures lives as long as itself.
using tunnel = std::function<async::task<>(byte_stream&)>;

// Goes on in another protocol (RFC 9110 section 7.8): the session answers with the response's
// status and fields, Upgrade among them, then hands over the connection as it does to a tunnel. A
// request with a body that has not been read cannot be upgraded.
struct upgrade {
  tunnel run;
};

class response {
 public:
  using field = response_fields::field;

  explicit response(status code = status::ok) : status_{code} {}

  // A JSON text with its content type.
  static response json(status code, std::string text);
  // A text with the content type named.
  static response text(status code, std::string_view content_type, std::string text);

  status code() const { return status_; }

  // Adds a field, or replaces all of that name. The name is in lower case. A value with a
  // control character in it (a field could be split in two with one) is a bug and throws
  // std::invalid_argument.
  response& set(std::string_view name, std::string_view value);
  // Adds a field beside those of that name: Set-Cookie, Link, WWW-Authenticate. As set().
  response& add(std::string_view name, std::string_view value) { return add(name, {value}); }
  // The same with a value made of pieces, one after the other.
  response& add(std::string_view name, std::initializer_list<std::string_view> pieces);
  // The value of a field, of several the first, or nothing. Valid until the response changes.
  std::optional<std::string_view> find(std::string_view name) const { return fields_.find(name); }
  const response_fields& fields() const { return fields_; }
  // Takes off the fields that `which` is true of.
  template <class Predicate>
  void remove_if(Predicate which) {
    fields_.remove_if(which);
  }

  std::variant<std::string, asset, source, upgrade, tunnel> body;
  // Close the connection once this response is written.
  bool close = false;

 private:
  status status_;
  response_fields fields_;
};

}  // namespace latchkey::http
