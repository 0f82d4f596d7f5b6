// The request target as routing sees it: checked once, never normalised, so that two readers of it
// cannot disagree. Not for building URLs.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace latchkey::http {

// The views point into the text they were parsed from, or are of static storage.
struct target {
  // As sent, percent-encoding untouched. Starts with '/'; or is "*", of OPTIONS for the whole
  // server.
  std::string_view path;
  // Without the '?'; empty where there is none. Opaque: any bytes but controls, space and '#'.
  std::string_view query;
  bool has_query = false;  // there is a '?', with nothing behind it perhaps
};

// What keeps a text from being a target, and where.
struct target_fault {
  std::size_t at = 0;     // offset in the text; its size where something is missing at the end
  std::string_view what;  // for people, with static storage
};

// Of origin-form (RFC 9112 section 3.2.1): nothing if it is one. A fault is what is outside the
// grammar of a path (RFC 3986), and what two readers may take for different paths: a '.' or '..'
// segment, plain or encoded, an empty segment within the path, and the encoded '/', '\\' or NUL. A
// query is not judged: browsers send more in it than the grammar has.
std::optional<target_fault> find_fault(std::string_view text);

// errc::bad_target for what find_fault finds a fault in.
core::result<target> parse_target(std::string_view text);

// The target of a whole request. Beside origin-form: absolute-form where it names the scheme that
// the request came by and the host that the Host field names (RFC 9112 section 3.2.2), and "*" for
// OPTIONS (section 3.2.4). errc::not_implemented for CONNECT, else errc::bad_target. `secure`: the
// request came by https.
core::result<target> parse_target(const request_head& head, bool secure);

}  // namespace latchkey::http
