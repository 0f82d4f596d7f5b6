#include "config_rules.hpp"

#include "config_text.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/store/settings.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <variant>

namespace latchkey::app::rule {
namespace {

using std::chrono::milliseconds;

}  // namespace

std::optional<std::string> text::read(const toml::node& node) const {
  const auto* value = node.as_string();
  if (!value) return std::nullopt;
  if (value->get().empty()) {
    if (may_be_empty) return std::string{};
    return std::nullopt;
  }
  if (accepts && !accepts(value->get())) return std::nullopt;
  return value->get();
}

std::string text::noun(bool several) const {
  std::string name{called};
  if (several) name += name.ends_with('s') ? "es" : "s";
  return name;
}

std::string text::write(const std::string& value) const {
  return toml_string(value);
}

std::optional<std::filesystem::path> path::read(const toml::node& node) const {
  const auto* value = node.as_string();
  if (!value || (value->get().empty() && !may_be_empty)) return std::nullopt;
  if (std::any_of(value->get().begin(), value->get().end(), core::is_control)) return std::nullopt;
  return std::filesystem::path{value->get()};
}

std::string path::write(const std::filesystem::path& value) const {
  return toml_string(value.string());
}

std::optional<std::string> store_address::read(const toml::node& node) const {
  const auto* value = node.as_string();
  if (!value || (!value->get().empty() && !store::is_store(value->get()))) return std::nullopt;
  return value->get();
}

std::string store_address::write(const std::string& value) const {
  return toml_string(value);
}

bool store_address::hides(const std::string& value) const {
  return store::has_password(value);
}

std::string number::expected() const {
  if (ends_only) return std::to_string(low) + " or " + std::to_string(high);
  return "an integer from " + std::to_string(low) + " to " + std::to_string(high);
}

std::string number::noun(bool several) const {
  if (ends_only) return expected();
  return (several ? "integers, " : "integer, ") + std::to_string(low) + " to " +
         std::to_string(high);
}

std::optional<std::size_t> number::read(const toml::node& node) const {
  const auto* value = node.as_integer();
  if (!value || value->get() < low || value->get() > high) return std::nullopt;
  if (ends_only && value->get() != low && value->get() != high) return std::nullopt;
  return static_cast<std::size_t>(value->get());
}

std::optional<double> fraction::read(const toml::node& node) const {
  const auto value = node.value<double>();
  if (!node.is_number() || !value || !(*value >= 0 && *value <= 1)) return std::nullopt;
  return value;
}

// The shortest text without an exponent that is read as the same value.
std::string fraction::write(double value) const {
  std::array<char, 400> text;
  auto* const begin = text.data();
  const auto* end = std::to_chars(begin, begin + text.size(), value, std::chars_format::fixed).ptr;
  return {begin, static_cast<std::size_t>(end - begin)};
}

std::string percent::expected() const {
  return number{{}, low, high}.expected();
}

std::string percent::noun(bool several) const {
  return number{{}, low, high}.noun(several);
}

std::optional<double> percent::read(const toml::node& node) const {
  const auto whole = number{{}, low, high}.read(node);
  if (!whole) return std::nullopt;
  return static_cast<double>(*whole) / 100;
}

std::string percent::write(double value) const {
  return std::to_string(std::lround(100 * value));
}

std::optional<bool> flag::read(const toml::node& node) const {
  const auto* value = node.as_boolean();
  if (!value) return std::nullopt;
  return value->get();
}

std::optional<jose::claim_value> scalar::read(const toml::node& node) const {
  if (const auto* text = node.as_string()) {
    if (!is_identifier(text->get())) return std::nullopt;
    return text->get();
  }
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  const auto* real = node.as_floating_point();
  if (!real || !std::isfinite(real->get())) return std::nullopt;
  return real->get();
}

std::string scalar::write(const jose::claim_value& value) const {
  if (const auto* text = std::get_if<std::string>(&value)) return toml_string(*text);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  // The shortest text that is read as the same number.
  std::array<char, 32> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), std::get<double>(value));
  std::string text{room.data(), end.ptr};
  // Without one of these it would be an integer.
  return text.find_first_of(".e") == text.npos ? text + ".0" : text;
}

std::string duration::expected() const {
  return "a duration from \"" + duration_text(low) + "\" to \"" + duration_text(high) + "\", " +
         (step.count() == 1 ? "written with ms, s, m or h" : "in whole seconds (s, m or h)");
}

std::string duration::noun(bool several) const {
  return (several ? "durations, " : "duration, ") + duration_text(low) + " to " +
         duration_text(high);
}

std::optional<std::chrono::milliseconds> duration::read(const toml::node& node) const {
  const auto* value = node.as_string();
  if (!value) return std::nullopt;
  const auto parsed = parse_duration(value->get());
  if (!parsed || *parsed < low || *parsed > high || *parsed % step != milliseconds{0})
    return std::nullopt;
  return parsed;
}

std::string duration::write(core::steady_duration value) const {
  return '"' + duration_text(std::chrono::duration_cast<milliseconds>(value)) + '"';
}

std::string list_expected(std::string_view each, std::size_t min_items) {
  return std::string{min_items > 0 ? "an array of one or more, each " : "an array, each "} +
         std::string{each};
}

}  // namespace latchkey::app::rule
