// The protected resources of a configuration: which routes belong to one, and the metadata that is
// published of it (RFC 9728). Pure. Not for tokens: that is auth/protected_resource.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/auth/protected_resource.hpp>
#include <latchkey/http/route_pattern.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

// A scope between client and authorization server: no resource has a use for it.
inline constexpr std::string_view offline_access = "offline_access";

// The path of the identifier; empty where it is "/". A view of the resource.
std::string_view path_of(const resource_config& resource);

// Where its metadata is, the path alone and as a URL (RFC 9728 section 3.1: the well-known part
// stands between host and path).
std::string metadata_path(const resource_config& resource);
std::string metadata_url(const resource_config& resource);

// The index of the resource that the route belongs to: of those whose paths its own begins with, at
// whole segments, the one with the longest. None for a public route, which asks for no token.
std::optional<std::size_t> resource_of(const config& checked, const route_config& route);

// What the guards of the route know of it; null where it belongs to none.
auth::protected_resource_ptr protection_of(const config& checked, const route_config& route);

// The names of each in `aud`, for claim_rules.
std::vector<std::vector<std::string>> resource_names(const config& checked);

// Where clients get tokens for it: as written, else the issuers that are URLs of their own.
std::vector<std::string> authorization_servers_of(const config& checked,
                                                  const resource_config& resource);

// The scopes that clients are told of: as written, else those of its routes in their order.
std::vector<std::string> scopes_of(const config& checked, std::size_t resource);

// The metadata (RFC 9728 section 2), a JSON object as text.
std::string metadata_json(const config& checked, std::size_t resource);

}  // namespace latchkey::app
