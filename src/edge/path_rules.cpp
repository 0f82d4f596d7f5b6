#include <latchkey/core/hex.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/path_rules.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace latchkey::edge {
namespace {

// Where in a well-formed path the byte stands that was decoded to be the `index`th.
std::size_t offset_of(std::string_view path, std::size_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < path.size(); --index) at += path[at] == '%' ? 3 : 1;
  return std::min(at, path.size());
}

bool is_escape(std::string_view text, std::size_t at) {
  return text[at] == '%' && text.size() - at > 2 && core::hex_digit(text[at + 1]) >= 0 &&
         core::hex_digit(text[at + 2]) >= 0;
}

// The first bytes of what a shorter sequence encodes as well (RFC 3629 section 3); some readers go
// by the older rules, of up to six bytes.
bool is_overlong(std::string_view text, std::size_t at) {
  if (text.size() - at < 2) return false;
  const auto first = static_cast<unsigned char>(text[at]);
  const auto second = static_cast<unsigned char>(text[at + 1]);
  if (second < 0x80 || second > 0xBF) return false;
  return first == 0xC0 || first == 0xC1 || (first == 0xE0 && second < 0xA0) ||
         (first == 0xF0 && second < 0x90) || (first == 0xF8 && second < 0x88) ||
         (first == 0xFC && second < 0x84);
}

// Before the parameters of the segment.
bool is_dots_or_nothing(std::string_view name) {
  return name.empty() || name == "." || name == "..";
}

}  // namespace

std::optional<http::target_fault> find_forwarding_fault(std::string_view path) {
  if (path.find('%') == path.npos && path.find(';') == path.npos) return std::nullopt;
  const auto decoded = http::plain_path(path, false);
  const std::string_view text{decoded};
  const auto fault = [path](std::size_t index, std::string_view what) {
    return http::target_fault{offset_of(path, index), what};
  };
  std::size_t begin = 1;  // of the segment
  bool parameters = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return fault(i, "an encoded control character");
    if (is_escape(text, i)) return fault(i, "an encoding of an encoding");
    if (is_overlong(text, i)) return fault(i, "an overlong encoding of UTF-8");
    if (text[i] == '/') {
      begin = i + 1;
      parameters = false;
    } else if (text[i] == ';' && !parameters) {
      if (is_dots_or_nothing(text.substr(begin, i - begin))) {
        return fault(begin, "an empty, '.' or '..' segment with parameters");
      }
      parameters = true;
    }
  }
  return std::nullopt;
}

void check(const path_rewrite& rewrite, const http::route_pattern& route) {
  for (const auto* path : {&rewrite.from, &rewrite.to}) {
    if (path->empty()) continue;
    const auto parsed = http::parse_target(*path);
    if (!parsed || parsed->has_query || path->ends_with('/') || find_forwarding_fault(*path)) {
      throw std::invalid_argument{"\"" + *path +
                                  "\" is not a path that starts with '/' and does not end in one"};
    }
  }
  const auto base = route.base();
  const auto& from = rewrite.from;
  // With a brace it would have to be a parameter, whose value is another for every path.
  const bool begins = base.starts_with(from) &&
                      (base.size() == from.size() || from.empty() || base[from.size()] == '/');
  if (!begins) {
    throw std::invalid_argument{"the paths of route \"" + route.text() + "\" do not begin with \"" +
                                from + "\""};
  }
}

core::error_code make_target(const http::target& judged, const path_rewrite& rewrite,
                             std::string& out) {
  auto rest = judged.path;
  if (!rest.starts_with('/') || find_forwarding_fault(rest)) return errc::ambiguous_path;
  if (!rest.starts_with(rewrite.from)) return errc::ambiguous_path;
  rest.remove_prefix(rewrite.from.size());
  if (!rest.empty() && rest.front() != '/') return errc::ambiguous_path;
  out.clear();
  out.insert(out.end(), rewrite.to.begin(), rewrite.to.end());
  out.append(rest);
  if (out.empty()) out = "/";
  if (judged.has_query) out.append("?").append(judged.query);
  return {};
}

}  // namespace latchkey::edge
