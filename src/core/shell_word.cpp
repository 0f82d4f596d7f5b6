#include <latchkey/core/shell_word.hpp>

#include <algorithm>

namespace latchkey::core {

std::string shell_word(std::string_view text) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
  if (!text.empty() && text.find_first_not_of(plain) == text.npos) return std::string{text};
  std::string quoted = "'";
  for (const char one : text) {
    if (one == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += one;
    }
  }
  return quoted + '\'';
}

}  // namespace latchkey::core
