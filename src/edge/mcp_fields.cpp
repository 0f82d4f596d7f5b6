#include <latchkey/core/ascii.hpp>
#include <latchkey/core/base64.hpp>
#include <latchkey/core/utf8.hpp>
#include <latchkey/edge/field_names.hpp>
#include <latchkey/edge/mcp_fields.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <array>

namespace latchkey::edge {
namespace {

struct known_field {
  std::string_view name;
  std::string_view folded;
};

constexpr known_field known_fields[] = {{mcp_revision_field, "mcp_protocol_version"},
                                        {mcp_method_field, "mcp_method"},
                                        {mcp_name_field, "mcp_name"}};

bool may_be_known(std::string_view name) {
  return name.size() <= longest_known_name && name.size() >= 3 &&
         http::same_name(name.substr(0, 3), "mcp");
}

// What Connection names goes no further (RFC 9110 section 7.6.1): the upstream would not read what
// was judged.
bool is_taken_away(const http::request_head& head) {
  for (const auto& one : head.fields) {
    if (!http::same_name(one.name, "connection")) continue;
    for (auto list = one.value; !list.empty();) {
      const auto as = fold(http::take_element(list));
      if (as.starts_with("mcp_") || as == "content_type" || as == "content_encoding") return true;
    }
  }
  return false;
}

bool is_plain(std::string_view value) {
  return !value.empty() &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

}  // namespace

std::optional<std::string> decode_mcp_name(std::string_view value) {
  constexpr std::string_view begin = "=?base64?";
  constexpr std::string_view end = "?=";
  if (!value.starts_with("=?") || !value.ends_with(end)) return std::string{value};
  // Some take the marks in any letters, others for a name.
  if (!value.starts_with(begin)) {
    const auto like = core::to_lower(std::string{value.substr(0, begin.size())});
    return like == begin ? std::nullopt : std::optional{std::string{value}};
  }
  if (value.size() < begin.size() + end.size()) return std::nullopt;
  value.remove_prefix(begin.size());
  value.remove_suffix(end.size());
  auto decoded = core::base64_decode(value);
  if (!decoded || decoded->empty() || decoded->find('\0') != decoded->npos) return std::nullopt;
  // No name of a message is anything else, and some readers leave out what is none.
  if (!core::is_utf8(*decoded)) return std::nullopt;
  return decoded;
}

mcp_fields_reading read_mcp_fields(const http::request_head& head) {
  mcp_fields_reading made;
  const auto fail = [&made](std::string_view about) {
    if (made.fault != mcp_fault::none) return;
    made.fault = mcp_fault::field_malformed;
    made.about = about;
  };
  std::array<std::optional<std::string_view>, std::size(known_fields)> values;
  for (const auto& one : head.fields) {
    if (!may_be_known(one.name)) continue;
    const auto as = fold(one.name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (as != known_fields[i].folded) continue;
      const bool spelled = http::same_name(one.name, known_fields[i].name);
      if (values[i] || !spelled || !is_plain(one.value)) fail(known_fields[i].name);
      values[i] = one.value;
    }
  }
  made.fields.revision = values[0];
  made.fields.method = values[1];
  if (values[2]) {
    made.fields.name = decode_mcp_name(*values[2]);
    if (!made.fields.name) fail(mcp_name_field);
  }
  if (is_taken_away(head)) fail("Connection");
  return made;
}

}  // namespace latchkey::edge
