// Finds the end of the head of a request or a response in what has arrived so far, under limits: a
// pure function but for where it stopped. Not for judging the head: request_head and response_head.
#pragma once

#include <latchkey/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace latchkey::http1 {

struct head_limits {
  std::size_t start_line = 8 * 1024;  // bytes of the request or status line, without its line end
  std::size_t bytes = 32 * 1024;      // the whole head
  std::size_t fields = 100;

  bool operator==(const head_limits&) const = default;
};

enum class head_kind : std::uint8_t { request, response };

// Called again with more bytes behind the same ones it goes on where it stopped.
class head_scanner {
 public:
  explicit head_scanner(head_kind kind = head_kind::request) : kind_{kind} {}

  // The size of the head with its last line end; 0 if more bytes are needed. errc::bad_line_end as
  // soon as a line ends without a carriage return, errc::bad_status_line as soon as what comes is
  // no response, and the errors of a limit as soon as it is passed: the same error in whatever
  // pieces the bytes arrive.
  core::result<std::size_t> scan(std::string_view arrived, const head_limits& limits);

 private:
  core::error_code check_limits(std::size_t reached, const head_limits& limits) const;

  head_kind kind_;
  std::size_t line_ = 0;     // where the current line starts
  std::size_t scanned_ = 0;  // how far there is no line feed
  std::size_t lines_ = 0;    // finished lines
};

}  // namespace latchkey::http1
