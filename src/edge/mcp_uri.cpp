#include <latchkey/core/ascii.hpp>
#include <latchkey/core/hex.hpp>
#include <latchkey/core/utf8.hpp>
#include <latchkey/edge/mcp_uri.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace latchkey::edge {
namespace {

struct normal_scheme {
  std::string_view name;
  std::string_view port;  // its own, which is left out
};

// Readers bring these into a normal form before they look anything up (the URL standard's "special"
// ones).
constexpr normal_scheme normal_schemes[] = {{"file", ""}, {"http", "80"}, {"https", "443"},
                                            {"ws", "80"}, {"wss", "443"}, {"ftp", "21"}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// In capitals alone (RFC 3986 section 2.1): in small letters it is another spelling.
int hex_value(char c) {
  return c >= 'a' ? -1 : core::hex_digit(c);
}

bool needs_no_encoding(char c) {
  return http::is_alphanumeric(c) ||
         std::string_view{"-._~/\\%;"}.find(c) != std::string_view::npos;
}

bool has_odd_encoding(std::string_view uri) {
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] != '%') continue;
    const int high = i + 2 < uri.size() ? hex_value(uri[i + 1]) : -1;
    const int low = i + 2 < uri.size() ? hex_value(uri[i + 2]) : -1;
    if (high < 0 || low < 0) return true;
    const char c = static_cast<char>(high * 16 + low);
    if (needs_no_encoding(c) || core::is_control(c)) return true;
    i += 2;
  }
  return !core::is_utf8(decoded_uri(uri));
}

// What stands for itself in no URI: some readers encode it, others leave it.
bool has_odd_character(std::string_view uri) {
  return std::any_of(uri.begin(), uri.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F ||
           std::string_view{"\"<>\\^`{|}"}.find(c) != std::string_view::npos;
  });
}

// Readers that know nothing of queries, fragments and parameters take their marks for letters.
bool has_dot_segment(std::string_view rest) {
  while (true) {
    const auto end = std::min(rest.find_first_of("/?#;:&="), rest.size());
    const auto segment = rest.substr(0, end);
    if (segment == "." || segment == "..") return true;
    if (end == rest.size()) return false;
    rest.remove_prefix(end + 1);
  }
}

// One between two others; the last may be empty.
bool has_empty_segment(std::string_view path) {
  return path.find("//") != std::string_view::npos;
}

// Readers write it without the mark, or with it.
bool has_empty_end(std::string_view uri) {
  return uri.ends_with('?') || uri.ends_with('#') || uri.find("?#") != uri.npos;
}

