#include <latchkey/core/ascii.hpp>
#include <latchkey/http/errc.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/head_fault.hpp>
#include <latchkey/http1/request_head.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace latchkey::http1 {
namespace {

std::string byte_at(std::string_view text, std::size_t at, std::string_view of) {
  if (at >= text.size()) return fmt::format("the end of {}, at offset {}", of, text.size());
  const auto byte = static_cast<unsigned char>(text[at]);
  const bool visible = byte > 0x20 && byte < 0x7F;
  const auto shown = visible ? fmt::format(" ('{}')", text[at]) : std::string{};
  return fmt::format("byte 0x{:02x}{} at offset {} of {}", byte, shown, at, of);
}

template <class Test>
std::size_t first_not(std::string_view text, Test test) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), test) - text.begin());
}

std::string in_target(std::string_view line) {
  const auto first = line.find(' ');
  const auto target = line.substr(std::min(first, line.size() - 1) + 1);
  const auto text = target.substr(0, target.find(' '));
  const auto fault = http::find_fault(text);
  if (!fault || !text.starts_with('/')) {
    return "the target is neither a path nor a URL of the host that Host names";
  }
  return fmt::format("{}: {}", byte_at(text, fault->at, "the target"), fault->what);
}

// The grammar: method, one space, target, one space, version.
std::string in_request_line(std::string_view line) {
  constexpr std::string_view where = "the request line";
  const auto method = first_not(line, http::is_token_char);
  if (method == 0 || method == line.size() || line[method] != ' ') {
    return byte_at(line, method, where);
  }
  const auto target = method + 1;
  const auto length = first_not(line.substr(target), is_target_char);
  const auto end = target + length;
  if (length == 0 || end == line.size() || line[end] != ' ') return byte_at(line, end, where);
  constexpr std::string_view form = "HTTP/1.1";
  const auto version = line.substr(end + 1);
  const auto same = std::mismatch(version.begin(), version.end(), form.begin(), form.end());
  return byte_at(line, end + 1 + static_cast<std::size_t>(same.first - version.begin()), where);
}

// Of one field line, or empty where this one is not to blame.
std::string in_field(std::string_view line, std::size_t number, const core::error_code& error) {
  const auto field = fmt::format("field {}", number);
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (error == errc::folded_field) {
    return line.starts_with(' ') || line.starts_with('\t') ? byte_at(line, 0, field)
                                                           : std::string{};
  }
  const auto wrong = first_not(name, http::is_token_char);
  if (error == errc::bad_field) {
    if (wrong != name.size() || colon == line.npos || colon == 0)
      return byte_at(line, wrong, field);
    const auto value = line.substr(colon + 1);
    const auto control = first_not(value, [](char c) { return c == '\t' || !core::is_control(c); });
    return control == value.size() ? std::string{} : byte_at(line, colon + 1 + control, field);
  }
  if (error != errc::bad_host || !http::same_name(name, "host")) return {};
  auto value = line.substr(colon + 1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  const auto start = std::min(value.find_first_not_of(" \t"), value.size());
  const auto host = start + first_not(value.substr(start), is_host_char);
  return host == value.size() ? std::string{} : byte_at(line, colon + 1 + host, field);
}

std::string in_fields(std::string_view rest, const core::error_code& error) {
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    if (end == 0) break;
    auto found = in_field(rest.substr(0, end), number, error);
    if (!found.empty()) return found;
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return {};
}

std::string in_line_ends(std::string_view bytes) {
  for (auto at = bytes.find('\n'); at != bytes.npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return byte_at(bytes, at, "the head");
  }
  return {};
}

}  // namespace

std::string describe_fault(std::string_view bytes, const core::error_code& error) {
  if (error == errc::bad_line_end) return in_line_ends(bytes);
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  const auto end = std::min(bytes.find("\r\n"), bytes.size());
  const auto line = bytes.substr(0, end);
  if (line.empty()) return {};
  if (error == http::errc::bad_target) return in_target(line);
  if (error == errc::bad_request_line) return in_request_line(line);
  return in_fields(bytes.substr(std::min(end + 2, bytes.size())), error);
}

}  // namespace latchkey::http1
