#include <latchkey/auth/verification_counts.hpp>

namespace latchkey::auth {

std::string_view to_string(verdict of) {
  constexpr std::array<std::string_view, verdict_count> names{"accepted", "refused", "unavailable"};
  return names[static_cast<std::size_t>(of)];
}

std::string_view to_string(verify_path by) {
  constexpr std::array<std::string_view, verify_path_count> names{"none", "cache", "batch",
                                                                  "single"};
  return names[static_cast<std::size_t>(by)];
}

}  // namespace latchkey::auth
