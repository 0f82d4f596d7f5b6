// Reads one response from a connection into an http1::response_collector. Not for deadlines: those
// are the connection's.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/http1/response_collector.hpp>
#include <latchkey/net/transport.hpp>

#include <cstddef>
#include <optional>

namespace latchkey::client {

// How a connection ended, if that is what `got`, which read_some() gave and which has no bytes,
// says.
std::optional<http1::connection_end> end_of(const core::result<std::size_t>& got);

// Reads until `answer` is whole. The collector's errors, or what the connection reported. Both must
// live until the task ends.
async::task<core::error_code> read_response(net::transport& from,
                                            http1::response_collector& answer);

}  // namespace latchkey::client
