// Between how keys of upstreams and their routes are written and what they mean, and what follows
// for a route from the others. Not for what is wrong with them: config_check_edge.
#pragma once

#include <latchkey/app/config.hpp>

#include <string>
#include <vector>

namespace latchkey::app {

// `methods` of a route: verb::unknown stands for "*". What is beside it, or a second one, stays in
// route_config::methods, for who checks it.
std::vector<http::verb> written_methods(const route_config& route);
void take_methods(route_config& route, std::vector<http::verb> methods);

// "least" or "hash:CLAIM".
std::string written_balance(const edge::upstream_settings& upstream);
void take_balance(edge::upstream_settings& upstream, const std::string& balance);

// "keep", "upstream" or a host.
std::string written_host(const edge::header_settings& headers);
void take_host(edge::header_settings& headers, const std::string& host);

// Sets, for each route to an upstream, what other keys say: the places of tokens; as identities
// what all other routes that can reach the same server set of claims, so that no client says it
// there; and what replace_prefix stands for without strip_prefix.
void complete_forwarding(config& value);

// The path of a route without the "/*" of a prefix.
std::string base_of(const std::string& path);

}  // namespace latchkey::app
