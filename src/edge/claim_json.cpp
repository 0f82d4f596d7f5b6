#include "claim_json.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace latchkey::edge {
namespace {

using kind = jose::json_view::kind;

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_unit(std::string& out, unsigned unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  out.append({'\\', 'u', digits[unit >> 12U & 15U], digits[unit >> 8U & 15U],
              digits[unit >> 4U & 15U], digits[unit & 15U]});
}

// Takes one character off a text that the parser has found to be UTF-8.
std::uint32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t value = size == 1 ? first : first & (0x7FU >> size);
  for (std::size_t i = 1; i < size && i < text.size(); ++i) {
    value = value << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(std::min(size, text.size()));
  return value;
}

// From 2^63 on, the doubles are whole numbers whose neighbours are not among them.
bool append_real(std::string& out, double value) {
  constexpr double two_to_63 = 9223372036854775808.0;
  append_number(out, value);
  return value < two_to_63 && value > -two_to_63;
}

bool append_array(std::string& out, jose::json_view value) {
  out.push_back('[');
  bool first = true;
  for (const auto element : value.elements()) {
    if (!first) out.push_back(',');
    first = false;
    if (!append_json(out, element)) return false;
  }
  out.push_back(']');
  return true;
}

bool append_object(std::string& out, jose::json_view value) {
  out.push_back('{');
  bool first = true;
  for (const auto member : value.members()) {
    if (!first) out.push_back(',');
    first = false;
    append_json_text(out, member.name);
    out.push_back(':');
    if (!append_json(out, member.value)) return false;
  }
  out.push_back('}');
  return true;
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const auto character = take_character(text);
    if (character == '"' || character == '\\') {
      out.append({'\\', static_cast<char>(character)});
    } else if (character >= 0x20 && character < 0x7F) {
      out.push_back(static_cast<char>(character));
    } else if (character < 0x10000) {
      append_unit(out, character);
    } else {
      append_unit(out, 0xD800U + ((character - 0x10000U) >> 10U));
      append_unit(out, 0xDC00U + ((character - 0x10000U) & 0x3FFU));
    }
  }
  out.push_back('"');
}

bool append_json(std::string& out, jose::json_view value) {
  switch (value.type()) {
    case kind::null:
      out.append("null");
      break;
    case kind::boolean:
      out.append(*value.boolean() ? "true" : "false");
      break;
    case kind::integer:
      append_number(out, *value.integer());
      break;
    case kind::large_integer:
      append_number(out, *value.large_integer());
      break;
    case kind::real:
      return append_real(out, *value.real());
    case kind::text:
      append_json_text(out, *value.text());
      break;
    case kind::array:
      return append_array(out, value);
    case kind::object:
      return append_object(out, value);
  }
  return true;
}

}  // namespace latchkey::edge
