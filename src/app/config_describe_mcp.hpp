// The keys of [route.mcp]: a part of config_describe, which says how it is read.
#pragma once

#include "config_names.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

inline rule::named_lists<edge::mcp_row> mcp_table_rule() {
  return {{},
          &edge::mcp_row::name,
          &edge::mcp_row::scopes,
          rule::scope_token,
          "a table of names to scopes, like { echo = [\"mcp:call\"] }",
          "table of names to arrays of strings"};
}

// The table turns on what it is about, wherever `enabled` does not say otherwise.
inline void take_presence(edge::mcp_settings& mcp) {
  mcp.enabled = true;
}

template <class Visitor>
void describe(Visitor& visit, edge::mcp_settings& mcp) {
  visit.value("enabled", mcp.enabled, rule::flag{},
              "Whether the upstream is an MCP server, whose messages are judged; where it is not "
              "set, it is if there is a `[route.mcp]`.");
  visit.list("revisions", mcp.revisions,
             rule::text{{.distinct = true},
                        "a revision of MCP, like \"2026-07-28\", from \"2025-03-26\" on",
                        rule::is_mcp_revision,
                        false,
                        "date"},
             1,
             "Revisions of MCP that clients may speak; from `\"2026-07-28\"` on requests name "
             "method and tool in header fields, too.");
  visit.list("origins", mcp.origins, rule::distinct(rule::page_origin), 0,
             "Origins of pages that may ask, as of `cors.origins`; `\"*\"` alone: every page. A "
             "request with another `Origin` is answered with 403, one without is of no page.");
  visit.value("upstream_checks", mcp.upstream_checks, rule::flag{},
              "The upstream compares header fields and body itself, as revision 2026-07-28 has it: "
              "decided by the fields alone, and the body streams.");
  visit.value("unlisted", mcp.unlisted,
              rule::word<edge::mcp_unlisted>{{}, enum_names::mcp_unlisted_words},
              "What becomes of a method, tool, prompt or resource that no row of a table names "
              "which has rows: refused with 403, or let on with the scopes of the route alone.");
  const auto table = mcp_table_rule();
  visit.map("methods", mcp.methods, table,
            "Scopes that methods need beside those of the route, like `{ \"tools/list\" = "
            "[\"mcp:list\"] }`. With `*` at its end a name is how names begin; the longest row "
            "decides.");
  visit.map("tools", mcp.tools, table, "The same of tools, for `tools/call`.");
  visit.map("prompts", mcp.prompts, table, "The same of prompts, for `prompts/get`.");
  visit.map("resources", mcp.resources, table,
            "The same of resources by their URIs, for `resources/read`, `resources/subscribe` and "
            "`resources/unsubscribe`.");
}

}  // namespace latchkey::app
