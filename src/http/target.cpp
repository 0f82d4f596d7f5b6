#include <latchkey/http/errc.hpp>
#include <latchkey/http/target.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <string>

namespace latchkey::http {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The grammar has already proved that two hex digits follow each '%'.
bool encodes_a_separator(std::string_view path) {
  for (std::size_t i = path.find('%'); i != path.npos; i = path.find('%', i + 1)) {
    const auto byte = hex(path[i + 1]) * 16 + hex(path[i + 2]);
    if (byte == '/' || byte == '\\' || byte == 0) return true;
  }
  return false;
}

// True for "", ".", ".." and their encoded spellings.
bool ambiguous(std::string_view segment) {
  if (segment.size() > 6) return false;
  std::string plain;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] == '%') {
      plain.push_back(static_cast<char>(hex(segment[i + 1]) * 16 + hex(segment[i + 2])));
      i += 2;
    } else {
      plain.push_back(segment[i]);
    }
  }
  return plain.empty() || plain == "." || plain == "..";
}

bool has_ambiguous_segment(std::string_view path) {
  // An empty last segment is a trailing slash, which is a path of its own and not ambiguous.
  path.remove_prefix(1);
  for (std::size_t end = path.find('/'); end != path.npos; end = path.find('/')) {
    if (ambiguous(path.substr(0, end))) return true;
    path.remove_prefix(end + 1);
  }
  return !path.empty() && ambiguous(path);
}

}  // namespace

core::result<target> parse_target(std::string_view text) {
  if (!boost::urls::parse_origin_form({text.data(), text.size()})) return errc::bad_target;
  target parsed;
  const auto mark = text.find('?');
  parsed.path = text.substr(0, mark);
  if (mark != text.npos) parsed.query = text.substr(mark + 1);
  if (encodes_a_separator(parsed.path) || has_ambiguous_segment(parsed.path)) {
    return errc::bad_target;
  }
  return parsed;
}

}  // namespace latchkey::http
