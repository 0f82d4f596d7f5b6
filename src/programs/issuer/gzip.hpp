// Wraps a text as gzip (RFC 1952) in stored, uncompressed blocks, for a fault. Not for compression.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::issuer {

std::string gzip_stored(std::string_view text);

}  // namespace latchkey::issuer
