#include "config_check_guards.hpp"

#include "config_rules.hpp"
#include "config_text.hpp"

#include <latchkey/http/request.hpp>
#include <latchkey/middleware/cors_policy.hpp>
#include <latchkey/middleware/limit_store.hpp>
#include <latchkey/middleware/token_bucket.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {
namespace {

bool has_everything(const std::vector<std::string>& items) {
  return std::find(items.begin(), items.end(), "*") != items.end();
}

// Items that differ, by `same`, and "*" alone.
template <class Same>
void check_items(const std::vector<std::string>& items, const std::string& key, const Same& same,
                 report& problems) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto here = items.begin() + static_cast<std::ptrdiff_t>(i);
    const auto is_this = [&](const std::string& one) { return same(one, *here); };
    if (std::any_of(items.begin(), here, is_this)) {
      problems.add_found(key + '.' + std::to_string(i),
                         "found " + shown_string(*here) + " a second time; once is enough");
    }
  }
  if (items.size() > 1 && has_everything(items)) {
    problems.add_found(key, "found \"*\" beside others; it stands for all of them, and alone");
  }
}

bool is_same_origin(const std::string& a, const std::string& b) {
  const auto one = middleware::parse_origin(a);
  return a == b || (one && one == middleware::parse_origin(b));
}

void check_cors(const middleware::cors_settings& cors, const std::string& table, report& problems) {
  check_items(cors.origins, table + ".origins", is_same_origin, problems);
  check_items(cors.methods, table + ".methods", std::equal_to<>{}, problems);
  check_items(cors.headers, table + ".headers", http::same_name, problems);
  check_items(cors.exposed, table + ".exposed", http::same_name, problems);
  if (cors.origins.empty() && !(cors == middleware::cors_settings{})) {
    problems.add_found(table + ".origins",
                       "missing; expected the origins that this is for, as nothing of it is used "
                       "without");
  }
  if (!cors.credentials) return;
  const auto refuse = [&](std::string_view name, const std::vector<std::string>& items) {
    if (!has_everything(items)) return;
    problems.add_found(
        table + '.' + std::string{name},
        "found \"*\" with credentials = true, which browsers refuse; expected names");
  };
  if (has_everything(cors.origins)) {
    problems.add_found(table + ".origins",
                       "found \"*\" with credentials = true, by which every page could act for who "
                       "visits it; expected the origins that may");
  }
  refuse("methods", cors.methods);
  refuse("headers", cors.headers);
  refuse("exposed", cors.exposed);
}

// Two limits of one kind and one rate would be one.
void check_limits(const route_config& route, const std::string& table, report& problems) {
  using middleware::limit_by;
  for (std::size_t i = 0; i < route.limits.size(); ++i) {
    const auto& one = route.limits[i];
    const auto here = table + ".limit." + std::to_string(i);
    if (route.is_public && one.by != limit_by::address) {
      problems.add_found(here + ".by", "found " + shown_string(to_string(one.by)) +
                                           ", which a route with public = true does not know; "
                                           "expected \"address\"");
    }
    if (std::find(route.limits.begin(), route.limits.begin() + static_cast<std::ptrdiff_t>(i),
                  one) != route.limits.begin() + static_cast<std::ptrdiff_t>(i)) {
      problems.add_found(here, "found a second time; once is enough");
    }
    const auto rate = middleware::parse_rate(one.rate);
    if (!rate) continue;
    const middleware::bucket_rule bucket{rate->interval(), one.burst};
    if (bucket.span() > static_cast<middleware::bucket_time>(middleware::longest_span.count())) {
      problems.add_found(here + ".burst", "found " + std::to_string(one.burst) +
                                              ", which takes more than 24 hours to come back at " +
                                              one.rate);
    }
  }
}

void check_headers(const headers_config& headers, report& problems) {
  for (auto i = headers.fields.begin(); i != headers.fields.end(); ++i) {
    const auto key = "server.headers.fields." + toml_key(i->name);
    if (!rule::is_answer_field(i->name)) {
      problems.add_found(key, "found " + shown_string(i->name) +
                                  ", which is no field that may be added to every answer");
    }
    const auto same = [i](const header_field_config& one) {
      return http::same_name(one.name, i->name);
    };
    if (std::any_of(headers.fields.begin(), i, same)) {
      problems.add_found(
          key, "found " + shown_string(i->name) + " a second time; case makes no difference");
    }
  }
}

}  // namespace

void check_guards(const config& value, report& problems) {
  check_headers(value.server.headers, problems);
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    const auto table = "route." + std::to_string(i);
    check_cors(value.routes[i].cors, table + ".cors", problems);
    check_limits(value.routes[i], table, problems);
  }
}

}  // namespace latchkey::app
