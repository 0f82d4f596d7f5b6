// The answers to what forwarding refuses and to what goes wrong on the way: the one mapping from
// errors of edge to responses. Not for errors of others.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/response.hpp>

namespace latchkey::edge {

// `{"detail": ...}`, which does not tell a client what its token or the upstream says. 500 for what
// is none of edge::errc.
http::response problem(const core::error_code& error);

}  // namespace latchkey::edge
