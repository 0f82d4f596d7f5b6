#include "config_check_resources.hpp"

#include "config_check_distinct.hpp"
#include "config_text.hpp"

#include <latchkey/app/resources.hpp>
#include <latchkey/http/route_pattern.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace latchkey::app {
namespace {

std::string at(std::string_view table, std::size_t index, std::string_view key) {
  return std::string{table} + '.' + std::to_string(index) + '.' + std::string{key};
}

std::string shown_path(const resource_config& resource) {
  const auto path = path_of(resource);
  return shown_string(path.empty() ? "/" : path);
}

// A token for the one would be one for the other.
void check_names(const config& value, report& problems) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < value.resources.size(); ++i) {
    const auto& one = value.resources[i];
    const auto check = [&](const std::string& name, const std::string& key) {
      const auto [first, fresh] = seen.emplace(name, i);
      if (fresh || name.empty()) return;
      problems.add_found(key,
                         "found " + shown_string(name) +
                             (first->second == i ? ", which its tokens may name already"
                                                 : ", which is a name of resource." +
                                                       std::to_string(first->second) + " already"));
    };
    check_distinct(one.audiences, at("resource", i, "audiences"), problems);
    check(one.identifier, at("resource", i, "identifier"));
    for (std::size_t j = 0; j < one.audiences.size(); ++j) {
      check(one.audiences[j], at("resource", i, "audiences") + '.' + std::to_string(j));
    }
  }
}

// Routes have no hosts, so that two resources of one path would have the same routes.
void check_paths(const config& value, report& problems) {
  std::map<std::string, std::size_t, std::less<>> seen;
  for (std::size_t i = 0; i < value.resources.size(); ++i) {
    const auto& one = value.resources[i];
    const auto key = at("resource", i, "identifier");
    if (one.identifier.empty() || problems.blames(key)) continue;
    const auto [first, fresh] = seen.emplace(std::string{path_of(one)}, i);
    if (!fresh) {
      problems.add_found(key, "found " + shown_string(one.identifier) + ", whose path is that of " +
                                  "resource." + std::to_string(first->second) +
                                  " already; expected another path, since routes are told apart "
                                  "by nothing else");
    }
  }
}

bool asks_for_it(const config& value, std::size_t resource) {
  return std::any_of(value.routes.begin(), value.routes.end(), [&](const route_config& route) {
    return resource_of(value, route) == resource;
  });
}

void check_scopes(const resource_config& resource, const std::string& key, report& problems) {
  check_distinct(resource.scopes_supported, key, problems);
  for (std::size_t i = 0; i < resource.scopes_supported.size(); ++i) {
    if (resource.scopes_supported[i] != offline_access) continue;
    problems.add_found(key + '.' + std::to_string(i),
                       "found \"offline_access\", which a client asks its authorization server "
                       "for, and no resource needs; leave it out");
  }
}

void check_one(const config& value, std::size_t index, report& problems) {
  const auto& one = value.resources[index];
  const auto key = at("resource", index, "identifier");
  check_scopes(one, at("resource", index, "scopes_supported"), problems);
  check_distinct(one.authorization_servers, at("resource", index, "authorization_servers"),
                 problems);
  if (one.identifier.empty() || problems.blames(key)) return;
  if (!asks_for_it(value, index)) {
    problems.add_found(key, "found " + shown_string(one.identifier) +
                                ", but no route that asks for a token is within its path (" +
                                shown_path(one) + "), so that nothing is protected");
  }
  if (authorization_servers_of(value, one).empty()) {
    problems.add_found(at("resource", index, "authorization_servers"),
                       "missing; no issuer is an https URL, where clients could ask for a token");
  }
}

void check_well_known(const config& value, report& problems) {
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    for (std::size_t j = 0; j < value.resources.size(); ++j) {
      const auto& path = value.routes[i].path;
      if (value.resources[j].identifier.empty() || path != metadata_path(value.resources[j])) {
        continue;
      }
      problems.add_found(at("route", i, "path"),
                         "found " + shown_string(path) + ", where the metadata of resource." +
                             std::to_string(j) + " is; leave the route out");
    }
  }
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// A token that is for the resource alone, as clients ask for it by RFC 8707, passes no issuer that
// does not have the resource among its audiences.
void foresee_audiences(const config& checked, std::size_t index, const std::string& file,
                       diagnostics& all) {
  const auto names = resource_names(checked)[index];
  for (std::size_t i = 0; i < checked.issuers.size(); ++i) {
    const auto& issuer = checked.issuers[i];
    const bool takes = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return has(issuer.audiences, name);
    });
    if (issuer.audience_claim != "aud" || takes) continue;
    all.push_back({file, 0, 0, at("issuer", i, "audiences"),
                   "has none of the names of resource." + std::to_string(index) +
                       ", so that a token of this issuer for that resource alone is refused "
                       "(audience_mismatch); add " +
                       shown_string(names.front())});
  }
}

// Of a path that a wider route takes, no token is asked to be for the resource.
void foresee_gaps(const config& checked, std::size_t index, const std::string& file,
                  diagnostics& all) {
  const auto& resource = checked.resources[index];
  const http::route_pattern inside{std::string{path_of(resource)} + "/*"};
  const auto whole = [&](const route_config& route) {
    return route.path == inside.text() && route.every_method;
  };
  if (std::any_of(checked.routes.begin(), checked.routes.end(), whole)) return;
  for (std::size_t i = 0; i < checked.routes.size(); ++i) {
    const auto& route = checked.routes[i];
    if (route.is_public || resource_of(checked, route)) continue;
    if (relate(http::route_pattern{route.path}, inside) == http::path_relation::apart) continue;
    all.push_back({file, 0, 0, at("route", i, "path"),
                   shown_string(route.path) + " takes paths below " + shown_path(resource) +
                       " that no route of resource." + std::to_string(index) +
                       " has; tokens there need not be for the resource"});
  }
}

}  // namespace

void check_resources(const config& value, report& problems) {
  check_names(value, problems);
  check_paths(value, problems);
  for (std::size_t i = 0; i < value.resources.size(); ++i) check_one(value, i, problems);
  check_well_known(value, problems);
}

diagnostics foresee_resources(const config& checked, const std::filesystem::path& file) {
  diagnostics all;
  for (std::size_t i = 0; i < checked.resources.size(); ++i) {
    foresee_audiences(checked, i, file.string(), all);
    foresee_gaps(checked, i, file.string(), all);
  }
  return all;
}

}  // namespace latchkey::app
