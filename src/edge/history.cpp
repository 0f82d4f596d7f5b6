#include "history.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/forwarded.hpp>
#include <latchkey/http/fields.hpp>

#include <optional>

namespace latchkey::edge {
namespace {

// An address, perhaps with a port, "unknown", or a name that hides one (RFC 7239 section 6).
bool is_node(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return http::is_alphanumeric(c) ||
           (c != '\0' && std::string_view{"._-:[]"}.find(c) != std::string_view::npos);
  });
}

// "http", "https" or nothing, whatever the case.
std::string_view scheme_of(std::string_view text) {
  if (core::iequals(text, "https")) return "https";
  return core::iequals(text, "http") ? "http" : "";
}

// The value of a field that is there once.
std::string_view only(const http::request_head& head, std::string_view name) {
  if (head.count(name) != 1) return {};
  return *head.find(name);
}

// Takes a token, or a quoted string without escapes, off the text; nothing where neither is there.
std::optional<std::string_view> take_value(std::string_view& text) {
  std::size_t end = 0;
  if (text.starts_with('"')) {
    end = text.find_first_of("\"\\", 1);
    if (end == text.npos || text[end] == '\\') return std::nullopt;
    const auto value = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    return value;
  }
  while (end < text.size() && http::is_token_char(text[end])) ++end;
  if (end == 0) return std::nullopt;
  const auto value = text.substr(0, end);
  text.remove_prefix(end);
  return value;
}

// Takes the white space and the separator off the text; false where another one is there.
bool take_separator(std::string_view& text, char separator) {
  text = http::trim(text);
  if (!text.starts_with(separator)) return false;
  text = http::trim(text.substr(1));
  return true;
}

// One element of Forwarded.
struct element {
  std::string_view node;
  std::string_view host;
  std::string_view proto;

  bool set(std::string_view name, std::string_view value) {
    auto* const place = core::iequals(name, "for")     ? &node
                        : core::iequals(name, "host")  ? &host
                        : core::iequals(name, "proto") ? &proto
                                                       : nullptr;
    if (place == nullptr) return true;
    // Each at most once (RFC 7239 section 4).
    if (!place->empty() || value.empty()) return false;
    *place = value;
    return true;
  }
};

bool take_pair(std::string_view& text, element& into) {
  std::size_t end = 0;
  while (end < text.size() && http::is_token_char(text[end])) ++end;
  const auto name = text.substr(0, end);
  text.remove_prefix(end);
  if (name.empty() || !text.starts_with('=')) return false;
  text.remove_prefix(1);
  const auto value = take_value(text);
  return value && into.set(name, *value);
}

// The inside of the brackets where there is no port: as X-Forwarded-For has IPv6 addresses.
std::string_view without_brackets(std::string_view node) {
  if (node.starts_with('[') && node.ends_with(']')) return node.substr(1, node.size() - 2);
  return node;
}

}  // namespace

void history::add(std::string_view node) {
  // Whatever stands before it was told by nobody who is trusted.
  if (!is_node(node)) {
    seen_ = 0;
    return;
  }
  last_[seen_++ % most_hops] = node;
}

void history::read_x_forwarded(const http::request_head& head) {
  for (const auto& field : head.fields) {
    if (!http::same_name(field.name, "x-forwarded-for")) continue;
    for (auto rest = field.value; !rest.empty();) {
      const auto node = http::take_element(rest);
      if (!node.empty()) add(node);
    }
  }
  proto = scheme_of(only(head, "x-forwarded-proto"));
  host = only(head, "x-forwarded-host");
  if (!is_host_value(host)) host = {};
  port = only(head, "x-forwarded-port");
}

bool history::read_elements(std::string_view value) {
  auto rest = http::trim(value);
  while (!rest.empty()) {
    if (take_separator(rest, ',')) continue;  // an empty element
    element one;
    do {
      rest = http::trim(rest);
      if (rest.empty() || rest.front() == ';' || rest.front() == ',') continue;  // an empty pair
      if (!take_pair(rest, one)) return false;
    } while (take_separator(rest, ';'));
    if (!rest.empty() && !take_separator(rest, ',')) return false;
    add(one.node.empty() ? std::string_view{"unknown"} : without_brackets(one.node));
    proto = scheme_of(one.proto);
    host = is_host_value(one.host) ? one.host : std::string_view{};
  }
  return true;
}

void history::read_forwarded(const http::request_head& head) {
  for (const auto& field : head.fields) {
    if (!http::same_name(field.name, "forwarded")) continue;
    if (read_elements(field.value)) continue;
    *this = {};
    return;
  }
}

}  // namespace latchkey::edge
