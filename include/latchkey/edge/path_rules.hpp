// Which judged paths are forwarded, and as what: a prefix may be stripped or replaced, the rest and
// the query go on byte for byte. Pure. Not for choosing routes: http/router.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/route_pattern.hpp>
#include <latchkey/http/target.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::edge {

// What of a path that http::parse_target took is clear to us, and may be another path to who stands
// behind: an encoding of an encoding ("%252e", "%25%32e"); an encoded control character; an
// overlong encoding of UTF-8 ("%c0%af" is '/' to lax decoders); a segment that is empty, '.' or
// '..' before its ';', which servers that cut parameters off resolve ("/a/..;/b"). Everything else
// that is legal in a path passes, ';' among it. The offset is within `path`.
std::optional<http::target_fault> find_forwarding_fault(std::string_view path);

// `from` is taken off the front of the path, at a whole segment, and `to` put in its place. Each is
// empty, or starts with '/' and does not end in one. From "/api" to "": "/api/x" is sent as "/x",
// "/api" and "/api/" as "/".
struct path_rewrite {
  std::string from;
  std::string to;

  bool operator==(const path_rewrite&) const = default;
};

// Throws std::invalid_argument, naming which, where one of the two is no such path or would not be
// forwarded itself, and where `from` is not the beginning of every path that the route takes.
void check(const path_rewrite& rewrite, const http::route_pattern& route);

// Replaces `out` by the target that is sent. errc::ambiguous_path for a path with a fault, one that
// does not begin with `from`, and "*"; `out` is then of no use.
core::error_code make_target(const http::target& judged, const path_rewrite& rewrite,
                             std::string& out);

}  // namespace latchkey::edge
