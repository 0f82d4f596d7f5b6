// Whether bytes are UTF-8. Not for what characters mean or how they are composed.
#pragma once

#include <string_view>

namespace latchkey::core {

// By shortest forms, without surrogates (RFC 3629 section 4).
bool is_utf8(std::string_view bytes);

}  // namespace latchkey::core
