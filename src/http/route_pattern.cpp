#include <latchkey/core/hex.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/route_pattern.hpp>
#include <latchkey/http/target.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace latchkey::http {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_open(std::string_view text) {
  return text.ends_with("/*");
}

// Of what stands for itself (RFC 3986 section 2.3): most clients send it plainly, to another route.
bool has_needless_encoding(std::string_view text) {
  for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
    const auto digit = [text](std::size_t i) {
      return i < text.size() ? core::hex_digit(text[i]) : -1;
    };
    const int high = digit(at + 1);
    const int low = digit(at + 2);
    if (high < 0 || low < 0) continue;
    const char c = static_cast<char>(high * 16 + low);
    if (is_alphanumeric(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

[[noreturn]] void refuse(std::string_view pattern, const char* why) {
  throw std::invalid_argument{"route path \"" + std::string{pattern} + "\": " + why};
}

void check_pattern(std::string_view pattern) {
  if (!pattern.starts_with('/')) refuse(pattern, "must start with '/'");
  auto rest = pattern;
  if (is_open(rest)) {
    if (rest.find(';') != rest.npos) refuse(pattern, "a prefix has no ';'");
    rest.remove_suffix(2);
    if (rest.ends_with('/')) refuse(pattern, "is not an acceptable path");
  }
  if (rest.find('*') != rest.npos) refuse(pattern, "a '*' is the whole last segment");
  std::set<std::string_view> names;
  std::string example;  // a path that it takes
  while (!rest.empty()) {
    const auto segment = take_segment(rest);
    const bool braces = segment.find_first_of("{}") != segment.npos;
    if (braces && !is_parameter(segment))
      refuse(pattern, "a parameter is one whole segment, {name}");
    if (braces && !names.insert(segment).second) refuse(pattern, "names a parameter twice");
    example.append("/").append(braces ? "x" : segment);
  }
  if (example.empty()) return;
  if (has_needless_encoding(example)) refuse(pattern, "encodes what needs no encoding");
  const auto parsed = parse_target(example);
  if (!parsed || parsed->path.size() != example.size())
    refuse(pattern, "is not an acceptable path");
}

// Where one pattern stands while two are gone through from the left; in the order of an order that
// has the most specific first.
enum class place : std::uint8_t { text, parameter, end, open };

class walker {
 public:
  explicit walker(const route_pattern& pattern)
      : rest_{pattern.base()}, open_{pattern.is_prefix()} {
    next();
  }

  place at() const { return at_; }
  bool within_path() const { return at_ == place::text || at_ == place::parameter; }
  std::string_view segment() const { return segment_; }
  void next() {
    if (rest_.empty()) {
      at_ = open_ ? place::open : place::end;
      return;
    }
    segment_ = take_segment(rest_);
    at_ = is_parameter(segment_) ? place::parameter : place::text;
  }

 private:
  std::string_view rest_;
  std::string_view segment_;
  place at_ = place::end;
  bool open_;
};

// Both are at a segment.
bool segments_meet(const walker& a, const walker& b) {
  if (a.at() == place::text && b.at() == place::text) return a.segment() == b.segment();
  if (a.at() == place::parameter && b.at() == place::parameter) return true;
  // A parameter is not empty.
  return !(a.at() == place::text ? a : b).segment().empty();
}

}  // namespace

route_pattern::route_pattern(std::string text) : route_pattern{unchecked{}, std::move(text)} {
  check_pattern(text_);
}

route_pattern::route_pattern(unchecked, std::string text)
    : text_{std::move(text)},
      base_size_{is_open(text_) ? text_.size() - 2 : text_.size()},
      has_parameters_{text_.find('{') != text_.npos} {}

bool route_pattern::matches(std::string_view path, parameter_list& parameters) const {
  parameters.clear();
  auto wanted = base();
  if (!has_parameters_) {
    if (!path.starts_with(wanted)) return false;
    return path.size() == wanted.size() || (is_prefix() && path[wanted.size()] == '/');
  }
  const auto miss = [&parameters] {
    parameters.clear();
    return false;
  };
  while (!wanted.empty()) {
    if (path.empty()) return miss();
    const auto segment = take_segment(wanted);
    const auto given = take_segment(path);
    if (!is_parameter(segment)) {
      if (segment != given) return miss();
    } else if (given.empty()) {
      return miss();
    } else {
      parameters.emplace_back(segment.substr(1, segment.size() - 2), given);
    }
  }
  return path.empty() || is_prefix() || miss();
}

route_pattern route_pattern::read_plainly() const {
  return route_pattern{unchecked{}, plain_path(base(), false) + (is_prefix() ? "/*" : "")};
}

bool is_more_specific(const route_pattern& a, const route_pattern& b) {
  for (walker one{a}, other{b};; one.next(), other.next()) {
    if (one.at() != other.at()) return one.at() < other.at();
    if (!one.within_path()) return false;
    if (one.at() == place::text && one.segment() != other.segment()) {
      return one.segment() < other.segment();
    }
  }
}

path_relation relate(const route_pattern& a, const route_pattern& b) {
  bool a_is_wider = false;
  bool b_is_wider = false;
  walker one{a};
  walker other{b};
  for (; one.within_path() && other.within_path(); one.next(), other.next()) {
    if (!segments_meet(one, other)) return path_relation::apart;
    if (one.at() == other.at()) continue;
    (one.at() == place::parameter ? a_is_wider : b_is_wider) = true;
  }
  if (one.at() != other.at()) {
    // What is left of one must be taken by the open end of the other.
    if (one.at() == place::open) {
      a_is_wider = true;
    } else if (other.at() == place::open) {
      b_is_wider = true;
    } else {
      return path_relation::apart;
    }
  }
  if (a_is_wider && b_is_wider) return path_relation::crossing;
  if (a_is_wider) return path_relation::around;
  return b_is_wider ? path_relation::within : path_relation::same;
}

std::string plain_path(std::string_view path, bool without_parameters) {
  std::string plain;
  plain.reserve(path.size());
  bool dropped = false;  // behind a ';'
  for (std::size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%' && path.size() - i > 2) {
      const int high = core::hex_digit(path[i + 1]);
      const int low = core::hex_digit(path[i + 2]);
      if (high >= 0 && low >= 0) {
        c = static_cast<char>(high * 16 + low);
        i += 2;
      }
    } else if (c == '/') {
      dropped = false;
    }
    if (c == ';' && without_parameters) dropped = true;
    if (!dropped) plain.push_back(c);
  }
  return plain;
}

}  // namespace latchkey::http
