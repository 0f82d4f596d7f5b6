// The state of the server for whoever runs it, as JSON for programs and as a page for people. Pure.
// Not for metrics: those are counted over time by somebody else.
#pragma once

#include <latchkey/app/issuer_status.hpp>
#include <latchkey/app/reload.hpp>
#include <latchkey/core/time.hpp>

#include <string>
#include <vector>

namespace latchkey::app {

struct server_status {
  core::wall_time started;
  core::wall_time now;
  std::vector<issuer_status> issuers;
  config_status config = {};
};

// See docs/status.md for the members.
std::string status_json(const server_status& status);

// A page without scripts and without anything to load; whatever came from outside is escaped.
std::string status_html(const server_status& status);

}  // namespace latchkey::app
