// What an upstream may see of identity fields, and the spellings in which clients forge them. Pure.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::edge {

// Every forged value has this in it, and nothing else has.
inline constexpr std::string_view forged_mark = "evil";

// Lines of a head, each set with its line ends: x-user and x-scopes, which the route sets, the
// fields that tell of the client, and hop-by-hop fields that name either.
std::vector<std::string> forged_fields();

// What is wrong with the head that arrived: a forged value, or x-user (in any spelling) other than
// once with `user`; `user` empty: none may be there. Empty where nothing is.
std::string identity_problem(std::string_view head, std::string_view user);

// The claims of a token, unchecked. Throws std::runtime_error where it has none.
boost::json::object claims_of(std::string_view token);

}  // namespace latchkey::bench::edge
