// The one mapping from errors of auth and jose to responses and to reasons for the log. Not for
// requests that are wrong as HTTP: those are answered by http/problem.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/response.hpp>

#include <span>
#include <string>
#include <string_view>

namespace latchkey::auth {

// The parameters of a challenge beside the error.
struct challenge_details {
  // All the scopes the route needs; for errc::insufficient_scope. Where there are any, a challenge
  // with 401 names them, too.
  std::span<const std::string> scopes = {};
  http::status insufficient_scope_status = http::status::forbidden;
  unsigned retry_after = 1;  // seconds; for errc::keys_unavailable
  // The URL of the metadata of the route's resource, which every challenge names (RFC 9728 section
  // 5.1); empty: the route is of none. It needs no escape between quotes.
  std::string_view resource_metadata = {};
};

// The response to a refused request (RFC 6750 section 3). Its text comes from fixed codes and from
// configuration, never from the request. An error of any other category is an internal error: 500.
http::response challenge(const core::error_code& error, const challenge_details& details = {});

// The stable reason of an error of auth or jose; "internal_error" for any other. Static storage.
std::string_view reason(const core::error_code& error);

}  // namespace latchkey::auth
