#include <latchkey/core/hex.hpp>
#include <latchkey/http/errc.hpp>
#include <latchkey/http/target.hpp>

#include <algorithm>
#include <array>

namespace latchkey::http {
namespace {

// pchar of RFC 3986 section 3.3, without '%'.
constexpr auto path_bytes = [] {
  std::array<bool, 256> allowed{};
  for (int c = 'a'; c <= 'z'; ++c) allowed[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) allowed[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) allowed[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view{"-._~!$&'()*+,;=:@"}) {
    allowed[static_cast<unsigned char>(c)] = true;
  }
  return allowed;
}();

// The byte that three characters encode, or -1.
int decoded(std::string_view text) {
  if (text.size() < 3 || core::hex_digit(text[1]) < 0 || core::hex_digit(text[2]) < 0) return -1;
  return core::hex_digit(text[1]) * 16 + core::hex_digit(text[2]);
}

// `path` starts with '/'.
std::optional<target_fault> find_path_fault(std::string_view path) {
  std::size_t begin = 1;  // of the segment
  std::size_t dots = 0;   // at its start, encoded ones too
  bool plain = true;      // there is nothing else in it
  for (std::size_t i = 1; i <= path.size(); ++i) {
    const bool last = i == path.size();
    if (last || path[i] == '/') {
      // An empty last segment is a trailing slash, which is a path of its own and not ambiguous.
      if (i == begin && !last) return target_fault{i, "an empty segment"};
      if (plain && (dots == 1 || dots == 2)) return target_fault{begin, "a '.' or '..' segment"};
      begin = i + 1;
      dots = 0;
      plain = true;
      continue;
    }
    int byte = static_cast<unsigned char>(path[i]);
    const auto here = i;
    if (byte == '%') {
      byte = decoded(path.substr(i));
      if (byte < 0) return target_fault{here, "'%' without two hexadecimal digits"};
      if (byte == '/' || byte == '\\' || byte == 0) {
        return target_fault{here, "an encoded '/', '\\' or NUL"};
      }
      i += 2;
    } else if (byte == '#') {
      return target_fault{here, "a fragment"};
    } else if (!path_bytes[static_cast<std::size_t>(byte)]) {
      return target_fault{here, "not a character of a path"};
    }
    if (byte == '.') {
      ++dots;
    } else {
      plain = false;
    }
  }
  return std::nullopt;
}

bool may_be_in_query(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F && byte != '#';
}

// What a URL has behind its authority; `text` is empty, or starts with '/' or '?'.
core::result<target> parse_rest(std::string_view text, bool for_all) {
  if (text.empty() && for_all) return target{"*", {}, false};
  if (text.starts_with('/')) return parse_target(text);
  if (std::all_of(text.begin(), text.end(), may_be_in_query)) {
    return target{"/", text.substr(std::min<std::size_t>(text.size(), 1)), !text.empty()};
  }
  return errc::bad_target;
}

// Without the port that the scheme has anyway.
std::string_view without_default_port(std::string_view authority, bool secure) {
  const std::string_view port = secure ? ":443" : ":80";
  if (authority.ends_with(port)) authority.remove_suffix(port.size());
  return authority;
}

core::result<target> parse_absolute(const request_head& head, bool secure) {
  const std::string_view scheme = secure ? "https://" : "http://";
  auto text = head.target;
  const auto host = head.find("host");
  if (!host || !same_name(text.substr(0, scheme.size()), scheme)) return errc::bad_target;
  text.remove_prefix(scheme.size());
  const auto authority = text.substr(0, text.find_first_of("/?#"));
  // Host has been judged: what is the same is a host as well, without a user.
  if (!same_name(without_default_port(authority, secure), without_default_port(*host, secure))) {
    return errc::bad_target;
  }
  return parse_rest(text.substr(authority.size()), head.method == verb::options);
}

// Of a known method in other letters: who stands behind may take "post" for POST, which may need
// more than the one without a name here (RFC 9110 section 9.1: methods are case-sensitive).
bool is_method_in_other_letters(const request_head& head) {
  if (head.method != verb::unknown || head.method_text.size() > 16) return false;
  std::string upper{head.method_text};
  for (auto& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return boost::beast::http::string_to_verb(upper) != verb::unknown;
}

}  // namespace

std::optional<target_fault> find_fault(std::string_view text) {
  if (!text.starts_with('/')) return target_fault{0, "not a path"};
  const auto mark = std::min(text.find('?'), text.size());
  if (const auto fault = find_path_fault(text.substr(0, mark))) return fault;
  const auto wrong = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(mark), text.end(),
                                      may_be_in_query);
  if (wrong == text.end()) return std::nullopt;
  return target_fault{static_cast<std::size_t>(wrong - text.begin()),
                      *wrong == '#' ? "a fragment" : "a space or a control character"};
}

core::result<target> parse_target(std::string_view text) {
  if (find_fault(text)) return errc::bad_target;
  const auto mark = text.find('?');
  if (mark == text.npos) return target{text, {}, false};
  return target{text.substr(0, mark), text.substr(mark + 1), true};
}

core::result<target> parse_target(const request_head& head, bool secure) {
  if (head.method == verb::connect || is_method_in_other_letters(head)) {
    return errc::not_implemented;
  }
  if (head.target.starts_with('/')) return parse_target(head.target);
  if (head.target == "*" && head.method == verb::options) return target{"*", {}, false};
  return parse_absolute(head, secure);
}

}  // namespace latchkey::http
