// What the configuration of an issuer means for fetching and keeping its keys. Pure. Not for doing
// it: that is issuer_keys.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/app/config_load.hpp>
#include <latchkey/auth/jwks_settings.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/client/proxy.hpp>

#include <string>

namespace latchkey::programs {

// Where its keys come from, for people: the address, "discovery", "file PATH" or "inline".
std::string source_of(const app::issuer_config& issuer);

// True where its keys, or the metadata that says where they are, come or may come over http from
// another machine: only with allow_http.
bool over_http(const app::issuer_config& issuer);

// Whether only the terms for its tokens differ: what is known of its keys stays true.
bool same_keys(const app::issuer_config& a, const app::issuer_config& b);

// The proxy that the environment names for https addresses: HTTPS_PROXY and NO_PROXY, or the same
// in small letters, which win. Taken as it is.
client::proxy_settings proxy_from(const app::environment_map& environment);

// How its keys are kept and renewed.
auth::jwks_settings keys_settings(const app::issuer_config& issuer);

// How the issuer is reached; `environment` is what proxy_from gave. Throws std::invalid_argument,
// without repeating it, if the address that is asked first would be reached through the
// environment's proxy and that is none.
client::https_client_settings fetch_settings(const app::issuer_config& issuer,
                                             const client::proxy_settings& environment);

}  // namespace latchkey::programs
