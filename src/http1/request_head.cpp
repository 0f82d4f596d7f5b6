#include "head_text.hpp"

#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/request_head.hpp>

namespace latchkey::http1 {
namespace {

using detail::all;
using detail::host_char;
using detail::is;
using detail::target_char;
using detail::token_char;

core::error_code parse_request_line(std::string_view line, http::request_head& head,
                                    request_wire& wire) {
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
    wire.version = 11;
  } else if (version == "HTTP/1.0") {
    wire.version = 10;
  } else {
    const bool formed = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
    return formed ? errc::bad_version : errc::bad_request_line;
  }
  return {};
}

// What the fields say together, gathered field by field.
struct request_rules {
  bool host = false;
  bool authorization = false;
  detail::framing_fields ends;

  core::error_code see(const http::field& field, request_wire& wire) {
    // Only the lengths that matter are compared further: most fields are none of these.
    switch (field.name.size()) {
      case 4:
        if (http::same_name(field.name, "host")) {
          if (host || field.value.empty() || !all(field.value, host_char)) return errc::bad_host;
          host = true;
        }
        return {};
      case 6:
        if (http::same_name(field.name, "expect")) {
          if (!http::same_name(field.value, "100-continue")) return errc::expectation_failed;
          wire.expect_continue = true;
        }
        return {};
      case 13:
        if (http::same_name(field.name, "authorization")) {
          if (authorization) return errc::duplicate_authorization;
          authorization = true;
        }
        return {};
      default:
        return ends.see(field, wire.version);
    }
  }

  core::error_code conclude(request_wire& wire) const {
    if (!host && wire.version == 11) return errc::bad_host;
    if (ends.is_ambiguous()) return errc::ambiguous_length;
    wire.content_length = ends.length;
    if (ends.chunked) wire.body = framing::chunked;
    if (wire.content_length != 0) wire.body = framing::content_length;
    wire.keep_alive = ends.keeps_alive(wire.version);
    if (wire.version == 10 || wire.body == framing::none) wire.expect_continue = false;
    return {};
  }
};

}  // namespace

bool is_target_char(char c) {
  return is(c, target_char);
}

bool is_host_char(char c) {
  return is(c, host_char);
}

core::error_code parse_head(std::string_view bytes, const head_limits& limits,
                            http::request_head& head, request_wire& wire) {
  head.fields.clear();
  wire.body = framing::none;
  wire.content_length = 0;
  wire.expect_continue = false;
  if (bytes.size() > limits.bytes) return errc::head_too_large;
  if (!bytes.ends_with("\r\n\r\n")) return errc::bad_line_end;
  bytes.remove_suffix(2);
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  const auto line = detail::take_line(bytes);
  if (line.size() > limits.start_line) return errc::request_line_too_long;
  if (const auto error = parse_request_line(line, head, wire)) return error;
  request_rules rules;
  const auto see = [&](const http::field& field) { return rules.see(field, wire); };
  if (const auto error = detail::parse_fields(bytes, limits.fields, head.fields, see)) return error;
  return rules.conclude(wire);
}

}  // namespace latchkey::http1
