// Runs the server that a checked configuration describes, until it is told to stop. Not for reading
// the configuration: run does that.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/client/proxy.hpp>

#include <string>

namespace latchkey::programs {

// Returns the exit status of the program: 0 after an orderly stop, 1 if it could not start or run,
// which it has said on standard error. `config_path` is the file as it was named, for messages.
// `proxy` is what the environment names, for issuers whose configuration names none.
int serve(const app::config& loaded, const std::string& config_path,
          const client::proxy_settings& proxy);

}  // namespace latchkey::programs
