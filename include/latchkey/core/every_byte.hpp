// Whether every byte of a text passes a test, for texts as long as tokens. Not for finding the byte
// that does not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace latchkey::core {

// `test` takes an unsigned char, is pure, and should be made of comparisons joined by & and |: then
// compilers look at many bytes with each instruction, since the blocks have a fixed size and no way
// out. True of an empty text.
template <class Test>
bool every_byte(std::string_view text, Test test) {
  constexpr std::size_t block = 64;
  while (text.size() >= block) {
    unsigned char failed = 0;
    for (std::size_t i = 0; i < block; ++i) {
      failed |= static_cast<unsigned char>(!test(static_cast<unsigned char>(text[i])));
    }
    if (failed != 0) return false;
    text.remove_prefix(block);
  }
  return std::all_of(text.begin(), text.end(),
                     [test](char c) { return test(static_cast<unsigned char>(c)); });
}

}  // namespace latchkey::core
