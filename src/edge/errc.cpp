#include <latchkey/core/category.hpp>
#include <latchkey/edge/errc.hpp>

namespace latchkey::edge {
namespace {

std::string_view sentence(errc value) {
  switch (value) {
    case errc::ambiguous_path:
      return "two readers may take the path for two different ones";
    case errc::bad_host:
      return "the Host field is not a name or an address with at most a port";
    case errc::bad_connection:
      return "the Connection field names too many fields";
    case errc::forwarding_loop:
      return "the request has come through this server too often";
    case errc::check_not_trusted:
      return "no proxy of that address is answered";
    case errc::check_incomplete:
      return "the check does not tell method and path of the request";
    case errc::check_repeated:
      return "the check tells one thing in several fields of one name";
    case errc::check_contradictory:
      return "the check tells one thing in two ways that differ";
    case errc::check_malformed:
      return "what the check tells is no method, path, host or scheme";
    case errc::check_no_route:
      return "no route has the path";
    case errc::check_no_method:
      return "no route of the path has the method";
    case errc::check_forged:
      return "a field that says who asks is spelled as the proxy would let it pass";
    case errc::claim_not_sendable:
      return "a claim is of a kind or has characters that its header field cannot have";
    case errc::claims_too_large:
      return "the claims are too large for header fields";
    case errc::unexpected_upgrade:
      return "the upstream goes on in another protocol than the one that was offered";
    case errc::no_healthy_address:
      return "no address of the upstream can be used";
    case errc::too_many_requests:
      return "the upstream has as many requests under way as it is set to take";
    case errc::unreachable:
      return "no connection to the upstream could be made";
    case errc::connect_timeout:
      return "no connection to the upstream was made in time";
    case errc::answer_timeout:
      return "the upstream did not begin its answer in time";
    case errc::no_answer:
      return "the upstream ended the connection without an answer";
    case errc::bad_answer:
      return "the upstream's answer is not HTTP that can be read in one way only";
    case errc::answer_cut_off:
      return "the upstream's answer ended too early";
    case errc::token_ended:
      return "the token of the request has ended";
    case errc::client_gone:
      return "the client has gone";
    case errc::unhealthy:
      return "the upstream's answer to a health check is not a good one";
  }
  return "unknown error of forwarding";
}

}  // namespace

const boost::system::error_category& category() {
  static const core::category<errc, sentence> instance{"latchkey.edge"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::ambiguous_path:
      return "ambiguous_path";
    case errc::bad_host:
      return "bad_host";
    case errc::bad_connection:
      return "bad_connection";
    case errc::forwarding_loop:
      return "forwarding_loop";
    case errc::check_not_trusted:
      return "check_not_trusted";
    case errc::check_incomplete:
      return "check_incomplete";
    case errc::check_repeated:
      return "check_repeated";
    case errc::check_contradictory:
      return "check_contradictory";
    case errc::check_malformed:
      return "check_malformed";
    case errc::check_no_route:
      return "no_route";
    case errc::check_no_method:
      return "method_not_allowed";
    case errc::check_forged:
      return "forged_identity";
    case errc::claim_not_sendable:
      return "claim_not_sendable";
    case errc::claims_too_large:
      return "claims_too_large";
    case errc::unexpected_upgrade:
      return "unexpected_upgrade";
    case errc::no_healthy_address:
      return "no_healthy_upstream";
    case errc::too_many_requests:
      return "upstream_busy";
    case errc::unreachable:
      return "upstream_unreachable";
    case errc::connect_timeout:
      return "upstream_connect_timeout";
    case errc::answer_timeout:
      return "upstream_timeout";
    case errc::no_answer:
      return "upstream_no_answer";
    case errc::bad_answer:
      return "upstream_bad_answer";
    case errc::answer_cut_off:
      return "upstream_cut_off";
    case errc::token_ended:
      return "token_ended";
    case errc::client_gone:
      return "client_gone";
    case errc::unhealthy:
      return "upstream_unhealthy";
  }
  return "unknown";
}

}  // namespace latchkey::edge
