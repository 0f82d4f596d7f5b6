// Keeps one response whole in memory, within limits: for small documents. No I/O: it says where the
// next bytes are to be put and takes them from there. Not for streaming: http1/response_reader.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace latchkey::http1 {

class response_collector {
 public:
  explicit response_collector(const response_limits& limits, const request_facts& asked = {});
  // Views point into it.
  response_collector(const response_collector&) = delete;
  response_collector& operator=(const response_collector&) = delete;

  // Where to read the next bytes to; never empty before the response is whole.
  std::span<char> space();
  // `count` bytes have been put at the start of space(). Errors: response_reader::next.
  core::error_code take(std::size_t count);
  // The connection has ended. Errors: response_reader::finish.
  core::error_code finish(connection_end how);

  bool is_whole() const { return whole_; }
  // Bytes behind the response, which nobody asked for.
  bool has_excess() const { return whole_ && begin_ != filled_; }
  // Once it is whole; valid as long as this.
  const response_head& head() const { return reader_.head(); }
  std::string& body() { return body_; }

 private:
  void drop_interim();

  response_reader reader_;
  std::vector<char> buffer_;  // the final head stays at its front
  std::size_t front_ = 0;     // the size of that head: what comes later is put behind it
  std::size_t begin_ = 0;     // of what is not consumed
  std::size_t filled_ = 0;
  bool whole_ = false;
  std::string body_;
};

}  // namespace latchkey::http1
