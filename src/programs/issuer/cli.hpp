// The command line of latchkey-issuer; its streams are parameters, so that tests can call it. Not
// for sockets: serve() has a file of its own.
#pragma once

#include "issuer/fault.hpp"
#include "issuer/settings.hpp"

#include <latchkey/core/time.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::issuer {

struct serve_options {
  std::string listen = "127.0.0.1:9400";
  std::string control = "127.0.0.1:0";  // for the controls alone; plain http, loopback
  std::vector<fault> faults;            // shown from the start
  settings wanted;            // issuer and url are empty where they follow from where it listens
  std::filesystem::path key;  // empty: a new one for this run
  std::filesystem::path tls_certificate;  // both or neither
  std::filesystem::path tls_key;
};

struct command_env {
  std::ostream& out;
  std::ostream& err;
  core::clock clock;
  std::function<int(const serve_options&)> serve;
};

// `args` are those after the program's name. 0: done; 1: refused or failed; 2: wrong usage.
int run(std::vector<std::string> args, const command_env& env);

// "90", "90s", "-5m", "1h", "2d". Nothing for anything else, and for more than a century.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text);

}  // namespace latchkey::issuer
