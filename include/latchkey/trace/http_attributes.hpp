// What spans of HTTP have in common, by the semantic conventions of OpenTelemetry (HTTP, stable).
// Not for what only one side of an exchange knows: app/server_span, edge/client_span.
#pragma once

#include <latchkey/trace/span.hpp>

#include <string_view>

namespace latchkey::trace {

// http.request.method: one that is not known is _OTHER, and as it came beside it.
void add_method(span& to, std::string_view method);

// The first word of a span's name: the method, or HTTP where it is not known.
std::string_view name_of_method(std::string_view method);

// server.address and server.port from host and port as in a Host field, the port perhaps left out;
// nothing for what is neither a name nor an address.
void add_server(span& to, std::string_view authority, bool secure);

// http.response.status_code; nothing for 0. error.type where it is at least `failed_from`, which
// fails the span: `why`, or the status where that is empty.
void add_status(span& to, unsigned status, unsigned failed_from, std::string_view why);

}  // namespace latchkey::trace
