#include "issuer/form.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace latchkey::issuer {
namespace {

using testing::ElementsAre;

TEST(form, reads_names_and_values) {
  const auto read = form::parse("a=1&b=x+y%2Bz&a=2&empty=&bare&&c=%C3%A9");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->get("a"), "1");
  EXPECT_EQ(read->get("b"), "x y+z");
  EXPECT_EQ(read->get("empty"), "");
  EXPECT_EQ(read->get("bare"), "");
  EXPECT_EQ(read->get("absent"), "");
  EXPECT_EQ(read->get("c"), "\xC3\xA9");
  EXPECT_THAT(read->all("a"), ElementsAre("1", "2"));
  EXPECT_TRUE(read->repeats({"b", "a"}));
  EXPECT_FALSE(read->repeats({"b", "c", "absent"}));
}

TEST(form, sees_a_repeated_name_through_its_escapes) {
  const auto read = form::parse("client_id=a&client%5Fid=b");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->repeats({"client_id"}));
}

TEST(form, refuses_malformed_escapes) {
  for (const auto* text : {"a=%", "a=%4", "a=%4g", "%zz=1", "a=1&b=%%41"}) {
    EXPECT_FALSE(form::parse(text)) << text;
  }
}

TEST(form, is_bounded) {
  std::string many;
  for (int i = 0; i < 64; ++i) many += "a=1&";
  EXPECT_TRUE(form::parse(many));
  EXPECT_FALSE(form::parse(many + "b=1"));
  EXPECT_TRUE(form::parse("a=" + std::string(16 * 1024 - 2, 'x')));
  EXPECT_FALSE(form::parse("a=" + std::string(16 * 1024 - 1, 'x')));
}

TEST(form, escapes_so_that_it_reads_back) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  EXPECT_EQ(form_unescaped(form_escaped(every)), every);
  EXPECT_EQ(form_escaped("a b&c=\"d\"~"), "a%20b%26c%3D%22d%22~");
}

}  // namespace
}  // namespace latchkey::issuer
