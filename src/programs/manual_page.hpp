// A program's page for man(1), made of its command line: every word of it is one of --help. Not for
// the configuration: that has pages of its own.
#pragma once

#include "command_outline.hpp"

#include <string>
#include <string_view>

namespace latchkey::programs {

// In the language of man(7), of section 1.
std::string manual_page(const command_outline& program, std::string_view version);

}  // namespace latchkey::programs
