#include <latchkey/core/ascii.hpp>
#include <latchkey/core/base64url.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/field_names.hpp>
#include <latchkey/edge/identity_fields.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <set>

namespace latchkey::edge {

std::vector<std::string> identity_names(std::span<const header_settings> routes) {
  std::set<std::string> names;
  for (const auto& route : routes) {
    for (const auto& one : route.claims) names.insert(core::to_lower(one.name));
    if (route.token == token_to_upstream::claims) names.insert(route.claims_field);
  }
  return {names.begin(), names.end()};
}

identity_fields::identity_fields(const header_settings& says, std::vector<std::string> all)
    : further_{std::move(all)}, limits_{says.limits} {
  for (const auto& one : says.claims) {
    if (certificate_part_of(one.claim)) continue;
    claims_.push_back(one);
    claims_.back().name = core::to_lower(one.name);
  }
  if (says.token == token_to_upstream::claims) claims_field_ = says.claims_field;
  std::erase_if(further_, [this](const std::string& name) {
    return name == claims_field_ || std::any_of(claims_.begin(), claims_.end(),
                                                [&](const auto& one) { return one.name == name; });
  });
}

core::error_code identity_fields::add(const core::principal* who, http::response& to) const {
  for (const auto& name : further_) to.add(name, "");
  field_list fields;
  if (who != nullptr) {
    if (const auto fault = add_claims(who->claims, claims_, limits_, fields)) return fault->error;
  }
  // In the order of the claims, those without a value left out.
  auto next = fields.fields().begin();
  for (const auto& one : claims_) {
    const bool has = next != fields.fields().end() && next->name == one.name;
    to.add(one.name, has ? next++->value : std::string_view{});
  }
  if (claims_field_.empty()) return {};
  const auto text = who != nullptr ? core::base64url_encode(who->claims) : std::string{};
  if (text.size() > limits_.all) return errc::claims_too_large;
  to.add(claims_field_, text);
  return {};
}

bool is_other_spelling(std::string_view name, std::span<const std::string> identities) {
  // A spelling is as long as the name, which settles it for most fields.
  const bool as_long = std::any_of(identities.begin(), identities.end(),
                                   [name](const auto& one) { return one.size() == name.size(); });
  if (!as_long) return false;
  // What they have beside '-' are letters and digits.
  const bool usual = std::all_of(name.begin(), name.end(),
                                 [](char c) { return http::is_alphanumeric(c) || c == '-'; });
  if (usual) return false;
  const auto folded = fold(name);
  return std::any_of(identities.begin(), identities.end(),
                     [&folded](const std::string& one) { return fold(one) == folded; });
}

}  // namespace latchkey::edge
