// What a configuration's key set lacks, in words. Not for keys that are fetched.
#pragma once

#include <latchkey/core/stop.hpp>
#include <latchkey/jose/key_set.hpp>

#include <string>
#include <string_view>

namespace latchkey::app {

// Why the text is no usable key set, with each of its keys and why that is not used (ten of them at
// most); empty where it is one. Checking a key may take half a second: `stopped` is asked before
// each, and none is checked any more once it says so.
std::string key_set_fault(std::string_view text, const jose::key_set_limits& bounds,
                          const core::stop_check& stopped = {});

}  // namespace latchkey::app
