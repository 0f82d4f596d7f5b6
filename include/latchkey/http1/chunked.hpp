// Decodes a chunked body (RFC 9112 section 7.1) without I/O: bytes in, data out. Extensions and
// trailers are checked, counted against a cap and dropped; they never become header fields. Not for
// encoding, which is a line of the session.
#pragma once

#include <latchkey/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace latchkey::http1 {

class chunk_decoder {
 public:
  // `overhead`: how many bytes of extensions and trailers one body may carry.
  explicit chunk_decoder(std::size_t overhead = 8 * 1024) : overhead_left_{overhead} {}

  struct progress {
    std::size_t consumed = 0;  // of the input
    std::size_t produced = 0;  // bytes of data written
  };

  // Takes what it can from `in` and writes data to `out`; stops when either is used up or the body
  // has ended. `out` may start where `in` starts. errc::bad_chunk for anything outside the grammar,
  // errc::chunk_overhead past the cap; after an error the decoder is of no more use.
  core::result<progress> decode(std::string_view in, std::span<char> out);

  // True once the last chunk and its trailers have been taken.
  bool done() const { return state_ == state::done; }

 private:
  enum class state : std::uint8_t {
    size_first,
    size,
    name_first,  // of an extension
    name,
    value_first,
    value,
    value_end,
    quoted,
    escaped,
    size_feed,
    data,
    data_return,
    data_feed,
    trailer_first,
    trailer_name,
    trailer,
    trailer_feed,
    last_feed,
    done,
  };

  core::error_code take(char c);
  core::error_code take_size(char c);
  core::error_code take_extension(char c);
  core::error_code take_quoted(char c);
  core::error_code take_trailer_name(char c);
  core::error_code take_trailer(char c);
  core::error_code count_overhead();

  state state_ = state::size_first;
  std::uint64_t size_ = 0;
  unsigned digits_ = 0;
  std::size_t overhead_left_;
};

}  // namespace latchkey::http1
