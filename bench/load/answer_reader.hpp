// Reads one response incrementally, for a measurement: its status, and whether it is complete. No
// I/O. Bodies are counted, and kept only on request; http1/response_reader checks the bytes.
#pragma once

#include "load/answer_head.hpp"

#include <latchkey/core/result.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::bench::load {

enum class reading : std::uint8_t { more, whole };

class answer_reader {
 public:
  answer_reader();

  // The next answer. `to_head`: it is one to a HEAD request, which has no body. `keep`: the body
  // is wanted; one of over max_body_bytes is then errc::bad_answer.
  void begin(bool to_head, bool keep);

  // Takes all of `bytes` (which it may write over) and says whether the answer is whole now.
  // errc::bad_answer for what http1/response_reader refuses, and for bytes behind its end: nothing
  // has been asked for that they could be the answer to.
  core::result<reading> take(std::span<char> bytes);

  // The peer has sent its last byte. errc::closed where the answer needs more, and where nothing
  // but a clean end would end it.
  core::result<reading> end(http1::connection_end how);

  // Of the answer once it is whole.
  const answer_head& head() const { return head_; }
  // What was kept; valid until the next call.
  std::string_view body() const { return body_; }
  // All that was taken since begin(): 0 until the first byte.
  std::uint64_t bytes() const { return bytes_; }

 private:
  // How much of `bytes` is done with.
  core::result<std::size_t> read(std::span<char> bytes);
  core::error_code keep(std::string_view data);

  http1::response_reader reader_;
  bool whole_ = false;
  bool keep_ = false;
  std::uint64_t bytes_ = 0;
  answer_head head_;
  std::string started_;  // what has come of a head that came in pieces
  std::string body_;
};

}  // namespace latchkey::bench::load
