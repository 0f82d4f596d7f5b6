// A strict JSON parser (RFC 8259) for untrusted input, with one interpretation of each text and
// limits that apply before anything is stored. Not for configuration or for writing JSON.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>

namespace latchkey::jose {

struct json_limits {
  std::size_t bytes = std::size_t{64} * 1024;
  std::size_t depth = 16;                             // arrays and objects within one another
  std::size_t values = 4096;                          // names are counted as values
  std::size_t string_bytes = std::size_t{64} * 1024;  // of one name or string, after escapes
  // Of one object. Where names are kept in a table, those made to collide in it are compared each
  // with all others, so this is what bounds the time.
  std::size_t members = 256;
};

// The value of a whole text. errc::json_too_large past a limit; errc::duplicate_name if an object
// at any depth has a name twice, however it is spelled; errc::bad_json for what RFC 8259 does not
// allow, a byte order mark, bytes that are not UTF-8, a lone surrogate, a number past the range of
// double, or anything after the value. The value keeps nothing of `text`; it is stored through
// `storage`.
core::result<boost::json::value> parse_json(std::string_view text, const json_limits& limits = {},
                                            boost::json::storage_ptr storage = {});

}  // namespace latchkey::jose
