// The state of the server for whoever runs it, as JSON for programs and as a page for people. Pure.
// Not for metrics: those are counted over time by somebody else.
#pragma once

#include <latchkey/app/issuer_status.hpp>
#include <latchkey/app/reload.hpp>
#include <latchkey/app/traffic.hpp>
#include <latchkey/app/upstream_metrics.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/edge/upstream.hpp>
#include <latchkey/server/worker_counts.hpp>

#include <string>
#include <vector>

namespace latchkey::app {

struct upstream_status {
  upstream_figures figures;
  std::vector<edge::address_report> addresses;
};

struct server_status {
  core::wall_time started;
  core::wall_time now;
  std::vector<issuer_status> issuers;
  config_status config = {};
  std::vector<std::string> listeners = {};  // as URLs
  server::server_totals connections = {};
  traffic_report traffic = {};  // of the last minutes
  std::vector<upstream_status> upstreams = {};
};

// See docs/status.md for the members.
std::string status_json(const server_status& status);

// A page with nothing to load, which a script of its own keeps fresh; whatever came from outside is
// escaped.
std::string status_html(const server_status& status);

// What a browser has to be told (Content-Security-Policy) so that nothing but that script is run.
std::string status_policy();

}  // namespace latchkey::app
