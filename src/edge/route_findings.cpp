#include <latchkey/edge/route_findings.hpp>
#include <latchkey/http/route_pattern.hpp>

#include <algorithm>
#include <ostream>
#include <utility>

namespace latchkey::edge {
namespace {

using http::path_relation;

std::string name_of(http::verb method) {
  return std::string{boost::beast::http::to_string(method)};
}

// As the router answers: HEAD by the route of GET, OPTIONS by itself where no route does.
bool answers(const route_outline& route, http::verb method) {
  const auto has = [&route](http::verb one) {
    return std::find(route.methods.begin(), route.methods.end(), one) != route.methods.end();
  };
  return route.every_method || has(method) || (method == http::verb::head && has(http::verb::get));
}

class search {
 public:
  explicit search(const std::vector<route_outline>& routes) : routes_{routes} {
    for (const auto& one : routes) patterns_.emplace_back(one.pattern);
  }

  std::vector<route_finding> run() {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
      for (std::size_t j = 0; j < routes_.size(); ++j) {
        if (i != j) compare(i, j);
      }
    }
    return std::move(found_);
  }

 private:
  // What is wrong with the first because of the second.
  void compare(std::size_t i, std::size_t j) {
    switch (relate(patterns_[i], patterns_[j])) {
      case path_relation::apart:
      case path_relation::around:
        return;
      case path_relation::same:
        if (i > j) compare_same(i, j);
        return;
      case path_relation::within:
        compare_within(i, j);
        return;
      case path_relation::crossing:
        if (is_more_specific(patterns_[i], patterns_[j])) {
          found_.push_back({finding_kind::crosses, i, j, {}});
        }
        return;
    }
  }

  void compare_same(std::size_t later, std::size_t earlier) {
    if (routes_[later].pattern != routes_[earlier].pattern) {
      // The router asks no second pattern, whatever the methods. Named once.
      const bool named = std::any_of(found_.begin(), found_.end(), [later](const auto& one) {
        return one.kind == finding_kind::shadowed && one.route == later;
      });
      if (!named) found_.push_back({finding_kind::shadowed, later, earlier, {}});
      return;
    }
    std::vector<std::string> methods;
    for (const auto method : routes_[later].methods) {
      const auto& other = routes_[earlier].methods;
      const bool both = std::find(other.begin(), other.end(), method) != other.end();
      if (both) methods.push_back(name_of(method));
    }
    if (routes_[later].every_method && routes_[earlier].every_method) methods.emplace_back("*");
    if (!methods.empty()) {
      found_.push_back({finding_kind::twice, later, earlier, std::move(methods)});
    }
  }

  void compare_within(std::size_t inner, std::size_t outer) {
    if (routes_[inner].open && !routes_[outer].open) {
      found_.push_back({finding_kind::opens, inner, outer, {}});
    }
    // Of several routes of the pattern the first tells.
    for (std::size_t i = 0; i < inner; ++i) {
      if (routes_[i].pattern == routes_[inner].pattern) return;
    }
    std::vector<std::string> methods;
    for (const auto method : routes_[outer].methods) {
      if (!answered_at(inner, method)) methods.push_back(name_of(method));
    }
    const auto& pattern = routes_[inner].pattern;
    const bool every = std::any_of(routes_.begin(), routes_.end(), [&pattern](const auto& one) {
      return one.pattern == pattern && one.every_method;
    });
    if (routes_[outer].every_method && !every) methods.emplace_back("*");
    if (!methods.empty()) {
      found_.push_back({finding_kind::hides, inner, outer, std::move(methods)});
    }
  }

  // By any route with the pattern of that one.
  bool answered_at(std::size_t index, http::verb method) const {
    return std::any_of(routes_.begin(), routes_.end(), [&](const route_outline& one) {
      return one.pattern == routes_[index].pattern && answers(one, method);
    });
  }

  const std::vector<route_outline>& routes_;
  std::vector<http::route_pattern> patterns_;
  std::vector<route_finding> found_;
};

std::string join(const std::vector<std::string>& methods) {
  std::string text;
  for (const auto& one : methods) {
    if (!text.empty()) text += ", ";
    text += one == "*" ? "every method that no route names" : one;
  }
  return text;
}

}  // namespace

bool is_error(finding_kind kind) {
  return kind == finding_kind::twice || kind == finding_kind::shadowed;
}

std::string describe(const route_finding& finding, const std::vector<route_outline>& routes) {
  const auto quoted = [&routes](std::size_t index) { return '"' + routes.at(index).pattern + '"'; };
  const auto route = quoted(finding.route);
  const auto other = quoted(finding.other);
  switch (finding.kind) {
    case finding_kind::twice:
      return "two routes " + route + " for " + join(finding.methods);
    case finding_kind::shadowed:
      return "route " + route + " is never reached: " + other + " takes the same paths";
    case finding_kind::opens:
      return "route " + route + " asks for no token, within " + other + ", which does";
    case finding_kind::hides:
      return "route " + route + " answers 405 where " + other + " would take " +
             join(finding.methods);
    case finding_kind::crosses:
      return "routes " + route + " and " + other + " have paths in common: those are of " + route;
  }
  return {};
}

std::vector<route_finding> find_route_findings(const std::vector<route_outline>& routes) {
  return search{routes}.run();
}

std::string_view to_string(finding_kind value) {
  switch (value) {
    case finding_kind::twice:
      return "twice";
    case finding_kind::shadowed:
      return "shadowed";
    case finding_kind::opens:
      return "opens";
    case finding_kind::hides:
      return "hides";
    case finding_kind::crosses:
      return "crosses";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, finding_kind value) {
  return out << to_string(value);
}

}  // namespace latchkey::edge
