// Strict base64 in the standard alphabet with its padding (RFC 4648 section 4), as HTTP's fields
// have it. Not for tokens, whose alphabet is another one: that is base64url.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace latchkey::core {

// Nothing for a character outside the alphabet, padding that is missing or too much, or unused bits
// that are not zero. Of nothing: nothing, an empty string.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace latchkey::core
