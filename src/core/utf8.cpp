#include <latchkey/core/utf8.hpp>

#include <cstddef>

namespace latchkey::core {
namespace {

// The length of a sequence of UTF-8 by its first byte; 0 for none.
std::size_t length_of_sequence(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  return first >= 0xF0 && first < 0xF5 ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const auto length = length_of_sequence(byte(0));
    if (length == 0 || length > bytes.size()) return false;
    for (std::size_t i = 1; i < length; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return false;
    }
    if (byte(0) == 0xE0 && byte(1) < 0xA0) return false;
    if (byte(0) == 0xED && byte(1) > 0x9F) return false;
    if (byte(0) == 0xF0 && byte(1) < 0x90) return false;
    if (byte(0) == 0xF4 && byte(1) > 0x8F) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace latchkey::core
