// The command line of latchkey with everything it touches passed in, so that tests can call it. Not
// for what the commands do: each has a file of its own.
#pragma once

#include <latchkey/app/config_load.hpp>
#include <latchkey/core/time.hpp>

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace latchkey::programs {

// The exit statuses of every command.
enum exit_status : int {
  exit_ok = 0,
  exit_refused = 1,  // a configuration or token is not valid, or a server is not ready
  exit_usage = 2,    // the command line is wrong, or a file it names cannot be used
};

// What a command may touch. References must outlive the call.
struct command_env {
  app::environment_map environment;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  core::clock clock;
  std::function<int(app::config, app::config_source)> serve;
  bool terminal = false;  // somebody reads `err` and answers on `in`
};

// `args` are those after the program's name. Returns the exit status; throws only for bugs.
int run(std::vector<std::string> args, const command_env& env);

}  // namespace latchkey::programs
