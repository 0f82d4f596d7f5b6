// A configuration as TOML that loads to the same again, with every key written out. Not for the
// values of secret keys that are set: those are left out, with a comment in their place.
#pragma once

#include <latchkey/app/config.hpp>

#include <string>

namespace latchkey::app {

std::string to_toml(const config& value);

}  // namespace latchkey::app
