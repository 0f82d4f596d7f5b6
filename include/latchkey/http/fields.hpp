// What values of fields are written with: tokens, white space, lists, weights, entity tags. Pure
// text. Not for the fields that frame a message: http1.
#pragma once

#include <latchkey/core/every_byte.hpp>

#include <algorithm>
#include <string_view>

namespace latchkey::http {

constexpr bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// tchar of RFC 9110 section 5.6.2.
constexpr bool is_token_char(char c) {
  return is_alphanumeric(c) ||
         (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos);
}

// One or more of them: a method, the name of a field or of a cookie.
constexpr bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

// VCHAR, obs-text, SP and HTAB, which no value of a field has anything beside (RFC 9110
// section 5.5).
inline bool is_field_value(std::string_view text) {
  // Not looked up in a table: values are long.
  return core::every_byte(
      text, [](unsigned char c) -> bool { return (c == '\t') | ((c >= 0x20) & (c != 0x7F)); });
}

// Without the white space at both ends: OWS of RFC 9110 section 5.6.3. The view is into `text`.
constexpr std::string_view trim(std::string_view text) {
  // On the path of every field of every request.
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// The same for any of those characters.
constexpr std::string_view trim(std::string_view text, std::string_view blanks) {
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Takes the next element off a list, without the white space around it (RFC 9110 section 5.6.1).
// Separators within quoted strings separate, too.
constexpr std::string_view take_element(std::string_view& list, char separator = ',') {
  const auto end = std::min(list.find(separator), list.size());
  const auto element = trim(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

// The weight among the parameters of an element, those after its first ';': 0 to 1, and 1 where
// there is none (RFC 9110 section 12.4.2). What is not written as a weight is 0: not wanted.
double weight_of(std::string_view parameters);

// Whether a Content-Type is JSON that everybody reads alike: application/json, in UTF-8 if it says
// in what (RFC 8259 section 8.1 has nothing else, and some read what a charset says).
bool is_utf8_json(std::string_view content_type);

// Whether an If-None-Match names the representation of that entity tag, compared weakly (RFC 9110
// section 13.1.2). A tag with a comma in it is not found.
bool names_entity_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace latchkey::http
