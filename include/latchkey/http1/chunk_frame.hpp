// Puts the frame of a chunk (RFC 9112 section 7.1) around bytes where they stand, so that a piece
// of a body is sent without being copied. Not for decoding: http1/chunked.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace latchkey::http1 {

// A buffer for pieces of a body, with room for the frame on both sides. `Size` is at most 1 MiB.
template <std::size_t Size>
class chunk_buffer {
 public:
  char* data() { return room_.data() + before; }
  static constexpr std::size_t size() { return Size; }

  // The first `count` bytes as a chunk; at least one. Valid until the buffer changes.
  std::string_view framed(std::size_t count) {
    std::array<char, before> digits;
    auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), count, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    const auto length = static_cast<std::size_t>(end - digits.data());
    std::memcpy(data() - length, digits.data(), length);
    std::memcpy(data() + count, "\r\n", 2);
    return {data() - length, length + count + 2};
  }

 private:
  static constexpr std::size_t before = 8;
  static_assert(Size <= std::size_t{1} << 20U);
  std::array<char, before + Size + 2> room_;
};

}  // namespace latchkey::http1
