// The keys of [[resource]]: a part of config_describe, which says how it is read.
#pragma once

#include "config_names.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

template <class Visitor>
void describe(Visitor& visit, resource_config& resource) {
  visit.value("identifier", resource.identifier,
              rule::text{{.required = true},
                         "an https URL (http for this machine) in lower case, of scheme, host and "
                         "a path of plain segments, like \"https://api.example.com/mcp\"",
                         rule::is_resource_identifier,
                         false,
                         "URL"},
              "What clients know it by (RFC 9728), and what the `aud` of its tokens names (RFC "
              "8707). Its routes are those whose paths begin with the path of this URL.");
  visit.value("name", resource.name, rule::optional_text,
              "Its name for people, `resource_name` of the metadata.");
  visit.value(
      "documentation", resource.documentation,
      rule::text{
          {}, "an http or https URL, without user or fragment", rule::is_web_url, true, "URL"},
      "Where developers read of it, `resource_documentation` of the metadata.");
  visit.list("audiences", resource.audiences,
             rule::text{{.distinct = true}, "an audience as `aud` names it", rule::is_identifier},
             0, "Other names that `aud` may have for it.");
  visit.list("authorization_servers", resource.authorization_servers,
             rule::text{{.distinct = true},
                        "the https URL of an authorization server (http for this machine)",
                        rule::is_secure_url,
                        false,
                        "URL"},
             0,
             "Where clients are told to get tokens; empty: at the issuers, those with `tenants` at "
             "each of them.");
  visit.list(
      "scopes_supported", resource.scopes_supported, rule::distinct(rule::scope_token), 0,
      "Scopes that clients are told of; empty: all that its routes and their tables for MCP need. "
      "Never "
      "`offline_access`, which is between client and authorization server.");
}

}  // namespace latchkey::app
