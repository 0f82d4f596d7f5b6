// An issuer's metadata: its URLs, and the address of the keys that it names. Pure. Not for fetching
// it: that is done by what keys_discovered makes.
#pragma once

#include <latchkey/auth/key_source.hpp>
#include <latchkey/core/result.hpp>

#include <string>
#include <string_view>

namespace latchkey::auth {

// The URLs of an issuer's metadata.
struct metadata_addresses {
  std::string openid;  // OpenID Connect Discovery 1.0 section 4: behind the issuer's path
  std::string oauth;   // RFC 8414 section 3.1: between its host and its path
};

// Throws std::invalid_argument, without repeating it, for an issuer that is not https (or, with
// allow_http, http; a loopback address takes allow_internal, and may be http then), or has a query
// or a fragment.
metadata_addresses find_metadata(const discovery_settings& settings);

// The `jwks_uri` that the metadata names. For what is not strict JSON (see jose::parse_json, with
// its bounds) errc::metadata_byte_order, errc::metadata_name_twice or errc::bad_metadata, which
// stands for what is not an object as well; errc::metadata_member where one of the two members is
// not there as a string; errc::metadata_issuer unless its `issuer` is the configured one byte for
// byte (RFC 8414 section 3.3); errc::metadata_keys_address for an address that is not https (or,
// with allow_http, http), or on a loopback address without allow_internal. What was found and what
// was expected goes to the report of the settings.
core::result<std::string> read_metadata(std::string_view text, const discovery_settings& settings);

}  // namespace latchkey::auth
