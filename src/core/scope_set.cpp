#include <latchkey/core/scope_set.hpp>

#include <algorithm>

namespace latchkey::core {

scope_set::scope_set(std::initializer_list<std::string_view> scopes) {
  for (const auto scope : scopes) add(scope);
}

scope_set scope_set::split(std::string_view text) {
  scope_set set;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    set.add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return set;
}

void scope_set::add(std::string_view scope) {
  if (!scope.empty() && !contains(scope)) items_.emplace_back(scope);
}

bool scope_set::contains(std::string_view scope) const {
  return std::find(items_.begin(), items_.end(), scope) != items_.end();
}

bool scope_set::contains_all(std::span<const std::string> required) const {
  return std::all_of(required.begin(), required.end(),
                     [this](const std::string& scope) { return contains(scope); });
}

}  // namespace latchkey::core
