// GET /status of the admin listener: JSON, or a page for who prefers text/html. Not for the public
// listener: what it tells is the operator's.
#pragma once

#include <latchkey/app/issuer_status.hpp>
#include <latchkey/app/reload.hpp>
#include <latchkey/app/status.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/router.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

// Called for each request, on the admin listener's thread.
struct live_status {
  std::vector<issuer_status> issuers;
  config_status config;
  std::vector<std::string> listeners = {};
  server::server_totals connections = {};
  traffic_report traffic = {};
  std::vector<upstream_status> upstreams = {};
};
using collect_status = std::function<live_status()>;

// True where an Accept field value (RFC 9110 section 12.5.1) ranks text/html above JSON, as those
// of browsers do; without one, and where both are alike, JSON it is.
bool prefers_html(std::string_view accept);

http::route status_route(collect_status collect, core::clock clock);

}  // namespace latchkey::app
