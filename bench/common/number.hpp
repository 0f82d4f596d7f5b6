// Decimal numbers in text: a text that is one number, and nothing else. Not for numbers with units.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace latchkey::bench {

// Nothing for an empty text, for one with anything before or behind the number, and for a number
// that `Number` cannot hold.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace latchkey::bench
