#include <latchkey/app/resources.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/jose/issuer_template.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <memory>

namespace latchkey::app {
namespace {

namespace json = boost::json;

constexpr std::string_view well_known = "/.well-known/oauth-protected-resource";

bool begins_with(std::string_view path, std::string_view base) {
  return path.starts_with(base) && (path.size() == base.size() || path[base.size()] == '/');
}

// Each once, without those that are never published.
void add_scopes(std::vector<std::string>& all, const std::vector<std::string>& scopes) {
  for (const auto& scope : scopes) {
    const bool known = std::find(all.begin(), all.end(), scope) != all.end();
    if (!known && scope != offline_access) all.push_back(scope);
  }
}

json::array array_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

}  // namespace

std::string_view path_of(const resource_config& resource) {
  const auto parsed = http::parse_url(resource.identifier);
  if (!parsed || parsed->path == "/") return {};
  return parsed->path;
}

std::string metadata_path(const resource_config& resource) {
  return std::string{well_known}.append(path_of(resource));
}

std::string metadata_url(const resource_config& resource) {
  const std::string_view whole = resource.identifier;
  const auto parsed = http::parse_url(whole);
  const auto path = parsed ? parsed->path.size() : 0;
  return std::string{whole.substr(0, whole.size() - path)} + metadata_path(resource);
}

std::optional<std::size_t> resource_of(const config& checked, const route_config& route) {
  if (route.is_public) return std::nullopt;
  std::optional<std::size_t> found;
  std::size_t longest = 0;
  for (std::size_t i = 0; i < checked.resources.size(); ++i) {
    const auto base = path_of(checked.resources[i]);
    if (!begins_with(route.path, base) || (found && base.size() <= longest)) continue;
    found = i;
    longest = base.size();
  }
  return found;
}

auth::protected_resource_ptr protection_of(const config& checked, const route_config& route) {
  const auto index = resource_of(checked, route);
  if (!index) return nullptr;
  return std::make_shared<const auth::protected_resource>(
      auth::protected_resource{*index, metadata_url(checked.resources[*index]), route.scopes});
}

std::vector<std::vector<std::string>> resource_names(const config& checked) {
  std::vector<std::vector<std::string>> all;
  for (const auto& one : checked.resources) {
    all.push_back({one.identifier});
    all.back().insert(all.back().end(), one.audiences.begin(), one.audiences.end());
  }
  return all;
}

std::vector<std::string> authorization_servers_of(const config& checked,
                                                  const resource_config& resource) {
  if (!resource.authorization_servers.empty()) return resource.authorization_servers;
  std::vector<std::string> all;
  const auto add = [&all](std::string name) {
    const auto parsed = http::parse_url(name);
    if (parsed && http::is_secure(*parsed)) all.push_back(std::move(name));
  };
  for (const auto& one : checked.issuers) {
    if (one.tenants.empty()) add(one.issuer);
    for (const auto& tenant : one.tenants) add(jose::issuer_of(one.issuer, tenant));
  }
  return all;
}

std::vector<std::string> scopes_of(const config& checked, std::size_t resource) {
  const auto& written = checked.resources[resource].scopes_supported;
  if (!written.empty()) return written;
  std::vector<std::string> all;
  for (const auto& route : checked.routes) {
    if (resource_of(checked, route) != resource) continue;
    add_scopes(all, route.scopes);
    if (!route.mcp.enabled) continue;
    const auto& mcp = route.mcp;
    for (const auto* table : {&mcp.methods, &mcp.tools, &mcp.prompts, &mcp.resources}) {
      for (const auto& row : *table) add_scopes(all, row.scopes);
    }
  }
  return all;
}

std::string metadata_json(const config& checked, std::size_t resource) {
  const auto& of = checked.resources[resource];
  json::object made{{"resource", of.identifier}};
  const auto add = [&made](const char* name, const std::vector<std::string>& texts) {
    // A client may take an empty list for "none at all" (RFC 9728 section 3.2).
    if (!texts.empty()) made[name] = array_of(texts);
  };
  add("authorization_servers", authorization_servers_of(checked, of));
  add("scopes_supported", scopes_of(checked, resource));
  // In forms and queries no token is taken (RFC 6750 sections 2.2 and 2.3).
  add("bearer_methods_supported", {"header"});
  if (!of.name.empty()) made["resource_name"] = of.name;
  if (!of.documentation.empty()) made["resource_documentation"] = of.documentation;
  return json::serialize(made);
}

}  // namespace latchkey::app
