// application/x-www-form-urlencoded, as OAuth uses it in queries and bodies (RFC 6749 appendix B),
// read strictly and within bounds. Not for multipart bodies.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::issuer {

class form {
 public:
  // Nothing for a malformed escape, more than 64 fields or more than 16 KiB.
  static std::optional<form> parse(std::string_view text);

  // The value of the first field of that name; empty where there is none, since OAuth takes a
  // parameter without a value for an absent one (RFC 6749 section 3.1). Valid while the form lives.
  std::string_view get(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  // True if one of the names stands there twice, which OAuth does not allow.
  bool repeats(std::initializer_list<std::string_view> names) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// One name or value without its escapes; nothing for a malformed one.
std::optional<std::string> form_unescaped(std::string_view text);

// One name or value, escaped for a query or a body.
std::string form_escaped(std::string_view text);

}  // namespace latchkey::issuer
