// Names to addresses under a deadline. The system's resolver cannot be interrupted, so a late
// answer is left to arrive unheard. Not a cache.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <string>

namespace latchkey::net {

// Runs on the caller's executor. errc::timeout at the deadline, else what the resolver reported. An
// address in `host` is taken as it is.
async::task<core::result<async::tcp_resolver::results_type>> resolve(std::string host,
                                                                     std::string service,
                                                                     core::deadline until);

}  // namespace latchkey::net
