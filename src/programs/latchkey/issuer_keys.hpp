// The keys of one configured issuer, with their settings, their way to the provider and their lines
// in the log. Not for what a key set is.
#pragma once

#include "issuer_settings.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/proxy.hpp>

#include <memory>

namespace latchkey::programs {

// Fetching and its timers run on `home`; `environment` is what proxy_from gave. Throws
// std::runtime_error where certificates or the client's key cannot be read, std::invalid_argument
// for settings that cannot work.
std::shared_ptr<auth::jwks_client> make_issuer_keys(const app::issuer_config& issuer,
                                                    const core::clock& clock,
                                                    const async::executor& home,
                                                    const std::shared_ptr<const app::log>& events,
                                                    const net::proxy_settings& environment);

}  // namespace latchkey::programs
