#include <latchkey/auth/challenge.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/jose/errc.hpp>

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
    case errc::check_not_trusted:
    case errc::check_incomplete:
    case errc::check_repeated:
    case errc::check_contradictory:
    case errc::check_malformed:
    case errc::check_no_route:
    case errc::check_no_method:
    case errc::check_forged:
    case errc::claim_not_sendable:
    case errc::claims_too_large:
      return http::problem(status::forbidden, "Forbidden");
    case errc::unexpected_upgrade:
    case errc::no_answer:
    case errc::bad_answer:
    case errc::answer_cut_off:
    case errc::unhealthy:
      return http::problem(status::bad_gateway, "Bad Gateway");
    case errc::no_healthy_address:
    case errc::too_many_requests:
    case errc::unreachable:
      return http::problem(status::service_unavailable, "Service Unavailable")
          .set("retry-after", "1");
    case errc::connect_timeout:
    case errc::answer_timeout:
      return http::problem(status::gateway_timeout, "Gateway Timeout");
    case errc::token_ended:
      return auth::challenge(jose::errc::expired);
    case errc::client_gone:
      // Nobody reads it; the log has the status that others use, too.
      return http::problem(static_cast<status>(499), "Client Closed Request");
  }
  return http::problem(status::internal_server_error, "Internal Server Error");
}

}  // namespace latchkey::edge
