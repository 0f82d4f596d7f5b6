// Whether every byte of a text passes a test, for texts as long as tokens. Not for finding the byte
// that does not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace latchkey::core {

// Of a text that is no shorter than a block of so many bytes.
template <std::size_t Block, class Test>
bool every_block(std::string_view text, Test test) {
  const auto passes = [test](const char* bytes) {
    unsigned char failed = 0;
    for (std::size_t i = 0; i < Block; ++i) {
      failed |= static_cast<unsigned char>(!test(static_cast<unsigned char>(bytes[i])));
    }
    return failed == 0;
  };
  const auto* const last = text.data() + text.size() - Block;
  for (const auto* at = text.data(); at < last; at += Block) {
    if (!passes(at)) return false;
  }
  // What is left, with some bytes before it once more: a block of them all is cheaper than one by
  // one.
  return passes(last);
}

// `test` takes an unsigned char, is pure, and should be made of comparisons joined by & and |: then
// compilers look at many bytes with each instruction, since the blocks have a fixed size and no way
// out. True of an empty text.
template <class Test>
bool every_byte(std::string_view text, Test test) {
  constexpr std::size_t large = 64;
  constexpr std::size_t small = 16;
  if (text.size() >= large) return every_block<large>(text, test);
  if (text.size() >= small) return every_block<small>(text, test);
  return std::all_of(text.begin(), text.end(),
                     [test](char c) { return test(static_cast<unsigned char>(c)); });
}

}  // namespace latchkey::core
