#include <latchkey/auth/errc.hpp>
#include <latchkey/core/category.hpp>

namespace latchkey::auth {
namespace {

std::string_view sentence(errc value) {
  switch (value) {
    case errc::no_credentials:
      return "the request carries no bearer token";
    case errc::malformed_credentials:
      return "the Authorization field has no well-formed bearer token";
    case errc::duplicate_authorization:
      return "the request has two Authorization fields";
    case errc::token_in_two_places:
      return "the request carries more than one token";
    case errc::token_misplaced:
      return "tokens of that issuer are not taken from where this one was";
    case errc::cross_origin:
      return "a request by a token in a cookie needs an Origin that is this server's";
    case errc::insufficient_scope:
      return "the token does not grant a scope the route needs";
    case errc::token_for_another_resource:
      return "the token's aud does not name the resource that the route belongs to";
    case errc::keys_unavailable:
      return "the keys of the issuer cannot be had";
    case errc::fetch_failed:
      return "fetching the keys ended by an exception";
    case errc::fetch_status:
      return "the keys were answered with a status other than 200";
    case errc::bad_metadata:
      return "the issuer's metadata is not a JSON object";
    case errc::metadata_issuer:
      return "the issuer's metadata names another issuer";
    case errc::metadata_keys_address:
      return "the issuer's metadata names an address for the keys that is no URL, not https, or "
             "on this machine";
    case errc::key_file:
      return "the file of keys cannot be read, is too large, or is not a regular file";
    case errc::metadata_byte_order:
      return "the issuer's metadata begins with a byte order mark, which is not JSON";
    case errc::metadata_name_twice:
      return "the issuer's metadata has a name twice in one object";
    case errc::metadata_member:
      return "the issuer's metadata has no text as issuer or jwks_uri";
    case errc::metadata_status:
      return "the issuer's metadata was answered with a status other than 200";
    case errc::metadata_redirect:
      return "the issuer's metadata was answered with a redirect, which is not followed";
    case errc::keys_redirect:
      return "the keys were answered with a redirect, which is not followed";
    case errc::other_document:
      return "the keys were answered with 304 and the entity tag of another document than asked "
             "for";
  }
  return "unknown";
}

}  // namespace

const boost::system::error_category& category() {
  static const core::category<errc, sentence> instance{"latchkey.auth"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  switch (value) {
    case errc::no_credentials:
      return "no_credentials";
    case errc::malformed_credentials:
      return "malformed_credentials";
    case errc::duplicate_authorization:
      return "duplicate_authorization";
    case errc::token_in_two_places:
      return "token_in_two_places";
    case errc::token_misplaced:
      return "token_misplaced";
    case errc::cross_origin:
      return "cross_origin";
    case errc::insufficient_scope:
      return "insufficient_scope";
    case errc::token_for_another_resource:
      return "token_for_another_resource";
    case errc::keys_unavailable:
      return "keys_unavailable";
    case errc::fetch_failed:
      return "fetch_failed";
    case errc::fetch_status:
      return "fetch_status";
    case errc::bad_metadata:
      return "bad_metadata";
    case errc::metadata_issuer:
      return "metadata_issuer";
    case errc::metadata_keys_address:
      return "metadata_keys_address";
    case errc::key_file:
      return "key_file";
    case errc::metadata_byte_order:
      return "metadata_byte_order";
    case errc::metadata_name_twice:
      return "metadata_name_twice";
    case errc::metadata_member:
      return "metadata_member";
    case errc::metadata_status:
      return "metadata_status";
    case errc::metadata_redirect:
      return "metadata_redirect";
    case errc::keys_redirect:
      return "keys_redirect";
    case errc::other_document:
      return "other_document";
  }
  return "internal_error";
}

}  // namespace latchkey::auth
