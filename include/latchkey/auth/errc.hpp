// Why a request is refused, beside the errors of the token itself (jose/errc), and why a fetch of
// keys failed. Not for requests that are wrong as HTTP.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace latchkey::auth {

enum class errc : std::uint8_t {
  no_credentials = 1,     // no Authorization field, or one of another scheme
  malformed_credentials,  // the Bearer scheme, but no token in the grammar of RFC 6750 section 2.1
  duplicate_authorization,  // two Authorization fields
  token_in_two_places,      // two tokens, or one and an access_token in the query
  token_misplaced,          // from where tokens of its issuer are not taken
  cross_origin,             // a cookie speaks for a request that is not known to be our own page's
  insufficient_scope,
  token_for_another_resource,  // its `aud` names nothing that the route's resource goes by
  keys_unavailable,            // the issuer's keys cannot be had
  // Why a fetch of keys failed, beside what jose/errc has; seen by operators, never by clients.
  fetch_failed,           // ended by an exception
  fetch_status,           // an HTTP status other than 200
  bad_metadata,           // the issuer's metadata is no JSON object
  metadata_issuer,        // it names another issuer
  metadata_keys_address,  // the address it names for the keys is not https, or local
  key_file,               // the file of keys cannot be read, or is none
  metadata_byte_order,    // the metadata begins with a byte order mark
  metadata_name_twice,    // an object of the metadata has a name twice
  metadata_member,        // the metadata has no text as issuer or jwks_uri
  metadata_status,        // the metadata was answered with a status other than 200
  metadata_redirect,      // the same, leading elsewhere
  keys_redirect,          // the keys are said to be elsewhere
  other_document,         // a 304 with the entity tag of another document than the one at hand
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// The code for logs and error_description: the enumerator's own name. Static storage.
std::string_view reason(errc value);

}  // namespace latchkey::auth

template <>
struct boost::system::is_error_code_enum<latchkey::auth::errc> : std::true_type {};
