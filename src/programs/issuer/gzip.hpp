// A text in a gzip envelope (RFC 1952), for a fault: in the envelope it stands as it is. Not for
// making anything smaller.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::issuer {

std::string gzip_stored(std::string_view text);

}  // namespace latchkey::issuer
