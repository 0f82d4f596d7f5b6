// The span of a request, from what is told at its end. Pure. Not for those of attempts to have it
// answered elsewhere: edge/client_span.
#pragma once

#include <latchkey/http/exchange.hpp>
#include <latchkey/trace/span.hpp>

namespace latchkey::app {

// Of a request that is part of a trace. Without its query, its fields but User-Agent and Host, and
// all that is known of its token.
trace::span server_span(const http::exchange& ended);

// Hands it to where the request's spans go, if it is recorded.
void record_span(const http::exchange& ended);

}  // namespace latchkey::app
