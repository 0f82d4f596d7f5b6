// A text as one word of a shell's command, for commands that people are told. Not for running any.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::core {

// As it is where no shell reads it otherwise; else in single quotes.
std::string shell_word(std::string_view text);

}  // namespace latchkey::core
