// A claim by its name or by the path to it, as configuration names it. Not for what the claim says.
#pragma once

#include <latchkey/jose/json_view.hpp>

#include <optional>
#include <string_view>

namespace latchkey::jose {

// "realm_access.roles" is the claim of that very name, and where there is none, the member `roles`
// of the object `realm_access`. A name within the path may have dots of its own
// ("resource_access.my.client.roles"): at each level the rest of the path as one name comes first,
// then the longest beginning of it that names an object. Nothing where the path leads nowhere.
// Takes time in proportion to the dots times the members of the objects on the way.
std::optional<json_view> find_claim(json_view claims, std::string_view path);

}  // namespace latchkey::jose
