#include <latchkey/core/ascii.hpp>
#include <latchkey/http/fields.hpp>

#include <charconv>
#include <string>
#include <system_error>

namespace latchkey::http {
namespace {

double parse_weight(std::string_view text) {
  double value = 0;
  const auto* last = text.data() + text.size();
  // from_chars would take a sign, and the words for what is no number.
  if (text.find_first_not_of("0123456789.") != text.npos) return 0;
  const auto [rest, failure] = std::from_chars(text.data(), last, value, std::chars_format::fixed);
  return failure == std::errc{} && rest == last && value <= 1 ? value : 0;
}

}  // namespace

double weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    auto parameter = take_element(parameters, ';');
    if (core::iequals(take_element(parameter, '='), "q")) return parse_weight(trim(parameter));
  }
  return 1;
}

// Readers differ in what they take for white space, in quotes and in commas, so that there is to be
// nothing else.
bool is_utf8_json(std::string_view content_type) {
  if (!core::iequals(take_element(content_type, ';'), "application/json")) return false;
  const auto charset = core::to_lower(std::string{take_element(content_type, ';')});
  return content_type.empty() &&
         (charset.empty() || charset == "charset=utf-8" || charset == "charset=\"utf-8\"");
}

bool names_entity_tag(std::string_view if_none_match, std::string_view tag) {
  if (trim(if_none_match) == "*") return true;
  while (!if_none_match.empty()) {
    auto one = take_element(if_none_match);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
  }
  return false;
}

}  // namespace latchkey::http
