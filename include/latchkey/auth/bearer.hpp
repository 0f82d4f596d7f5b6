// Extracts the bearer token from the Authorization field. Not for other places (token_place), and
// not for parsing the token.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>

#include <string_view>

namespace latchkey::auth {

// The token of `Authorization: Bearer <token>` (RFC 6750 section 2.1), as a view into the head.
// `query` is the request's query, without the '?'. errc::no_credentials without the field or with
// another scheme; malformed_credentials if the scheme is Bearer and spaces, one at least, and one
// b64token do not follow; duplicate_authorization for two fields, token_in_two_places for an
// access_token in the query beside it (both RFC 6750 section 2: one method only). A token in the
// query alone is ignored: queries end up in logs and histories.
core::result<std::string_view> bearer_token(const http::request_head& head, std::string_view query);

// The same without a look at the characters of the token: for who compares it with texts that have
// passed, and asks bearer_token where it is none of them.
core::result<std::string_view> bearer_text(const http::request_head& head, std::string_view query);

// The token of one Authorization field, as a view of its value: of the errors above no_credentials
// and malformed_credentials.
core::result<std::string_view> bearer_in(std::string_view value);

// The grammar of a token in a field (RFC 6750 section 2.1).
bool is_b64token(std::string_view text);

// Whether a form decoder behind us would find an `access_token` in the query, in whatever encoding.
bool has_access_token(std::string_view query);

}  // namespace latchkey::auth
