// Says for the log which byte of a refused request head is to blame, and where it stands: a pure
// function. Not for deciding: http1/request_head and http/target do that.
#pragma once

#include <latchkey/core/result.hpp>

#include <string>
#include <string_view>

namespace latchkey::http1 {

// Like "byte 0x7c ('|') at offset 3 of the target: not a character of a path". `bytes` are what has
// come of the head, `error` is why it was refused. Empty where no single byte is to blame. Shows
// nothing else of what was sent.
std::string describe_fault(std::string_view bytes, const core::error_code& error);

}  // namespace latchkey::http1
