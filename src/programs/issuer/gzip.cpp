#include "issuer/gzip.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <cstdint>

namespace latchkey::issuer {
namespace {

void append_little_endian(std::string& out, std::uint32_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((number >> (8 * i)) & 0xFF);
}

}  // namespace

std::string gzip_stored(std::string_view text) {
  constexpr std::size_t most = 0xFFFF;
  boost::crc_32_type check;
  check.process_bytes(text.data(), text.size());
  // Deflate, no flags, no time, no name, an unknown system.
  std::string out{"\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10};
  auto rest = text;
  do {
    // A stored block (RFC 1951 section 3.2.4).
    const auto size = static_cast<std::uint32_t>(std::min(rest.size(), most));
    out += size == rest.size() ? '\x01' : '\0';
    append_little_endian(out, size, 2);
    append_little_endian(out, ~size, 2);
    out += rest.substr(0, size);
    rest.remove_prefix(size);
  } while (!rest.empty());
  append_little_endian(out, static_cast<std::uint32_t>(check.checksum()), 4);
  append_little_endian(out, static_cast<std::uint32_t>(text.size()), 4);
  return out;
}

}  // namespace latchkey::issuer
