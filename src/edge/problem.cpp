#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http/problem.hpp>

namespace latchkey::edge {

http::response problem(const core::error_code& error) {
  using http::status;
  if (error.category() != category()) {
    return http::problem(status::internal_server_error, "Internal Server Error");
  }
  switch (static_cast<errc>(error.value())) {
    case errc::ambiguous_path:
    case errc::bad_host:
    case errc::bad_connection:
      return http::problem(status::bad_request, "Bad Request");
    case errc::forwarding_loop:
      return http::problem(status::loop_detected, "Loop Detected");
    case errc::claim_not_sendable:
    case errc::claims_too_large:
      return http::problem(status::forbidden, "Forbidden");
    case errc::unexpected_upgrade:
      return http::problem(status::bad_gateway, "Bad Gateway");
  }
  return http::problem(status::internal_server_error, "Internal Server Error");
}

}  // namespace latchkey::edge
