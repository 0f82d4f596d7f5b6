#include <latchkey/http/response.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::http {
namespace {

std::string text_of(const response& answer) {
  std::string text;
  for (const auto one : answer.fields()) {
    text.append(one.name).append("=").append(one.value).append(";");
  }
  return text;
}

TEST(response_fields, stay_in_their_order_when_one_is_replaced) {
  response made;
  made.add("a", "1").add("b", "2").add("a", "3").add("c", "4").add("a", "5");
  made.set("a", "6");
  EXPECT_EQ(text_of(made), "a=6;b=2;c=4;");
  made.set("c", "");
  EXPECT_EQ(text_of(made), "a=6;b=2;c=;");
  EXPECT_EQ(made.find("c"), "");
  EXPECT_EQ(made.find("d"), std::nullopt);
  EXPECT_EQ(made.find(""), std::nullopt);
}

TEST(response_fields, are_made_of_views_of_themselves) {
  // Each is longer than what there is room for at some time: the text moves while it is read.
  response made;
  made.add("x", "0123456789");
  std::string expected = "0123456789";
  for (int i = 0; i < 10; ++i) {
    made.set("x", *made.find("x"));
    made.add("y", {*made.find("x"), *made.find("x")});
    made.set(made.fields()[0].name, *made.find("y"));
    made.remove_if([](const response::field& one) { return one.name == "y"; });
    expected += expected;
    ASSERT_EQ(made.find("x"), expected);
  }
  EXPECT_EQ(made.fields().size(), 1U);
}

TEST(response_fields, are_taken_off_where_they_stand) {
  response made;
  made.add("a", "1").add("b", "2").add("c", "3");
  made.remove_if([](const response::field& one) { return one.name != "b"; });
  EXPECT_EQ(text_of(made), "b=2;");
  made.remove_if([](const response::field&) { return true; });
  EXPECT_EQ(text_of(made), "");
  EXPECT_EQ(text_of(made.add("d", "4")), "d=4;");
}

TEST(response_fields, go_with_a_copy_and_a_move) {
  response made;
  made.add("name", "value");
  const response copy = made;
  const response moved = std::move(made);
  EXPECT_EQ(text_of(copy), "name=value;");
  EXPECT_EQ(text_of(moved), "name=value;");
}

TEST(response_fields, refuse_a_piece_with_a_control_character) {
  response made;
  EXPECT_THROW(made.add("a", {"1", "\r", "2"}), std::invalid_argument);
  EXPECT_THROW(made.add("a", std::string(100, 'a') + '\n'), std::invalid_argument);
  EXPECT_THROW(made.add("a", std::string(64, '\x7F')), std::invalid_argument);
  EXPECT_EQ(made.fields().size(), 0U);
}

}  // namespace
}  // namespace latchkey::http
