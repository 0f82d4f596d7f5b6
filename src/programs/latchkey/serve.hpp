// Runs the server that a checked configuration describes, until it is told to stop. Not for reading
// the configuration: run does that.
#pragma once

#include "service_manager.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/config_load.hpp>
#include <latchkey/client/proxy.hpp>

#include <string>

namespace latchkey::programs {

// Returns the exit status of the program: 0 after an orderly stop, 1 if it could not start or run,
// which it has said on standard error. `source` is what `loaded` came from, and is read again on a
// reload. `proxy` is what the environment names, for issuers whose configuration names none;
// `manager` is who has started the process, and wants to know how it stands.
int serve(app::config loaded, const app::config_source& source, const client::proxy_settings& proxy,
          const service_manager& manager);

}  // namespace latchkey::programs
