// What the configuration says of the documentation page and of the document it shows, as plain
// values. Not for what single routes say of themselves: route_config.
#pragma once

#include <string>
#include <vector>

namespace latchkey::app {

// A scope as the documentation page offers it. What a route needs is in the route.
struct docs_scope {
  std::string name;
  std::string description;

  bool operator==(const docs_scope&) const = default;
};

// A group of operations, which routes name. One that no [[docs.tag]] tells of has no description.
struct docs_tag {
  std::string name;
  std::string description;

  bool operator==(const docs_tag&) const = default;
};

// A parameter of the authorization request beside those of OAuth 2.0.
struct docs_parameter {
  std::string name;
  std::string value;

  bool operator==(const docs_parameter&) const = default;
};

struct docs_config {
  bool enabled = false;
  std::string title = "latchkey";
  std::string version = "0.1.0";  // of the API that is described
  std::string description;        // Markdown
  std::string license;            // an SPDX identifier, or a name with license_url
  std::string license_url;
  std::string client_id;
  std::string authorization_url;
  std::string token_url;
  std::vector<docs_parameter> parameters;
  std::vector<docs_scope> scopes;
  std::vector<docs_tag> tags;

  bool operator==(const docs_config&) const = default;
};

}  // namespace latchkey::app
