// The way to an issuer's keys, the keys, and the metadata beside them, over the network. Not for
// what is said of them: judge_way, judge_keys, judge_clock.
#pragma once

#include "network_task.hpp"

#include <cstddef>

namespace latchkey::doctor {

// Begins what there is to look at of the issuer at `index`; both outlive what it begins.
void check_issuer(common& with, slot& to, std::size_t index);

}  // namespace latchkey::doctor
