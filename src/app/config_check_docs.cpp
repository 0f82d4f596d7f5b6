#include "config_check_docs.hpp"

#include "config_text.hpp"

#include <latchkey/app/documents.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {
namespace {

// What the page says itself in an authorization request (RFC 6749 section 4.1.1, RFC 7636).
constexpr std::array<std::string_view, 7> own_parameters{
    "client_id", "code_challenge", "code_challenge_method", "redirect_uri", "response_type",
    "scope",     "state"};

// The names of those tables, each of which may be there once.
template <class Item>
std::vector<std::string> names_of(const std::vector<Item>& items, const std::string& table,
                                  report& problems) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& name = items[i].name;
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      problems.add_found(table + '.' + std::to_string(i) + ".name",
                         "found " + shown_string(name) + " a second time");
    }
    names.push_back(name);
  }
  return names;
}

void check_parameters(const docs_config& docs, report& problems) {
  for (const auto& one : docs.parameters) {
    if (std::find(own_parameters.begin(), own_parameters.end(), one.name) == own_parameters.end()) {
      continue;
    }
    problems.add_found("docs.authorization_parameters." + one.name,
                       "found a parameter that the page sets itself; expected others alone");
  }
}

// The page may ask that host alone (Content-Security-Policy, connect-src), which has no form for
// every host that a URL has.
void check_token_url(const std::string& url, report& problems) {
  try {
    policy_origin(url);
  } catch (const std::invalid_argument&) {
    problems.add_found("docs.token_url",
                       "found " + shown_string(url) +
                           ", whose host the page's Content-Security-Policy cannot name; expected "
                           "a host name or an IPv4 address");
  }
}

void check_sign_in(const config& value, const std::vector<std::string>& declared,
                   report& problems) {
  const auto& docs = value.docs;
  const auto need = [&](const char* key, const std::string& text) {
    if (!text.empty()) return;
    problems.add_found(std::string{"docs."} + key,
                       "missing; client_id, authorization_url and token_url are set together or "
                       "not at all");
  };
  need("client_id", docs.client_id);
  need("authorization_url", docs.authorization_url);
  need("token_url", docs.token_url);
  if (!docs.token_url.empty()) check_token_url(docs.token_url, problems);
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    for (const auto& scope : value.routes[i].scopes) {
      if (std::find(declared.begin(), declared.end(), scope) != declared.end()) continue;
      problems.add_found("route." + std::to_string(i) + ".scopes",
                         "found " + shown_string(scope) +
                             ", which no [[docs.scope]] declares, so nobody could ask for it" +
                             did_you_mean(nearest(scope, declared)));
    }
  }
}

}  // namespace

void check_docs(const config& value, report& problems) {
  const auto& docs = value.docs;
  const auto declared = names_of(docs.scopes, "docs.scope", problems);
  names_of(docs.tags, "docs.tag", problems);
  check_parameters(docs, problems);
  if (docs.license.empty() && !docs.license_url.empty()) {
    problems.add_found("docs.license", "missing; license_url is where the text of license is");
  }
  // Without the three the page takes a token that is pasted in.
  const bool authorizes =
      !docs.client_id.empty() || !docs.authorization_url.empty() || !docs.token_url.empty();
  if (docs.enabled && authorizes) check_sign_in(value, declared, problems);
}

}  // namespace latchkey::app
