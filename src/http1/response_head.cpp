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

// What the fields say together, gathered field by field.
struct framing_rules {
  bool content_length = false;
  bool chunked = false;
  bool close = false;
  bool keep_alive = false;
  std::uint64_t length = 0;

  core::error_code see(const http::field& field, unsigned version) {
    // Only the lengths that matter are compared further: most fields are none of these.
    switch (field.name.size()) {
      case 10:
        if (http::same_name(field.name, "connection")) {
          return detail::parse_connection(field.value, close, keep_alive);
        }
        break;
      case 14:
        if (http::same_name(field.name, "content-length")) {
          if (content_length) return errc::bad_content_length;
          content_length = true;
          return detail::parse_content_length(field.value, length);
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

  core::error_code conclude(const request_facts& asked, response_head& head) const {
    if (chunked && content_length) return errc::ambiguous_length;
    const bool preliminary = head.status < first_final;
    // A reader that believes the field reads the next response as the body of this one.
    if ((preliminary || head.status == no_content) && (chunked || length != 0)) {
      return errc::unexpected_length;
    }
    if (preliminary && head.version == 10) return errc::bad_status;
    if (head.status == switching_protocols && !asked.upgrade) return errc::unexpected_upgrade;
    const bool tunnel = asked.connect && head.status / 100 == 2;
    head.kind = head.status == switching_protocols || tunnel ? response_kind::upgraded
                : preliminary                                ? response_kind::interim
                                                             : response_kind::final;
    set_body(asked.head || preliminary || tunnel || head.status == no_content ||
                 head.status == not_modified,
             head);
    const bool kept = head.version == 11 ? !close : keep_alive && !close;
    head.keep_alive =
        kept && head.kind != response_kind::upgraded && head.body != body_framing::until_close;
    return {};
  }

  void set_body(bool without, response_head& head) const {
    head.content_length = 0;
    if (without) {
      head.body = body_framing::none;
    } else if (chunked) {
      head.body = body_framing::chunked;
    } else if (content_length) {
      head.body = body_framing::length;
      head.content_length = length;
    } else {
      head.body = body_framing::until_close;
    }
  }
};

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
  framing_rules rules;
  while (!bytes.empty()) {
    const auto field_line = detail::take_line(bytes);
    if (field_line.empty()) return errc::bad_field;
    if (head.fields.size() == limits.fields) return errc::too_many_fields;
    auto& field = head.fields.emplace_back();
    if (const auto error = detail::parse_field(field_line, field)) return error;
    if (const auto error = rules.see(field, head.version)) return error;
  }
  return rules.conclude(asked, head);
}

}  // namespace latchkey::http1
