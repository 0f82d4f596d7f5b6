// From a TOML file, the environment and the command line to a checked configuration, or to the list
// of all that is wrong with it. Not for files the configuration names: config_files looks at those.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/core/stop.hpp>
#include <latchkey/core/time.hpp>

#include <boost/system/result.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

// One thing that is wrong: where it was found, which key, what was found and what was expected.
struct diagnostic {
  std::string source;   // the file, "environment LATCHKEY_...", or "--set ..."
  unsigned line = 0;    // 0: not in a file
  unsigned column = 0;  // in characters, from 1
  std::string key;      // "server.workers"; empty where no key is concerned
  std::string message;

  bool operator==(const diagnostic&) const = default;
};

// "conf/latchkey.toml:3:11: server.workers: found ..., expected ..."
std::string to_string(const diagnostic& problem);

// Never empty in a result that failed; in the order of the file, then overrides.
using diagnostics = std::vector<diagnostic>;

using load_result = boost::system::result<config, diagnostics>;

// What value() of a failed load throws: std::invalid_argument with all the lines.
[[noreturn]] void throw_exception_from_error(const diagnostics& problems,
                                             const boost::source_location& where);

// Names and values of the environment; variables whose names do not start with LATCHKEY_ are left
// alone, every other must name a key.
using environment_map = std::map<std::string, std::string>;

// Where a configuration comes from. Kept by who wants to load it again.
struct config_source {
  std::filesystem::path file;
  environment_map environment;     // LATCHKEY_SERVER__WORKERS=2, LATCHKEY_ISSUER__0__JWKS_URI=...
  std::vector<std::string> flags;  // "server.workers=2"; they win over the environment
  bool again = false;             // not for the first time: a pipe, which is read once, will not do
  core::stop_check stopped = {};  // asked between the steps, which end early where it says so
};

// Reads and checks; nothing is taken from anywhere but `source`. The file is a regular one of at
// most 1 MiB, or a pipe.
load_result load_config(const config_source& source);

// The same for a text that is already read; `source.file` is only named.
load_result parse_config(std::string_view text, const config_source& source);

// What is wrong with the files a configuration names: each must exist and be readable, one of keys
// must be a key set with a usable key, and certificates with their keys are loaded as they will be.
diagnostics check_files(const config& checked, const std::filesystem::path& file);

// What is not wrong with them, but will be: certificates that are not valid at `now`, or not 14
// days later. Files that cannot be read are passed over.
diagnostics foresee_files(const config& checked, const std::filesystem::path& file,
                          core::wall_time now);

// What is odd about the routes of a configuration, though nothing is wrong with it: a route without
// a token within one that asks for it, and the like (edge/route_findings).
diagnostics foresee_routes(const config& checked, const std::filesystem::path& file);

}  // namespace latchkey::app
