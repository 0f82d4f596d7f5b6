// The request target as routing sees it: checked once, never normalised, so that two readers of it
// cannot disagree. Not for building URLs.
#pragma once

#include <latchkey/core/result.hpp>

#include <string_view>

namespace latchkey::http {

// Both views point into the text they were parsed from.
struct target {
  std::string_view path;   // as sent, percent-encoding untouched; starts with '/'
  std::string_view query;  // without the '?'; empty where there is none
};

// Accepts origin-form (RFC 9112 section 3.2.1) only. errc::bad_target for every other form, for
// bytes outside the grammar of RFC 3986, and for what two readers may take for different paths: a
// '.' or
// '..' segment, plain or encoded, an empty segment within the path, and the encoded '/', '\' or
// NUL.
core::result<target> parse_target(std::string_view text);

}  // namespace latchkey::http
