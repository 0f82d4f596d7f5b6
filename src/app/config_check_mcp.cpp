#include "config_check_mcp.hpp"

#include "config_check_distinct.hpp"
#include "config_text.hpp"

#include <latchkey/edge/mcp_table.hpp>
#include <latchkey/edge/mcp_uri.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {
namespace {

// A message is held in memory while it is judged.
constexpr std::size_t max_message = std::size_t{64} * 1024 * 1024;

bool has_older(const edge::mcp_settings& mcp) {
  return std::any_of(mcp.revisions.begin(), mcp.revisions.end(),
                     [](const auto& one) { return !edge::has_mcp_fields(one); });
}

void check_http_methods(const route_config& route, const std::string& table, report& problems) {
  const auto key = table + ".methods";
  if (problems.blames(key)) return;
  const auto& all = route.methods;
  const auto has = [&all](http::verb one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const bool others = std::any_of(all.begin(), all.end(), [](http::verb one) {
    return one != http::verb::post && one != http::verb::get && one != http::verb::delete_;
  });
  if (route.every_method || others || !has(http::verb::post)) {
    return problems.add_found(key,
                              "found other methods than an MCP server has; expected \"POST\", "
                              "with \"GET\" and \"DELETE\" beside it for revisions before "
                              "2026-07-28");
  }
  if (all.size() > 1 && !has_older(route.mcp)) {
    problems.add_found(key,
                       "found \"GET\" or \"DELETE\", which no revision of mcp.revisions has; "
                       "expected \"POST\" alone");
  }
}

void check_rows(const std::vector<edge::mcp_row>& rows, const route_config& route,
                const std::string& key, report& problems) {
  for (const auto& row : rows) {
    const auto here = key + '.' + toml_key(row.name);
    check_distinct(row.scopes, here, problems);
    const auto star = row.name.find('*');
    if (row.name.empty() || star < row.name.size() - 1) {
      problems.add_found(here, "found " + shown_string(row.name) +
                                   "; expected a name, or how names "
                                   "begin with \"*\" at its end");
    }
    if (route.is_public && !row.scopes.empty()) {
      problems.add_found(here,
                         "found scopes with public = true, where no token is asked for; expected "
                         "[]");
    }
  }
}

// Rows that are one to who decodes before he compares: which of them decides would be a guess.
// False where there are some.
bool check_resources(const std::vector<edge::mcp_row>& rows, const std::string& key,
                     report& problems) {
  std::map<std::string, const edge::mcp_row*> known;
  bool fine = true;
  for (const auto& row : rows) {
    const auto [at, fresh] = known.emplace(edge::decoded_uri(row.name), &row);
    if (fresh || at->second->scopes == row.scopes) continue;
    fine = false;
    problems.add_found(key + '.' + toml_key(row.name),
                       "found other scopes than those of " + shown_string(at->second->name) +
                           ", which is the same resource to who decodes it");
  }
  return fine;
}

// Some end of it that makes a URI; a row for how URIs begin may stop anywhere in one.
bool begins_some_uri(const std::string& text) {
  static constexpr std::string_view ends[] = {"",     "x",        "/x",   "x/x",  "1",
                                              "1/x",  ".0.0.1/x", "8/x",  ":x",   "//x/x",
                                              "/x/x", "://x/x",   "///x", ":///x"};
  return std::any_of(std::begin(ends), std::end(ends), [&text](std::string_view end) {
    return !edge::is_ambiguous_uri(text + std::string{end});
  });
}

// Rows of which no request is: their resource, in the spelling that is taken, another row decides.
void check_spelling(const std::vector<edge::mcp_row>& rows, const std::string& key,
                    report& problems) {
  const edge::mcp_resources all{rows};
  for (const auto& row : rows) {
    auto name = row.name;
    const bool begins = name.ends_with('*');
    if (begins) name.pop_back();
    if (name.empty() || name.find('*') != name.npos) continue;
    const auto here = key + '.' + toml_key(row.name);
    if (begins ? !begins_some_uri(name) : edge::is_ambiguous_uri(name)) {
      problems.add_found(here, "found " + shown_string(row.name) +
                                   ", which is refused of every client, since others may write or "
                                   "read it differently; expected the URI in its normal form");
    } else if (!begins && !all.is_decided(name)) {
      problems.add_found(here, "found " + shown_string(row.name) +
                                   ", which others may take for what another row asks for more "
                                   "for; expected all of its scopes here, too");
    }
  }
}

// A page that may read answers, and whose requests are refused, is a mistake of one of the two.
void check_pages(const route_config& route, const std::string& table, report& problems) {
  const auto& known = route.mcp.origins;
  const auto has = [&known](std::string_view one) {
    return std::find(known.begin(), known.end(), one) != known.end();
  };
  if (has("*")) {
    if (known.size() > 1) {
      problems.add_found(table + ".mcp.origins",
                         "found \"*\" beside others; it stands for all of them, and alone");
    }
    return;
  }
  for (std::size_t i = 0; i < route.cors.origins.size(); ++i) {
    const auto& one = route.cors.origins[i];
    if (has(one)) continue;
    problems.add_found(table + ".cors.origins." + std::to_string(i),
                       "found " + shown_string(one) +
                           ", which mcp.origins has not: its requests "
                           "would be refused");
  }
}

void check_one(const route_config& route, const std::string& table, report& problems) {
  const auto& mcp = route.mcp;
  if (route.upstream.empty()) {
    return problems.add_found(table + ".mcp", "found without upstream, for which alone it is");
  }
  check_http_methods(route, table, problems);
  check_distinct(mcp.revisions, table + ".mcp.revisions", problems);
  if (mcp.upstream_checks && has_older(mcp)) {
    problems.add_found(table + ".mcp.revisions",
                       "found revisions before 2026-07-28 with upstream_checks = true, whose "
                       "servers compare nothing; expected [\"2026-07-28\"]");
  }
  if (!mcp.upstream_checks && route.body_bytes > max_message) {
    problems.add_found(table + ".body_bytes", "found " + std::to_string(route.body_bytes) +
                                                  "; a message that is judged "
                                                  "has at most " +
                                                  std::to_string(max_message));
  }
  const auto& upgrades = route.forward.headers.upgrades;
  if (!upgrades.empty() && upgrades != edge::header_settings{}.upgrades) {
    problems.add_found(table + ".upgrades",
                       "found protocols beside mcp, which has none: what goes through a tunnel is "
                       "judged by nobody");
  }
  check_pages(route, table, problems);
  check_rows(mcp.methods, route, table + ".mcp.methods", problems);
  check_rows(mcp.tools, route, table + ".mcp.tools", problems);
  check_rows(mcp.prompts, route, table + ".mcp.prompts", problems);
  check_rows(mcp.resources, route, table + ".mcp.resources", problems);
  if (check_resources(mcp.resources, table + ".mcp.resources", problems)) {
    check_spelling(mcp.resources, table + ".mcp.resources", problems);
  }
}

}  // namespace

void check_mcp(const config& value, report& problems) {
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    const auto& route = value.routes[i];
    if (route.mcp.enabled) check_one(route, "route." + std::to_string(i), problems);
  }
}

}  // namespace latchkey::app
