// Repeats a request until the server answers it as expected, for a server that must first fetch its
// provider's keys. Not for measuring.
#pragma once

#include "load/connection.hpp"
#include "run/workload.hpp"

#include <functional>
#include <string>

namespace latchkey::bench::run {

// The first token of that kind goes to the first URL, again and again, each time over a new
// connection. `waiting` is told the last answer, "503" or "refused", and says whether to go on.
// Returns whether there was an answer that the kind expects.
bool await_right_answer(const workload& what, const token_kind& kind, load::target to,
                        const std::function<bool(const std::string& last)>& waiting);

}  // namespace latchkey::bench::run
