// routes: the routes of a configuration, and what would become of one request. Not for answering
// requests, nor for tokens.
#pragma once

#include "config_commands.hpp"

#include <string>
#include <vector>

namespace latchkey::programs {

struct routes_options {
  config_options config;
  std::vector<std::string> request;  // METHOD and URL; empty: the table
  std::vector<std::string> headers;  // "name: value"
  std::string claims;                // a file with JSON, or "-" for standard input; empty: none
  std::string token;                 // instead of them: a file with a token, or "-"; not verified
  bool json = false;
};

// Of `--explain`: exit_refused where no route takes the request, or it is not forwarded.
int show_routes(const routes_options& options, const command_env& env);

}  // namespace latchkey::programs
