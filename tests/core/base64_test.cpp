#include <latchkey/core/base64.hpp>

#include <gtest/gtest.h>

namespace latchkey::core {
namespace {

// RFC 4648 section 10.
TEST(base64, decodes_what_is_padded) {
  EXPECT_EQ(base64_decode(""), "");
  EXPECT_EQ(base64_decode("Zg=="), "f");
  EXPECT_EQ(base64_decode("Zm8="), "fo");
  EXPECT_EQ(base64_decode("Zm9v"), "foo");
  EXPECT_EQ(base64_decode("Zm9vYg=="), "foob");
  EXPECT_EQ(base64_decode("+/+/"), "\xFB\xFF\xBF");
}

TEST(base64, refuses_every_other_spelling) {
  for (const char* odd :
       {"Zg", "Zg=", "Zg===", "Zm8==", "Z===", "====", "Zh==", "-_-_", "Zm 9", "Zm9v\n", "=Zm9"}) {
    EXPECT_EQ(base64_decode(odd), std::nullopt) << odd;
  }
}

}  // namespace
}  // namespace latchkey::core
