// What is odd about a list of routes as a whole, told when a configuration is checked: a pure
// function. Not for routing, and not for what http/router refuses anyway.
#pragma once

#include <latchkey/http/request.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// A route as far as these questions go.
struct route_outline {
  std::string pattern = {};  // as http/route_pattern takes it
  std::vector<http::verb> methods = {};
  bool every_method = false;
  bool open = false;  // asks for no token
};

enum class finding_kind : std::uint8_t {
  // Errors: `route` is never reached, or not with those methods.
  twice,     // `other` has the same pattern and the methods
  shadowed,  // `other`, written otherwise, takes the same paths and comes first
  // Warnings.
  opens,    // `route` asks for no token, within the paths of `other`, which does
  hides,    // `route` takes paths of `other`, and answers the methods there with 405
  crosses,  // some paths are of both, and neither is within the other; `route` comes first
};
std::string_view to_string(finding_kind value);
std::ostream& operator<<(std::ostream& out, finding_kind value);

struct route_finding {
  finding_kind kind;
  std::size_t route = 0;  // indexes into the list
  std::size_t other = 0;
  // Those it is about, in the order of `other` or, for twice, of `route`; empty where it is about
  // all of them. "*" stands for those that no route names.
  std::vector<std::string> methods;

  bool operator==(const route_finding&) const = default;
};

// True for those with which no configuration should be used.
bool is_error(finding_kind kind);

// A sentence for people: which routes, and what follows.
std::string describe(const route_finding& finding, const std::vector<route_outline>& routes);

// In the order of the routes. Throws std::invalid_argument for a pattern that is malformed. Takes
// time in proportion to the square of the routes.
std::vector<route_finding> find_route_findings(const std::vector<route_outline>& routes);

}  // namespace latchkey::edge