bool has_capital(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_plain_port(std::string_view port, std::string_view own) {
  return !port.empty() && port.size() <= 5 && port.front() != '0' && port != own &&
         std::all_of(port.begin(), port.end(), is_digit);
}

// The other spelling of a name in ASCII that some readers of internationalised names have (RFC 5891
// section 5.4 has it refused): "xn--name-".
bool has_encoded_ascii(std::string_view host) {
  while (!host.empty()) {
    const auto label = http::take_element(host, '.');
    if (label.starts_with("xn--") && label.ends_with('-')) return true;
  }
  return false;
}

// A number has many spellings as an address; one in full is told by its four parts.
bool is_plain_host(std::string_view host) {
  const auto is_letter = [](char c) { return http::is_alphanumeric(c) || c == '-' || c == '.'; };
  if (host.empty() || host.back() == '.' || !std::all_of(host.begin(), host.end(), is_letter)) {
    return false;
  }
  if (has_encoded_ascii(host)) return false;
  const auto last = host.substr(host.rfind('.') + 1);
  if (!is_digit(last.front())) return true;
  std::size_t parts = 0;
  while (!host.empty()) {
    const auto part = http::take_element(host, '.');
    const bool whole = !part.empty() && part.size() <= 3 && (part.size() == 1 || part[0] != '0');
    if (!whole || !std::all_of(part.begin(), part.end(), is_digit)) return false;
    ++parts;
  }
  return parts == 4;
}

bool is_plain_authority(std::string_view authority, const normal_scheme& scheme) {
  if (scheme.name == "file") return authority.empty();
  const auto colon = authority.find(':');
  if (!is_plain_host(authority.substr(0, colon))) return false;
  return colon == std::string_view::npos || is_plain_port(authority.substr(colon + 1), scheme.port);
}

// A user, an address in brackets, a port that readers leave out or write anew.
bool has_odd_part(std::string_view authority) {
  if (authority.find_first_of("@[]") != authority.npos) return true;
  const auto colon = authority.find(':');
  return colon != authority.npos && !is_plain_port(authority.substr(colon + 1), {});
}

// Its parts as they stand: "note:" + "//host" + "/path" + "?query". What is behind '#' is left out.
struct uri_parts {
  std::string_view scheme;     // with its ':'
  std::string_view authority;  // with its "//"; empty where there is none
  std::string_view path;
  std::string_view query;  // with its '?'
};

uri_parts split(std::string_view uri) {
  uri_parts made;
  uri = uri.substr(0, uri.find('#'));
  made.query = uri.substr(std::min(uri.find('?'), uri.size()));
  uri.remove_suffix(made.query.size());
  made.scheme = uri.substr(0, uri.find(':') + 1);
  uri.remove_prefix(made.scheme.size());
  if (uri.starts_with("//")) made.authority = uri.substr(0, std::min(uri.find('/', 2), uri.size()));
  uri.remove_prefix(made.authority.size());
  made.path = uri;
  return made;
}

std::string without_parameters(std::string_view path) {
  std::string made;
  bool dropped = false;
  for (const char c : path) {
    if (c == '/') dropped = false;
    if (c == ';') dropped = true;
    if (!dropped) made += c;
  }
  return made;
}

// An empty authority is none to some readers, and the other way round.
std::string_view other_authority(const uri_parts& of) {
  if (of.authority == "//") return "";
  return of.authority.empty() && of.path.starts_with('/') ? "//" : of.authority;
}

void add_shorter(std::string_view uri, std::vector<std::string>& to) {
  const auto parts = split(uri);
  const std::string plain = without_parameters(parts.path);
  for (const auto authority : {parts.authority, other_authority(parts)}) {
    for (const auto query : {parts.query, std::string_view{}}) {
      for (std::string_view path : {parts.path, std::string_view{plain}}) {
        for (const bool slash : {true, false}) {
          if (!slash && path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
          std::string made{parts.scheme};
          made.append(authority).append(path).append(query);
          if (std::find(to.begin(), to.end(), made) == to.end()) to.push_back(std::move(made));
        }
      }
    }
  }
}

}  // namespace

std::vector<std::string> shorter_uris(std::string_view uri) {
  std::vector<std::string> made;
  add_shorter(uri, made);
  if (uri.find('%') != uri.npos) add_shorter(decoded_uri(uri), made);
  return made;
}

std::string decoded_uri(std::string_view uri) {
  std::string made;
  made.reserve(uri.size());
  for (std::size_t i = 0; i < uri.size(); ++i) {
    const bool whole = uri[i] == '%' && i + 2 < uri.size();
    const int high = whole ? core::hex_digit(uri[i + 1]) : -1;
    const int low = whole ? core::hex_digit(uri[i + 2]) : -1;
    if (high < 0 || low < 0) {
      made += uri[i];
      continue;
    }
    made += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return made;
}

bool is_ambiguous_uri(std::string_view uri) {
  const auto colon = uri.find(':');
  if (colon == uri.npos || colon == 0 || has_capital(uri.substr(0, colon))) return true;
  if (has_odd_character(uri) || has_odd_encoding(uri) || has_empty_end(uri)) return true;
  const auto scheme = uri.substr(0, colon);
  auto rest = uri.substr(colon + 1);
  if (has_dot_segment(rest) || has_dot_segment(decoded_uri(rest))) return true;
  const auto* const normal = std::find_if(std::begin(normal_schemes), std::end(normal_schemes),
                                          [&](const auto& one) { return one.name == scheme; });
  const bool is_normal = normal != std::end(normal_schemes);
  if (scheme == "file" && rest.find_first_of("?#") != rest.npos) return true;
  // The names of namespaces have no case (RFC 8141 section 2.1).
  if (scheme == "urn" && has_capital(rest.substr(0, rest.find(':')))) return true;
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(authority.size());
    if (has_capital(authority)) return true;
    if (!is_normal && has_odd_part(authority)) return true;
    if (is_normal && (!is_plain_authority(authority, *normal) || !rest.starts_with('/')))
      return true;
  } else if (is_normal) {
    return true;
  }
  return has_empty_segment(rest.substr(0, rest.find_first_of("?#")));
}

}  // namespace latchkey::edge
