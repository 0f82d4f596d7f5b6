// Hexadecimal digits in text. Not for numbers of many digits.
#pragma once

namespace latchkey::core {

// The value of a digit of either case; -1 of any other character.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace latchkey::core
