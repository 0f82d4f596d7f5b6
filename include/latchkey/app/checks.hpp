// What answers the checks of other proxies: the guards of each route of a configuration, with who
// asks behind them. Not for what a check says: edge/forward_auth.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/edge/identity_fields.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/http/router.hpp>

#include <functional>
#include <string>
#include <vector>

namespace latchkey::app {

// "/_latchkey/check/*"; empty where no checks are answered.
std::string check_pattern(const forward_auth_config& of);

// The names of all fields by which an answer may say who asks.
std::vector<std::string> identities_of(const config& checked);

// What the route tells who asks: its own claims_to_headers, else those of all.
edge::header_settings told_of(const config& checked, const route_config& route);

// Guards of a route, with the handler given behind them, and what answers a preflight (empty: the
// route says nothing of CORS).
struct checked_guards {
  http::handler answer;
  http::handler preflight;
};
using guards_of = std::function<checked_guards(const route_config&, http::handler last)>;

// The route by which checks are asked for. `threads`: those they are answered on; null: nothing is
// kept for one of them.
http::route check_route(const config& checked, const guards_of& guards,
                        const async::io_pool* threads);

}  // namespace latchkey::app
