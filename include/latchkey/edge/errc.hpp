// Why a request is not forwarded, or an answer not passed on: by the rules for its path and its
// fields, or by what went wrong on the way to the upstream. Not for the reasons of system and TLS.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <string_view>
#include <type_traits>

namespace latchkey::edge {

enum class errc {
  // Of the request: 400.
  ambiguous_path = 1,  // two readers may take it for two paths
  bad_host,            // not a name or an address with a port, or absent where it is passed on
  bad_connection,      // Connection names more than anybody has
  forwarding_loop,     // it has come through here too often: 508
  // Of a check that another proxy asks for: 403.
  check_not_trusted,    // it is not one of the proxies whose checks are answered
  check_incomplete,     // it does not tell method and path
  check_repeated,       // it tells one thing in two fields of one name
  check_contradictory,  // it tells one thing in two ways, and differently
  check_malformed,      // what it tells is no method, path, host or scheme
  check_no_route,       // no route has the path
  check_no_method,      // no route of the path has the method
  check_forged,         // a field that says who asks, in a spelling that the proxy would let pass
  // Of the token: 403.
  claim_not_sendable,  // of a kind or with characters that its field cannot have
  claims_too_large,
  // Of the upstream's answer: 502.
  unexpected_upgrade,  // to another protocol than the one that was offered
  // Of the way there: 503 with Retry-After.
  no_healthy_address,  // or none is known yet
  too_many_requests,   // of the upstream, under way or waiting
  unreachable,         // no connection
  // 504.
  connect_timeout,
  answer_timeout,  // for the head of the answer
  // 502.
  no_answer,   // the connection ended before its first byte
  bad_answer,  // it is no HTTP that can be read in one way only, or ended within its head
  // Within an answer, or in the place of one.
  answer_cut_off,
  token_ended,
  client_gone,
  unhealthy,  // what a check found
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// A stable code for logs, with static storage.
std::string_view reason(errc value);

}  // namespace latchkey::edge

template <>
struct boost::system::is_error_code_enum<latchkey::edge::errc> : std::true_type {};
