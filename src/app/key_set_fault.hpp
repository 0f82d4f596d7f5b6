// What a configuration's key set lacks, in words. Not for keys that are fetched.
#pragma once

#include <latchkey/jose/key_set.hpp>

#include <string>
#include <string_view>

namespace latchkey::app {

// Why the text is no usable key set, with each of its keys and why that is not used (ten of them at
// most); empty where it is one.
std::string key_set_fault(std::string_view text, const jose::key_set_limits& bounds);

}  // namespace latchkey::app
