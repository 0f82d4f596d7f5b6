// A fault that the development issuer shows on purpose when it is asked for its documents, so that
// a server's behaviour under it can be tested. Not for faults of the sign-in.
#pragma once

#include <latchkey/async/waiters.hpp>
#include <latchkey/http/handler.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::issuer {

struct fault {
  std::string document = "jwks";  // or "configuration"
  unsigned status = 200;
  bool hold = false;                    // never answer, until the fault is lifted
  bool cut_off = false;                 // end the connection within the body
  std::chrono::milliseconds delay{0};   // before anything else
  std::optional<std::string> body;      // in the place of the document
  std::size_t padding = 0;              // bytes of white space after the body
  std::optional<std::string> location;  // for a redirect
  std::optional<std::string> cache_control;
  std::optional<std::string> retry_after;
};

// Reads a fault as a JSON object of members named as above, `delay` as `delay_ms`, each optional.
// Nothing for any other text, with the reason in `why`.
std::optional<fault> parse_fault(std::string_view text, std::string& why);

// Shows the fault that is set, if any. Lives on one executor.
class fault_switch {
 public:
  void set(fault wanted) {
    lift();
    current_ = std::move(wanted);
  }
  // Back to normal; who is held is answered as usual.
  void lift();

  // The middleware for what is to fail.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next);

 private:
  std::optional<fault> current_;
  async::waiters held_;
};

}  // namespace latchkey::issuer
