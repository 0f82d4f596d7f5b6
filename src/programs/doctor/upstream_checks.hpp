// The way to each address of an upstream, and its health. Not for what is said of the way:
// judge_way.
#pragma once

#include "network_task.hpp"

#include <cstddef>
#include <string>

namespace latchkey::doctor {

// Looks at `url`, one of the addresses of the upstream at `index`; begins a look at each place that
// its name leads to. `with` and `to` outlive these.
async::task<> check_address(common& with, slot& to, std::size_t index, std::string url);

}  // namespace latchkey::doctor
