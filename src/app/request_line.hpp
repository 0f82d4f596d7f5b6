// The line of one request in the log, written for each: into a buffer of the caller's. Not for the
// lines of events.
#pragma once

#include "line_text.hpp"

#include <latchkey/http/exchange.hpp>

namespace latchkey::app {

void append_request(line_buffer& out, log_format format, const http::exchange& ended);

}  // namespace latchkey::app
