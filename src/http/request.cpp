#include <latchkey/core/ascii.hpp>
#include <latchkey/http/request.hpp>

#include <algorithm>

namespace latchkey::http {

// On the path of every field of every request, most often between names in lower case.
bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && core::ascii_lower(a[i]) != core::ascii_lower(b[i])) return false;
  }
  return true;
}

std::optional<std::string_view> request_head::find(std::string_view name) const {
  for (const auto& one : fields) {
    if (same_name(one.name, name)) return one.value;
  }
  return std::nullopt;
}

std::size_t request_head::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(),
                    [name](const field& one) { return same_name(one.name, name); }));
}

}  // namespace latchkey::http
