// The paths that a route takes: one path, one with parameters, or all below a prefix; which of two
// patterns is the more specific one, and how the paths of two relate. Pure. Not for methods and
// handlers: that is the router.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {

class route_pattern {
 public:
  using parameter_list = std::vector<std::pair<std::string_view, std::string_view>>;

  // "/notes"; "/notes/{id}", where a parameter is one whole, non-empty segment; "/api/*", which
  // takes /api, /api/ and all below it, at whole segments: not /apis. "/*" takes every path.
  // Throws std::invalid_argument for what is malformed, a '*' elsewhere, a prefix with a ';', and
  // for what http::parse_target would not take of a request.
  explicit route_pattern(std::string text);

  const std::string& text() const { return text_; }
  bool is_prefix() const { return base_size_ != text_.size(); }
  // Takes one path only.
  bool is_literal() const { return !is_prefix() && !has_parameters_; }
  // All of the pattern but the "/*" of a prefix; empty for "/*". Valid as long as the pattern.
  std::string_view base() const { return std::string_view{text_}.substr(0, base_size_); }

  // Compares byte by byte, as sent; `path` starts with '/'. `parameters` are those of a match:
  // names are views of the pattern, values of the path. Empty where there is none.
  bool matches(std::string_view path, parameter_list& parameters) const;

  // The pattern that takes what this one takes, of paths that have been read by plain_path.
  route_pattern read_plainly() const;

 private:
  struct unchecked {};
  route_pattern(unchecked, std::string text);

  std::string text_;
  std::size_t base_size_ = 0;
  bool has_parameters_ = false;
};

// An order in which the first pattern that matches is the most specific one: from the left, a text
// goes before a parameter, and both before the rest that a prefix leaves open. A strict weak order;
// patterns that take the same paths are equal.
bool is_more_specific(const route_pattern& a, const route_pattern& b);

enum class path_relation : std::uint8_t {
  apart,     // no path is of both
  same,      // they take the same paths
  within,    // the first takes some of the second's, and no other
  around,    // the second takes some of the first's, and no other
  crossing,  // some paths are of both, some of each alone
};
path_relation relate(const route_pattern& a, const route_pattern& b);

// How a reader sees the path that decodes it: percent-encoding decoded once. `without_parameters`:
// and that leaves out what stands behind a ';' in each segment (RFC 3986 section 3.3). What comes
// out may have any byte; it is for comparing only.
std::string plain_path(std::string_view path, bool without_parameters);

}  // namespace latchkey::http
