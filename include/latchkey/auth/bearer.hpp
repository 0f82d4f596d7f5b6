// Takes the one bearer token out of a request. Not for looking into the token.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>

#include <string_view>

namespace latchkey::auth {

// The token of `Authorization: Bearer <token>` (RFC 6750 section 2.1), as a view into the head.
// `query` is the request's query, without the '?'.
// errc::no_credentials without the field or with another scheme; malformed_credentials if the
// scheme is Bearer and exactly one space and one b64token do not follow; duplicate_authorization
// for two fields, token_in_two_places for an access_token in the query beside it (both RFC 6750
// section 2: one method only). A token in the query alone is not looked at: it ends up in logs and
// histories.
core::result<std::string_view> bearer_token(const http::request_head& head, std::string_view query);

}  // namespace latchkey::auth
