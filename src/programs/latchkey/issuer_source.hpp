// Where the keys of one configured issuer come from, as what fetches them. Not for keeping them:
// that is issuer_keys.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/auth/key_source.hpp>
#include <latchkey/auth/source_report.hpp>
#include <latchkey/client/authority_cache.hpp>
#include <latchkey/client/proxy.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/resolve.hpp>

#include <memory>

namespace latchkey::programs {

// Where all issuers' ways begin.
struct network {
  client::proxy_settings proxy;  // what proxy_from gave
  net::resolver names;
  std::shared_ptr<client::authority_cache> authorities;
};

// `report` is told of each request. Throws std::runtime_error where certificates or the client's
// key cannot be read, std::invalid_argument for settings that cannot work.
auth::key_source source_for(const app::issuer_config& issuer, const core::clock& clock,
                            const network& shared,
                            const std::shared_ptr<auth::source_report>& report);

}  // namespace latchkey::programs
