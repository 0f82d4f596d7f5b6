#include "further_fields.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/core/ascii.hpp>
#include <latchkey/core/file.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/url.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace latchkey::client {
namespace {

constexpr std::size_t max_bytes = std::size_t{16} * 1024;

bool is_control(char c) {
  return c != '\t' && core::is_control(c);
}

void check(const further_field& field) {
  constexpr std::array<std::string_view, 10> own{"host",
                                                 "user-agent",
                                                 "accept",
                                                 "accept-encoding",
                                                 "connection",
                                                 "content-length",
                                                 "transfer-encoding",
                                                 "if-none-match",
                                                 "te",
                                                 "upgrade"};
  const auto& name = field.name;
  const auto delimiter = [](char c) {
    return c <= ' ' || c == 0x7F ||
           std::string_view{"\"(),/:;<=>?@[\\]{}"}.find(c) != std::string_view::npos;
  };
  if (name.empty() || std::any_of(name.begin(), name.end(), delimiter)) {
    throw std::invalid_argument{"not the name of a header field: \"" + name + '"'};
  }
  const auto is_own = [&name](std::string_view one) { return http::same_name(one, name); };
  if (std::any_of(own.begin(), own.end(), is_own)) {
    throw std::invalid_argument{"the header field \"" + name + "\" is set by the client itself"};
  }
  for (const auto* text : {&field.value, &field.prefix}) {
    if (!std::any_of(text->begin(), text->end(), is_control)) continue;
    throw std::invalid_argument{"the header field \"" + name + "\" has a control character"};
  }
}

bool same_origin(const http::url& a, const http::url& b) {
  return a.secure == b.secure && a.port == b.port && http::same_name(a.host, b.host);
}

core::result<std::string> value_in(const std::filesystem::path& path) {
  auto text = core::read_file(path, max_bytes);
  if (text.has_error()) return text;
  while (!text->empty() &&
         std::string_view{" \t\r\n"}.find(text->back()) != std::string_view::npos) {
    text->pop_back();
  }
  const auto visible = [](char c) { return (c >= ' ' && c < 0x7F) || c == '\t'; };
  if (text->empty() || !std::all_of(text->begin(), text->end(), visible)) return errc::field_file;
  return text;
}

}  // namespace

void check_fields(const std::vector<further_field>& fields) {
  for (const auto& one : fields) check(one);
}

bool is_among(std::string_view url, const std::vector<std::string>& origins) {
  if (origins.empty()) return true;
  const auto where = http::parse_url(url);
  return where && std::any_of(origins.begin(), origins.end(), [&where](const std::string& text) {
           const auto origin = http::parse_url(text);
           return origin && same_origin(*origin, *where);
         });
}

core::result<sent_fields> fields_for(std::string_view url,
                                     const std::vector<further_field>& fields) {
  sent_fields made;
  if (!http::parse_url(url)) return errc::bad_url;
  for (const auto& one : fields) {
    if (!is_among(url, one.origins)) continue;
    if (one.value_file.empty()) {
      made.emplace_back(one.name, one.value);
      continue;
    }
    const auto value = value_in(one.value_file);
    if (!value) return errc::field_file;
    made.emplace_back(one.name, one.prefix + *value);
  }
  return made;
}

}  // namespace latchkey::client
