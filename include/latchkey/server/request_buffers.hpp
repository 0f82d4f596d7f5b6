// What one request is read into and answered from. It goes from connection to connection: one that
// is idle has none, and whoever takes one next finds it in the processor's cache. Not for what
// outlives the request.
#pragma once

#include <latchkey/core/spare.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/request_head.hpp>
#include <latchkey/server/request_body.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace latchkey::server {

struct request_buffers {
  // What has been read and not been used yet stands in [0, filled) of it.
  std::string buffer;
  std::size_t filled = 0;
  http::request_head head;
  http1::request_wire wire;
  request_body body;
  // The answer on its way out.
  std::string out;
};

// Those of one thread that nobody has at the moment.
class request_buffer_pool {
 public:
  static constexpr std::size_t max_kept = 256;

  // The one that was given back last, or a new one; `filled` is 0, and there is a buffer to read
  // into.
  std::unique_ptr<request_buffers> take();
  // Keeps it, unless there are many already, or a long head or answer made it large. Of those that
  // a burst has needed it lets go later.
  void give_back(std::unique_ptr<request_buffers> used) noexcept;
  std::size_t kept() const { return spare_.size(); }

 private:
  core::spare<request_buffers, max_kept> spare_;
};

}  // namespace latchkey::server
