#include <latchkey/core/base64.hpp>
#include <latchkey/core/base64url.hpp>

#include <algorithm>

namespace latchkey::core {

// By way of the other alphabet.
std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0 || text.find_first_of("-_") != text.npos) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string other{text};
  std::replace(other.begin(), other.end(), '+', '-');
  std::replace(other.begin(), other.end(), '/', '_');
  return base64url_decode(other);
}

}  // namespace latchkey::core
