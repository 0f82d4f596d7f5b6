#include <latchkey/core/every_byte.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::core {
namespace {

bool is_small(unsigned char c) {
  return c < 100;
}

TEST(every_byte, finds_the_one_that_fails_wherever_it_stands) {
  EXPECT_TRUE(every_byte("", is_small));
  for (std::size_t size = 1; size < 200; ++size) {
    std::string text(size, '\x07');
    ASSERT_TRUE(every_byte(text, is_small)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      for (const char bad : {'\x64', '\x7f', '\x80', '\xff'}) {
        text[at] = bad;
        ASSERT_FALSE(every_byte(text, is_small)) << size << ' ' << at;
      }
      text[at] = '\x63';
      ASSERT_TRUE(every_byte(text, is_small)) << size << ' ' << at;
    }
  }
}

}  // namespace
}  // namespace latchkey::core
