// The version of the library that a program is linked with. Not for what headers it was compiled
// with: no promise is made that those of one version fit the library of another.
#pragma once

#include <string_view>

namespace latchkey::core {

// "0.1.0", as https://semver.org/ reads it.
std::string_view version();

}  // namespace latchkey::core
