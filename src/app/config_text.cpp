#include "config_text.hpp"

#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numeric>
#include <utility>

namespace latchkey::app {
namespace {

struct unit {
  std::string_view name;
  std::int64_t factor;  // milliseconds
};

// From the largest down.
constexpr std::array<unit, 4> units = {{{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

constexpr std::size_t shown_characters = 80;

std::string escaped(unsigned char character) {
  std::array<char, 8> made{};
  std::snprintf(made.data(), made.size(), "\\u%04X", static_cast<unsigned>(character));
  return made.data();
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string toml_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += escaped(byte);
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string without_controls(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    const bool second = byte == 0xC2 && i + 1 < text.size();
    if (second) byte = static_cast<unsigned char>(text[i + 1]);
    const bool controls = second ? byte < 0xA0 : byte < 0x20 || byte == 0x7F;
    if (!controls) {
      out += text[i];
      continue;
    }
    out += escaped(byte);
    if (second) ++i;
  }
  return out;
}

std::string shown_string(std::string_view text) {
  if (text.size() <= shown_characters) return toml_string(text);
  auto end = shown_characters;
  while (end > 0 && is_continuation(text[end])) --end;
  return toml_string(text.substr(0, end)) + "...";
}

std::string toml_key(std::string_view name) {
  const bool bare = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return http::is_alphanumeric(c) || c == '-' || c == '_';
  });
  return bare ? std::string{name} : toml_string(name);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto* first = text.data();
  const auto* last = first + text.size();
  // from_chars would take a sign.
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [rest, failure] = std::from_chars(first, last, count);
  if (failure != std::errc{}) return std::nullopt;
  const std::string_view name{rest, static_cast<std::size_t>(last - rest)};
  const auto* found =
      std::find_if(units.begin(), units.end(), [name](const unit& u) { return u.name == name; });
  if (found == units.end()) return std::nullopt;
  if (count > std::numeric_limits<std::int64_t>::max() / found->factor) return std::nullopt;
  return std::chrono::milliseconds{count * found->factor};
}

std::string duration_text(std::chrono::milliseconds value) {
  if (value.count() == 0) return "0s";
  for (const auto& one : units) {
    if (value.count() % one.factor == 0) {
      return std::to_string(value.count() / one.factor) + std::string{one.name};
    }
  }
  return {};  // a whole number of milliseconds is always divisible by the last unit
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;  // the row before the one above
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({change, row[j - 1] + 1, above[j] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(above, row);
  }
  return above.back();
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  // Names are short; what is longer is no slip, and the comparison is quadratic.
  if (word.size() > 100) return {};
  std::string best;
  std::size_t limit = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
  for (const auto& one : candidates) {
    const auto distance = edit_distance(word, one);
    if (distance >= limit) continue;
    limit = distance;
    best = one;
  }
  return best;
}

std::string did_you_mean(std::string_view suggestion) {
  if (suggestion.empty()) return {};
  return "; did you mean " + std::string{suggestion} + "?";
}

}  // namespace latchkey::app
