#include "support/request.hpp"

#include <latchkey/http/errc.hpp>
#include <latchkey/http/html.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/response.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <system_error>

namespace latchkey::http {
namespace {

TEST(response, replaces_a_field_of_the_same_name) {
  response made;
  made.set("etag", "a").set("etag", "b");
  EXPECT_EQ(support::field_of(made, "etag"), "b");
  EXPECT_EQ(made.fields().size(), 1U);
}

TEST(response, has_fields_of_one_name_beside_one_another) {
  response made;
  made.add("set-cookie", "a=1").add("set-cookie", "b=2").set("vary", "accept");
  ASSERT_EQ(made.fields().size(), 3U);
  EXPECT_EQ(made.fields()[1].value, "b=2");
  EXPECT_EQ(*made.find("set-cookie"), "a=1");
  made.set("set-cookie", "c=3");
  ASSERT_EQ(made.fields().size(), 2U);
  EXPECT_EQ(made.fields()[0].value, "c=3");
  EXPECT_EQ(made.fields()[1].name, "vary");
  EXPECT_THROW(made.add("set-cookie", "a\r\nb: c"), std::invalid_argument);
  EXPECT_EQ(made.fields().size(), 2U);
}

TEST(response, refuses_control_characters_in_values) {
  response made;
  for (const std::string value : {"a\r\nset-cookie: x", "a\nb", "a\x7F"}) {
    EXPECT_THROW(made.set("x", value), std::invalid_argument) << value;
  }
  EXPECT_THROW(made.set("x", std::string("a\0b", 3)), std::invalid_argument);
  EXPECT_NO_THROW(made.set("x", "tab\tand \xC3\xA9"));
}

TEST(problem, maps_each_error_to_one_answer) {
  const std::pair<core::error_code, unsigned> cases[] = {
      {errc::bad_target, 400},
      {errc::bad_body, 400},
      {errc::body_cut_off, 400},
      {errc::body_too_large, 413},
      {errc::body_timeout, 408},
      {boost::system::errc::make_error_code(boost::system::errc::io_error), 500},
  };
  for (const auto& [error, code] : cases) {
    EXPECT_EQ(static_cast<unsigned>(problem(error).code()), code) << error.message();
  }
}

TEST(problem, escapes_its_detail) {
  EXPECT_EQ(support::text_of(problem(status::bad_request, "a \"b\"\n")),
            R"({"detail":"a \"b\"\n"})");
}

TEST(escape_html, leaves_nothing_that_ends_text_or_an_attribute) {
  EXPECT_EQ(escape_html("a<b>&\"c'&amp;"), "a&lt;b&gt;&amp;&quot;c'&amp;amp;");
}

TEST(request_head, finds_fields_without_regard_to_case) {
  support::request asked{verb::get, "/", {{"X-A", "1"}, {"x-a", "2"}, {"Y", "3"}}};
  EXPECT_EQ(asked.head().find("x-A"), "1");
  EXPECT_EQ(asked.head().count("X-a"), 2U);
  EXPECT_EQ(asked.head().find("x"), std::nullopt);
  // Only letters fold: '[' and '{' differ in the same bit.
  EXPECT_FALSE(same_name("[", "{"));
  EXPECT_FALSE(same_name("@", "`"));
}

}  // namespace
}  // namespace latchkey::http
