// The keys of one configured issuer, with their settings, their way to the provider and their lines
// in the log. Not for what a key set is.
#pragma once

#include "issuer_settings.hpp"
#include "issuer_source.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/source_report.hpp>
#include <latchkey/core/time.hpp>

#include <memory>

namespace latchkey::programs {

struct issuer_keys {
  std::shared_ptr<auth::jwks_client> client;
  std::shared_ptr<const auth::source_report> report;  // of where they come from
};

// Fetching and its timers run on `home`; the threads of `readers` look keys up. Throws
// std::runtime_error where certificates or the client's key cannot be read, std::invalid_argument
// for settings that cannot work.
issuer_keys make_issuer_keys(const app::issuer_config& issuer, const core::clock& clock,
                             const async::executor& home, const async::io_pool& readers,
                             const std::shared_ptr<const app::log>& events, const network& shared);

}  // namespace latchkey::programs
