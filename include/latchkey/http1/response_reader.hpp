// Reads responses from the bytes of a connection as they come: interim heads, the final one, the
// body of any framing, the end. Pure, no I/O: the caller owns the bytes. Trailers and chunk
// extensions are checked and dropped. Not for keeping a response: http1/response_collector.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http1/chunked.hpp>
#include <latchkey/http1/response_head.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace latchkey::http1 {

struct response_limits {
  head_limits head;  // each head, interim ones too
  std::size_t interim = 8;
  std::size_t interim_bytes = 64 * 1024;  // of all interim heads of one response
  std::size_t chunk_overhead = 8 * 1024;  // bytes of extensions and trailers
  std::uint64_t body = std::numeric_limits<std::uint64_t>::max();
};

// How a connection ended. Only a clean end can be the end of a body.
enum class connection_end : std::uint8_t {
  clean,  // TLS's close_notify; FIN where there is no TLS
  cut,    // anything else: whoever is in between can do that
};

class response_reader {
 public:
  enum class event : std::uint8_t {
    more,     // nothing further can be said before more bytes come
    interim,  // head() is of an interim response; another follows
    head,     // head() is the final one
    body,     // `data` is the next piece of the body
    end,      // the response is whole; what stands behind `consumed` is not of it
  };

  struct step {
    event what = event::more;
    std::size_t consumed = 0;  // bytes at the front of what was given that are done with
    std::string_view data;     // within what was given
  };

  explicit response_reader(const response_limits& limits = {}, const request_facts& asked = {})
      : limits_{limits}, asked_{asked} {}

  // The next response of the same connection, to another request.
  void begin(const request_facts& asked);

  // One step. `arrived` is all that has come and was not consumed; called again with what is left,
  // and after event::more with further bytes behind that. Chunks are decoded in place. Errors are
  // those of parse_response_head, of chunk_decoder, errc::too_many_interim and errc::body_too_large
  // (at the head, where that states a length); whatever the pieces in which the bytes come, the
  // outcome is the same, but for how much of a body is handed out before its error. An error stays.
  core::result<step> next(std::span<char> arrived);

  // The peer will send no more, and next() has said event::more or event::end of all that came.
  // event::end where the response is whole; errc::no_response where not one byte of it came, else
  // errc::truncated.
  core::result<step> finish(connection_end how);

  // Valid until the bytes of that head are given up.
  const response_head& head() const { return head_; }
  // Whether any byte of the response has come.
  bool begun() const { return begun_; }

 private:
  enum class state : std::uint8_t { head, length, chunks, until_close, whole, failed };

  core::result<step> next_head(std::span<char> arrived);
  core::error_code count_interim(std::size_t size);
  core::error_code begin_body();
  core::result<step> next_chunks(std::span<char> arrived);
  core::result<step> fail(const core::error_code& error);

  response_limits limits_;
  request_facts asked_;
  state state_ = state::head;
  bool begun_ = false;
  head_scanner scanner_{head_kind::response};
  chunk_decoder chunks_;
  std::size_t interim_ = 0;
  std::size_t interim_bytes_ = 0;
  std::uint64_t left_ = 0;  // of a body with a length; else of what a body may have
  core::error_code error_;
  response_head head_;
};

}  // namespace latchkey::http1
