// The configuration files of all contenders. Each verifies tokens of the same issuer: algorithm,
// issuer, audience, expiry, signature. Not for starting them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::compare {

// What the configurations share. Paths are absolute.
struct setting {
  std::uint16_t port = 0;        // of 127.0.0.1, TLS
  std::uint16_t admin_port = 0;  // latchkey alone
  std::string certificate;       // files
  std::string key;
  std::string certificate_and_key;  // both in one
  std::string public_key;           // of the issuer, PEM
  std::string issuer;               // URL without a slash at its end
  std::string body;                 // of the answer, for contenders that answer with fixed text
  std::string script;               // of Lua, for nginx
  std::string folder;               // for what a contender must write somewhere
};

inline constexpr std::string_view guarded_path = "/my-token";

// Of a configuration: all before the routes, and what may follow in the issuer's table.
std::string latchkey_head(const setting& with, unsigned workers, bool cache);
std::string latchkey_config(const setting& with, unsigned workers, bool cache);
// The lines of a frontend that judge tokens as latchkey does.
std::string haproxy_checks(const setting& with);
// `with.body` in JSON of printable ASCII.
std::string haproxy_config(const setting& with);
std::string nginx_config(const setting& with);
std::string nginx_script(const setting& with);
// The article's application; it reads JWKS_URL, ISSUER and AUDIENCE of its environment. And what
// /usr/bin/env is called with to run it, as fastapi_app.py in `with.folder`.
std::string_view fastapi_app();
std::vector<std::string> fastapi_arguments(const setting& with);

// In double quotes, for HAProxy: with a backslash before what means something there.
std::string haproxy_quoted(std::string_view text);
// As a literal of Lua.
std::string lua_quoted(std::string_view text);

}  // namespace latchkey::bench::compare
