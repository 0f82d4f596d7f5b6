#include <latchkey/core/every_byte.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/request_head.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

namespace latchkey::http1 {
namespace {

enum : std::uint8_t {
  token_char = 1,   // RFC 9110 section 5.6.2
  target_char = 2,  // no control, no space; http/target judges what else is not right
  host_char = 4,    // what uri-host and port are written with (RFC 3986 section 3.2.2)
};

constexpr bool is_alnum(int c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    std::uint8_t bits = 0;
    const auto among = [c](std::string_view set) {
      return set.find(static_cast<char>(c)) != set.npos;
    };
    const bool ascii = c < 0x80;
    if (is_alnum(c) || (ascii && c > 0x20 && among("!#$%&'*+-.^_`|~"))) bits |= token_char;
    if (c > 0x20 && c != 0x7F) bits |= target_char;
    if (is_alnum(c) || (ascii && c > 0x20 && among("-._~%!$&'()*+;=:[]"))) bits |= host_char;
    classes[static_cast<std::size_t>(c)] = bits;
  }
  return classes;
}

constexpr auto classes = make_classes();

bool is(char c, std::uint8_t wanted) {
  return (classes[static_cast<unsigned char>(c)] & wanted) != 0;
}

bool all(std::string_view text, std::uint8_t wanted) {
  return std::all_of(text.begin(), text.end(), [wanted](char c) { return is(c, wanted); });
}

// VCHAR, obs-text, SP and HTAB. Not looked up in the table: values are long.
bool is_field_value(std::string_view text) {
  return core::every_byte(
      text, [](unsigned char c) -> bool { return (c == '\t') | ((c >= 0x20) & (c != 0x7F)); });
}

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

core::error_code parse_request_line(std::string_view line, http::request_head& head) {
  const auto first = line.find(' ');
  if (first == line.npos || first == 0) return errc::bad_request_line;
  const auto second = line.find(' ', first + 1);
  if (second == line.npos || second == first + 1) return errc::bad_request_line;
  head.method_text = line.substr(0, first);
  head.target = line.substr(first + 1, second - first - 1);
  const auto version = line.substr(second + 1);
  if (!all(head.method_text, token_char) || !all(head.target, target_char)) {
    return errc::bad_request_line;
  }
  head.method =
      boost::beast::http::string_to_verb({head.method_text.data(), head.method_text.size()});
  if (version == "HTTP/1.1") {
    head.version = 11;
  } else if (version == "HTTP/1.0") {
    head.version = 10;
  } else {
    const bool formed = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
    return formed ? errc::bad_version : errc::bad_request_line;
  }
  return {};
}

core::error_code parse_content_length(std::string_view value, std::uint64_t& length) {
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

core::error_code parse_connection(std::string_view value, bool& close, bool& keep_alive) {
  for (;;) {
    const auto comma = value.find(',');
    const auto option = trim(value.substr(0, comma));
    if (!all(option, token_char)) return errc::bad_connection;
    if (http::same_name(option, "close")) close = true;
    if (http::same_name(option, "keep-alive")) keep_alive = true;
    if (comma == value.npos) return {};
    value.remove_prefix(comma + 1);
  }
}

// What the fields say together, gathered field by field.
struct framing_rules {
  bool host = false;
  bool authorization = false;
  bool content_length = false;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;

  core::error_code see(const http::field& field, http::request_head& head) {
    // Only the lengths that matter are compared further: most fields are none of these.
    switch (field.name.size()) {
      case 4:
        if (http::same_name(field.name, "host")) {
          if (host || field.value.empty() || !all(field.value, host_char)) return errc::bad_host;
          host = true;
        }
        break;
      case 6:
        if (http::same_name(field.name, "expect")) {
          if (!http::same_name(field.value, "100-continue")) return errc::expectation_failed;
          head.expect_continue = true;
        }
        break;
      case 10:
        if (http::same_name(field.name, "connection")) {
          return parse_connection(field.value, close, keep_alive);
        }
        break;
      case 13:
        if (http::same_name(field.name, "authorization")) {
          if (authorization) return errc::duplicate_authorization;
          authorization = true;
        }
        break;
      case 14:
        if (http::same_name(field.name, "content-length")) {
          if (content_length) return errc::bad_content_length;
          content_length = true;
          return parse_content_length(field.value, head.content_length);
        }
        break;
      case 17:
        if (http::same_name(field.name, "transfer-encoding")) {
          if (chunked || !http::same_name(field.value, "chunked") || head.version == 10) {
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

  core::error_code conclude(http::request_head& head) const {
    if (!host && head.version == 11) return errc::bad_host;
    if (chunked && content_length) return errc::ambiguous_length;
    if (chunked) head.body = http::framing::chunked;
    if (content_length && head.content_length != 0) head.body = http::framing::content_length;
    head.keep_alive = head.version == 11 ? !close : keep_alive && !close;
    if (head.version == 10 || head.body == http::framing::none) head.expect_continue = false;
    return {};
  }
};

core::error_code parse_field(std::string_view line, http::field& field) {
  if (line.front() == ' ' || line.front() == '\t') return errc::folded_field;
  const auto colon = line.find(':');
  if (colon == line.npos || colon == 0) return errc::bad_field;
  field.name = line.substr(0, colon);
  field.value = trim(line.substr(colon + 1));
  if (!all(field.name, token_char) || !is_field_value(field.value)) return errc::bad_field;
  return {};
}

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find("\r\n");
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 2);
  return line;
}

}  // namespace

bool is_token_char(char c) {
  return is(c, token_char);
}

bool is_target_char(char c) {
  return is(c, target_char);
}

bool is_host_char(char c) {
  return is(c, host_char);
}

core::result<std::size_t> head_scanner::scan(std::string_view arrived, const head_limits& limits) {
  for (;;) {
    const auto feed = arrived.find('\n', scanned_);
    if (feed == arrived.npos) {
      scanned_ = arrived.size();
      if (lines_ == 0 && arrived.size() - line_ > limits.request_line + 1) {
        return errc::request_line_too_long;
      }
      if (arrived.size() >= limits.bytes) return errc::head_too_large;
      return std::size_t{0};
    }
    if (feed == 0 || arrived[feed - 1] != '\r') return errc::bad_line_end;
    const auto length = feed - 1 - line_;
    if (lines_ == 0 && length > limits.request_line) return errc::request_line_too_long;
    if (feed >= limits.bytes) return errc::head_too_large;
    const bool leading = length == 0 && line_ == 0;
    line_ = scanned_ = feed + 1;
    // One empty line before the request line is passed over (RFC 9112 section 2.2).
    if (leading) continue;
    if (length == 0) return lines_ == 0 ? core::result<std::size_t>{errc::bad_request_line} : line_;
    // The first line is the request line.
    if (++lines_ > limits.fields + 1) return errc::too_many_fields;
  }
}

core::error_code parse_head(std::string_view bytes, const head_limits& limits,
                            http::request_head& head) {
  head.fields.clear();
  head.body = http::framing::none;
  head.content_length = 0;
  head.expect_continue = false;
  if (bytes.size() > limits.bytes) return errc::head_too_large;
  if (!bytes.ends_with("\r\n\r\n")) return errc::bad_line_end;
  bytes.remove_suffix(2);
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  const auto line = take_line(bytes);
  if (line.size() > limits.request_line) return errc::request_line_too_long;
  if (const auto error = parse_request_line(line, head)) return error;
  framing_rules rules;
  while (!bytes.empty()) {
    const auto field_line = take_line(bytes);
    if (field_line.empty()) return errc::bad_field;
    if (head.fields.size() == limits.fields) return errc::too_many_fields;
    auto& field = head.fields.emplace_back();
    if (const auto error = parse_field(field_line, field)) return error;
    if (const auto error = rules.see(field, head)) return error;
  }
  return rules.conclude(head);
}

}  // namespace latchkey::http1
