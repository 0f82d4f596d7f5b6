// What the heads of requests and of responses are written with: characters, lines, fields, and the
// fields that say where a body ends. Inline: it is the path of every request. Private to http1.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/errc.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace latchkey::http1::detail {

enum : std::uint8_t {
  token_char = 1,   // RFC 9110 section 5.6.2
  target_char = 2,  // no control, no space; http/target judges what else is not right
  host_char = 4,    // what uri-host and port are written with (RFC 3986 section 3.2.2)
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    std::uint8_t bits = 0;
    const auto among = [c](std::string_view set) {
      return set.find(static_cast<char>(c)) != set.npos;
    };
    const bool ascii = c < 0x80;
    if (ascii && http::is_token_char(static_cast<char>(c))) bits |= token_char;
    if (c > 0x20 && c != 0x7F) bits |= target_char;
    if (ascii &&
        (http::is_alphanumeric(static_cast<char>(c)) || (c > 0x20 && among("-._~%!$&'()*+;=:[]"))))
      bits |= host_char;
    classes[static_cast<std::size_t>(c)] = bits;
  }
  return classes;
}

inline constexpr auto classes = make_classes();

inline bool is(char c, std::uint8_t wanted) {
  return (classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

inline bool all(std::string_view text, std::uint8_t wanted) {
  return std::all_of(text.begin(), text.end(), [wanted](char c) { return is(c, wanted); });
}

using http::is_field_value;

inline core::error_code parse_content_length(std::string_view value, std::uint64_t& length) {
  // 18 digits fit; more are either leading zeros or more than anybody has.
  if (value.empty() || value.size() > 18) return errc::bad_content_length;
  std::uint64_t number = 0;
  for (const char c : value) {
    if (c < '0' || c > '9') return errc::bad_content_length;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  length = number;
  return {};
}

inline core::error_code parse_connection(std::string_view value, bool& close, bool& keep_alive) {
  for (;;) {
    const auto comma = value.find(',');
    const auto option = http::trim(value.substr(0, comma));
    if (!all(option, token_char)) return errc::bad_connection;
    if (http::same_name(option, "close")) close = true;
    if (http::same_name(option, "keep-alive")) keep_alive = true;
    if (comma == value.npos) return {};
    value.remove_prefix(comma + 1);
  }
}

inline core::error_code parse_field(std::string_view line, http::field& field) {
  if (line.front() == ' ' || line.front() == '\t') return errc::folded_field;
  const auto colon = line.find(':');
  if (colon == line.npos || colon == 0) return errc::bad_field;
  field.name = line.substr(0, colon);
  field.value = http::trim(line.substr(colon + 1));
  if (!all(field.name, token_char) || !is_field_value(field.value)) return errc::bad_field;
  return {};
}

// What the fields that requests and responses are framed by say together, gathered field by field.
struct framing_fields {
  bool content_length = false;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  std::uint64_t length = 0;

  // For the name's lengths 10, 14 and 17; others are none of these.
  core::error_code see(const http::field& field, unsigned version) {
    switch (field.name.size()) {
      case 10:
        if (http::same_name(field.name, "connection")) {
          return parse_connection(field.value, close, keep_alive);
        }
        break;
      case 14:
        if (http::same_name(field.name, "content-length")) {
          if (content_length) return errc::bad_content_length;
          content_length = true;
          return parse_content_length(field.value, length);
        }
        break;
      case 17:
        if (http::same_name(field.name, "transfer-encoding")) {
          if (chunked || !http::same_name(field.value, "chunked") || version == 10) {
            return errc::bad_transfer_encoding;
          }
          chunked = true;
        }
        break;
      default:
        break;
    }
    return {};
  }

  bool is_ambiguous() const { return chunked && content_length; }
  bool keeps_alive(unsigned version) const { return version == 11 ? !close : keep_alive && !close; }
};

inline std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 2);
  return line;
}

// Reads the lines behind the first one into `fields`, and gives each to `see`, whose error ends it.
template <class See>
core::error_code parse_fields(std::string_view lines, std::size_t most,
                              std::vector<http::field>& fields, const See& see) {
  while (!lines.empty()) {
    const auto line = take_line(lines);
    if (line.empty()) return errc::bad_field;
    if (fields.size() == most) return errc::too_many_fields;
    auto& field = fields.emplace_back();
    if (const auto error = parse_field(line, field)) return error;
    if (const auto error = see(field)) return error;
  }
  return {};
}

}  // namespace latchkey::http1::detail
