// The body of every request, as --body gives it: a text, a file, or standard input. Not for bodies
// that differ from request to request.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace latchkey::bench::run {

inline constexpr std::size_t max_request_body = std::size_t{64} * 1024 * 1024;

// "@file" is what that file holds, "@-" what comes from standard input to its end, "@@text" the
// text "@text"; anything else is the body itself. `goes_on` is asked while it is waited for input.
// Throws std::runtime_error for what cannot be read and for more than max_request_body, and
// stopped_before where it may not go on.
std::string read_body(const std::string& given, const std::function<bool()>& goes_on);

}  // namespace latchkey::bench::run
