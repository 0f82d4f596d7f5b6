// Interim responses of one exchange (RFC 9110 section 15.2), which several tasks may want to send:
// one after the other, and none once the final response begins. Not for what is in them.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/transport.hpp>

#include <memory>
#include <string_view>

namespace latchkey::server {

class interim_writer {
 public:
  interim_writer(net::transport& to, async::executor where) : to_{to}, where_{where} {}

  // The next exchange begins.
  void start() { closed_ = false; }

  // Writes the bytes, which must live until the task ends; drops them once the final response has
  // begun, which is no error.
  async::task<core::error_code> write(std::string_view bytes, core::deadline until);

  // The final response begins: from here on nothing is written. Where busy() is true, finish() has
  // to be waited for before it does.
  void close() { closed_ = true; }
  bool closed() const { return closed_; }
  bool busy() const { return busy_; }
  async::task<> finish();

 private:
  net::transport& to_;
  async::executor where_;
  // Made where somebody has to wait, which is rare; cancelled when a write has ended.
  std::unique_ptr<async::timer> written_;
  bool closed_ = false;
  bool busy_ = false;
};

}  // namespace latchkey::server
