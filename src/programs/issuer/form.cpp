#include "issuer/form.hpp"

#include <latchkey/core/hex.hpp>

#include <algorithm>

namespace latchkey::issuer {
namespace {

constexpr std::size_t max_bytes = 16 * 1024;
constexpr std::size_t max_fields = 64;

}  // namespace

std::optional<form> form::parse(std::string_view text) {
  form made;
  if (text.size() > max_bytes) return std::nullopt;
  while (!text.empty()) {
    const auto field = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), field.size() + 1));
    if (field.empty()) continue;
    if (made.fields_.size() == max_fields) return std::nullopt;
    const auto equals = field.find('=');
    auto name = form_unescaped(field.substr(0, equals));
    auto value =
        form_unescaped(equals == field.npos ? std::string_view{} : field.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    made.fields_.emplace_back(std::move(*name), std::move(*value));
  }
  return made;
}

std::string_view form::get(std::string_view name) const {
  for (const auto& one : fields_) {
    if (one.first == name) return one.second;
  }
  return {};
}

std::vector<std::string_view> form::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& one : fields_) {
    if (one.first == name) values.emplace_back(one.second);
  }
  return values;
}

bool form::repeats(std::initializer_list<std::string_view> names) const {
  return std::any_of(names.begin(), names.end(),
                     [this](std::string_view name) { return all(name).size() > 1; });
}

std::optional<std::string> form_unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      plain += ' ';
    } else if (text[i] != '%') {
      plain += text[i];
    } else {
      if (text.size() - i < 3 || core::hex_digit(text[i + 1]) < 0 ||
          core::hex_digit(text[i + 2]) < 0)
        return std::nullopt;
      plain += static_cast<char>(core::hex_digit(text[i + 1]) * 16 + core::hex_digit(text[i + 2]));
      i += 2;
    }
  }
  return plain;
}

std::string form_escaped(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view kept = "-._~";
  std::string escaped;
  for (const char c : text) {
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || kept.find(c) != kept.npos) {
      escaped += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      escaped += '%';
      escaped += digits[byte >> 4U];
      escaped += digits[byte & 15U];
    }
  }
  return escaped;
}

}  // namespace latchkey::issuer
