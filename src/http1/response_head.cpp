#include "head_text.hpp"

#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/response_head.hpp>

#include <algorithm>

namespace latchkey::http1 {
namespace {

constexpr unsigned first_final = 200;
constexpr unsigned switching_protocols = 101;
constexpr unsigned no_content = 204;
constexpr unsigned not_modified = 304;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "HTTP/1.1 200 OK". The reason phrase may be absent, and with it the space before it: no two
// readers take that for two things.
core::error_code parse_status_line(std::string_view line, response_head& head) {
  constexpr std::string_view version = "HTTP/1.";
  constexpr std::size_t status_at = version.size() + 2;
  constexpr std::size_t digits = 3;
  if (line.size() < status_at || !line.starts_with("HTTP/")) return errc::bad_status_line;
  if (line[status_at - 1] != ' ' || line[version.size() - 1] != '.') return errc::bad_status_line;
  if (!is_digit(line[version.size() - 2]) || !is_digit(line[version.size()])) {
    return errc::bad_status_line;
  }
  if (!line.starts_with(version) || line[version.size()] > '1') return errc::bad_version;
  head.version = line[version.size()] == '1' ? 11 : 10;

  line.remove_prefix(status_at);
  const auto status = line.substr(0, digits);
  if (status.size() < digits || !std::all_of(status.begin(), status.end(), is_digit)) {
    return errc::bad_status_line;
  }
  if (line.size() > digits && line[digits] != ' ') return errc::bad_status_line;
  head.reason = line.substr(std::min(line.size(), digits + 1));
  if (!detail::is_field_value(head.reason)) return errc::bad_status_line;
  if (status[0] < '1' || status[0] > '5') return errc::bad_status;
  const auto value = [](char c) { return static_cast<unsigned>(c - '0'); };
  head.status = value(status[0]) * 100 + value(status[1]) * 10 + value(status[2]);
  return {};
}

void set_body(const detail::framing_fields& framing, bool without, response_head& head) {
  head.content_length = 0;
  if (without) {
    head.body = body_framing::none;
  } else if (framing.chunked) {
    head.body = body_framing::chunked;
  } else if (framing.content_length) {
    head.body = body_framing::length;
    head.content_length = framing.length;
  } else {
    head.body = body_framing::until_close;
  }
}

core::error_code conclude(const detail::framing_fields& framing, const request_facts& asked,
                          response_head& head) {
  if (framing.is_ambiguous()) return errc::ambiguous_length;
  const bool preliminary = head.status < first_final;
  // A reader that believes the field reads the next response as the body of this one.
  if ((preliminary || head.status == no_content) && (framing.chunked || framing.length != 0)) {
    return errc::unexpected_length;
  }
  if (preliminary && head.version == 10) return errc::bad_status;
  if (head.status == switching_protocols && !asked.upgrade) return errc::unexpected_upgrade;
  const bool tunnel = asked.connect && head.status / 100 == 2;
  head.kind = head.status == switching_protocols || tunnel ? response_kind::upgraded
              : preliminary                                ? response_kind::interim
                                                           : response_kind::final;
  const bool without = asked.head || preliminary || tunnel || head.status == no_content ||
                       head.status == not_modified;
  set_body(framing, without, head);
  head.keep_alive = framing.keeps_alive(head.version) && head.kind != response_kind::upgraded &&
                    head.body != body_framing::until_close;
  return {};
}

}  // namespace

std::optional<std::string_view> response_head::find(std::string_view name) const {
  for (const auto& field : fields) {
    if (http::same_name(field.name, name)) return field.value;
  }
  return std::nullopt;
}

core::error_code parse_response_head(std::string_view bytes, const head_limits& limits,
                                     const request_facts& asked, response_head& head) {
  head.fields.clear();
  if (bytes.size() > limits.bytes) return errc::head_too_large;
  if (!bytes.ends_with("\r\n\r\n")) return errc::bad_line_end;
  bytes.remove_suffix(2);
  const auto line = detail::take_line(bytes);
  if (line.size() > limits.start_line) return errc::status_line_too_long;
  if (const auto error = parse_status_line(line, head)) return error;
  detail::framing_fields framing;
  const auto see = [&](const http::field& field) { return framing.see(field, head.version); };
  if (const auto error = detail::parse_fields(bytes, limits.fields, head.fields, see)) return error;
  return conclude(framing, asked, head);
}

}  // namespace latchkey::http1
