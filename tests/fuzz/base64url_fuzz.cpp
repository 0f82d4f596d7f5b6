// Strict base64url: what is decoded is written back as the very same text, and is the same with and
// without wide instructions.
#include <latchkey/core/base64url.hpp>

#include <fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

using latchkey::fuzz::require;
namespace core = latchkey::core;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  // As small as it may be, so that a sanitizer sees a byte too many.
  std::vector<unsigned char> room(core::base64url_decoded_size(size));
  const auto written = core::base64url_decode(text, room);
  std::vector<unsigned char> other(room.size());
  require(written == core::base64url_decode_portable(text, other),
          "both paths take the same texts");
  if (written) {
    require(room == other, "both paths give the same bytes");
    require(*written == room.size(), "a decoded text fills the room it was said to need");
    require(core::base64url_encode(room) == text, "no two texts decode to the same bytes");
  }
  const auto encoded = core::base64url_encode(text);
  require(core::base64url_decode(encoded) == text, "what is encoded can be decoded");
  return 0;
}
