#include <latchkey/core/ascii.hpp>
#include <latchkey/http/request.hpp>

#include <algorithm>

namespace latchkey::http {

bool same_name(std::string_view a, std::string_view b) {
  return core::iequals(a, b);
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
