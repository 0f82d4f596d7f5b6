// The sandbox of a running server (server.sandbox): the files it may open are those its
// configuration names and the system's for names, times and authorities; the calls it may make are
// those of a server. Not for how the system is told: landlock, seccomp.
#pragma once

#include "landlock.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/config_load.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace latchkey::programs {

// What may be opened for this configuration, that of `file`. Of a file that it names, the folder,
// so that it can be replaced, and where a link leads, that folder; where the folder is one at the
// top, such as /etc or /tmp, the file alone. `environment` may name authorities (SSL_CERT_FILE).
std::vector<file_rule> sandbox_files(const app::config& loaded, const std::filesystem::path& file,
                                     const app::environment_map& environment);

// What is in force.
struct sandbox {
  bool asked = false;
  int landlock = 0;  // the version of the system's interface; 0: none
  bool seccomp = false;
  std::vector<std::string> missing;  // what was asked for as far as it can be had, and why not
};

// Takes this thread, which is the only one, into the sandbox that the configuration asks for, and
// all that it begins from now on; for good. Throws std::runtime_error that says why where what must
// be had cannot be had.
sandbox enter_sandbox(const app::config& loaded, const std::filesystem::path& file,
                      const app::environment_map& environment);

// The files that a configuration names and this user could read, but for the sandbox of the start.
app::diagnostics beyond_sandbox(const app::config& loaded, const std::filesystem::path& file);

}  // namespace latchkey::programs
