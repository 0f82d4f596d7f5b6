// The routes of a configuration as a table, in the order in which they are asked, with what is odd
// about them. Not for one request: route_explanation.
#pragma once

#include <latchkey/app/config.hpp>

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

struct route_row {
  std::string path;
  std::string methods;  // "GET, POST"; "*"
  std::string needs;    // "nothing", "token", "token with a, b"
  std::string answers;  // "upstream notes", "handler token", "the documentation page"
};

// "nothing", "token", or "token with" its scopes.
std::string needs_of(const route_config& route);
// "upstream NAME" or "handler NAME".
std::string answers_of(const route_config& route);

// The paths of the documentation page, each with GET; none where it is not enabled.
std::vector<std::string> page_paths(const config& checked);

// The route of a pattern that takes the method there; null where none of the configuration does.
const route_config* find_route(const config& checked, std::string_view pattern, http::verb method);
// That of the documentation page's, or of checks, as a route of the configuration would be.
route_config route_of_ours(const config& checked, std::string_view pattern);

// Most specific first; the documentation page's and that of checks, too.
std::vector<route_row> route_rows(const config& checked);

// In columns, a line each.
std::string route_text(const config& checked);

// {"routes": [{"path", "methods", "public", "scopes", "upstream" or "handler", "resource"}],
//  "findings": [{"key", "message"}]}. Without the documentation page's.
boost::json::object route_json(const config& checked);

}  // namespace latchkey::app
