#include <latchkey/core/ascii.hpp>

#include <gtest/gtest.h>

namespace latchkey::core {
namespace {

TEST(ascii, controls_are_those_of_c0_and_del) {
  for (int c = 0; c < 256; ++c) {
    EXPECT_EQ(is_control(static_cast<char>(c)), c < 32 || c == 127) << c;
  }
}

TEST(ascii, letters_of_either_case_are_equal_and_nothing_else) {
  EXPECT_TRUE(iequals("Bearer", "bEARER"));
  EXPECT_FALSE(iequals("bearer", "bearer "));
  // The same five bits, other columns.
  EXPECT_FALSE(iequals("[", "{"));
  EXPECT_FALSE(iequals("\xC4", "\xE4"));
  EXPECT_EQ(to_lower("A-Z[\xC4"), "a-z[\xC4");
}

}  // namespace
}  // namespace latchkey::core
