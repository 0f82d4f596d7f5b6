#include <latchkey/core/hex.hpp>
#include <latchkey/http/fields.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::http {
namespace {

TEST(fields, have_tokens_of_the_characters_of_the_standard) {
  std::string all;
  for (int c = 0; c < 256; ++c) {
    if (is_token_char(static_cast<char>(c))) all += static_cast<char>(c);
  }
  EXPECT_EQ(all, "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
  EXPECT_TRUE(is_token("x-a"));
  for (const auto* text : {"", "a b", "a:", "\"a\"", "\xC3\xA4"})
    EXPECT_FALSE(is_token(text)) << text;
}

TEST(fields, are_trimmed_of_spaces_and_tabs) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim("\ra\n"), "\ra\n");
  EXPECT_EQ(trim("\r a\n", " \r\n"), "a");
}

TEST(fields, are_lists_of_elements) {
  const auto elements = [](std::string_view list, char separator) {
    std::vector<std::string_view> all;
    while (!list.empty()) all.push_back(take_element(list, separator));
    return all;
  };
  using texts = std::vector<std::string_view>;
  EXPECT_EQ(elements("a, b ,,c", ','), (texts{"a", "b", "", "c"}));
  EXPECT_EQ(elements(" a = 1; b", ';'), (texts{"a = 1", "b"}));
  EXPECT_EQ(elements("a,", ','), (texts{"a"}));
  EXPECT_EQ(elements("", ','), texts{});
}

TEST(fields, have_weights) {
  const std::vector<std::pair<std::string_view, double>> cases{
      {"", 1},
      {"q=0", 0},
      {" q=0.000", 0},
      {"q=0.001", 0.001},
      {"Q=0.5", 0.5},
      {"q=1.000", 1},
      {"a=b; q=0.25", 0.25},
      {"level=1", 1},
      {"q = 0.5", 0.5},
      {"q=", 0},
      {"q=x", 0},
      {"q=-1", 0},
      {"q=nan", 0},
      {"q=inf", 0},
      {"q=1.1", 0},
      {"q=0.5.", 0},
      {"q=0.5;q=1", 0.5},
      {"seq=0", 1},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(weight_of(text), expected) << text;
}

TEST(fields, say_that_a_body_is_json) {
  for (const auto* type :
       {"application/json", "APPLICATION/JSON ", "application/json;charset=utf-8",
        "application/json; Charset=\"UTF-8\"", "application/json;"}) {
    EXPECT_TRUE(is_utf8_json(type)) << type;
  }
  for (const auto* type :
       {"", "text/json", "application/jsonp", "application/json, text/plain", "application /json",
        "application/json; charset=latin1", "application/json; charset=utf-8; charset=utf-16",
        "application/json;charset = utf-16", "application/json; charset*=utf-8''utf-7",
        "application/json; charset",
        "application/json;\xA0"
        "charset=utf-7",
        "application/json; \xC2\xA0"
        "charset=utf-7",
        "application/json;\x85"
        "charset=utf-7",
        "application/json; a=b, text/plain", "application/json; a=b, charset=utf-7",
        "application/json; a=\"; charset=utf-7", "application/json;; charset=utf-7",
        "application/json; profile=a; charset=utf-8"}) {
    EXPECT_FALSE(is_utf8_json(type)) << type;
  }
}

TEST(fields, name_entity_tags) {
  const std::string tag = "\"abc\"";
  for (const auto* list :
       {"\"abc\"", "W/\"abc\"", "\"x\",\"abc\"", "\"x\" , \t\"abc\" ", "*", " * "}) {
    EXPECT_TRUE(names_entity_tag(list, tag)) << list;
  }
  for (const auto* list :
       {"", ",", " ", "abc", "\"abcd\"", "w/\"abc\"", "\"x,abc\"", "**", "\"x\", *"}) {
    EXPECT_FALSE(names_entity_tag(list, tag)) << list;
  }
}

TEST(hex_digit, is_read_in_either_case) {
  const std::string_view digits = "0123456789abcdef";
  for (int c = 0; c < 256; ++c) {
    const auto letter = static_cast<char>(c);
    const auto small = letter >= 'A' && letter <= 'F' ? static_cast<char>(letter | 0x20) : letter;
    const auto at = letter == '\0' ? digits.npos : digits.find(small);
    EXPECT_EQ(core::hex_digit(letter), at == digits.npos ? -1 : static_cast<int>(at)) << c;
  }
}

}  // namespace
}  // namespace latchkey::http
