#include <latchkey/core/base64url.hpp>
#include <latchkey/store/cursor.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::store {
namespace {

const std::string id = "018bcfe5-687b-7abc-8123-456789abcdef";

TEST(cursors, name_a_place_and_are_read_back) {
  const auto cursor = make_cursor(id);
  EXPECT_EQ(cursor, "AQGLz-Voe3q8gSNFZ4mrze8");
  EXPECT_EQ(read_cursor(cursor), id);
  EXPECT_THROW(make_cursor("note 1"), std::invalid_argument);
}

TEST(cursors, are_nothing_else) {
  const auto good = make_cursor(id);
  auto other_form = core::base64url_decode(good).value();
  other_form[0] = 2;
  for (const auto& text : {std::string{}, std::string{"x"}, id, good + "A", good.substr(1),
                           good + "=", core::base64url_encode(other_form),
                           core::base64url_encode(std::string(16, '\1')), std::string(1000, 'A')}) {
    EXPECT_FALSE(read_cursor(text)) << text;
  }
}

TEST(page_queries, are_read) {
  struct row {
    std::string name;
    std::string query;
    page_query means;
  };
  const auto cursor = make_cursor(id);
  for (const auto& one : std::vector<row>{
           {"nothing", "", {20, ""}},
           {"a limit", "limit=1", {1, ""}},
           {"the largest", "limit=100", {100, ""}},
           {"leading zeros", "limit=007", {7, ""}},
           {"a cursor", "after=" + cursor, {20, id}},
           {"both", "after=" + cursor + "&limit=3", {3, id}},
           {"encoded", "%6cimit=%31%30", {10, ""}},
           {"empty parts", "&&limit=5&", {5, ""}},
       }) {
    const auto read = read_page_query(one.query);
    ASSERT_TRUE(read.has_value()) << one.name;
    EXPECT_EQ(*read, one.means) << one.name;
  }
}

TEST(page_queries, are_refused_with_their_place) {
  struct row {
    std::string query;
    std::string place;
    std::string type;
  };
  for (const auto& one : std::vector<row>{
           {"limit=0", "limit", "greater_than_equal"},
           {"limit=101", "limit", "less_than_equal"},
           {"limit=99999999999999999999999", "limit", "less_than_equal"},
           {"limit=-1", "limit", "int_parsing"},
           {"limit=", "limit", "int_parsing"},
           {"limit", "limit", "int_parsing"},
           {"limit=1x", "limit", "int_parsing"},
           {"limit=+1", "limit", "int_parsing"},
           {"limit=1.0", "limit", "int_parsing"},
           {"limit=1&limit=1", "limit", "value_error"},
           {"after=", "after", "value_error"},
           {"after=abc", "after", "value_error"},
           {"after=" + make_cursor(id) + "&after=" + make_cursor(id), "after", "value_error"},
           {"Limit=1", "Limit", "extra_forbidden"},
           {"offset=3", "offset", "extra_forbidden"},
           {"=3", "", "extra_forbidden"},
           {"limit=%3", "limit", "value_error"},
           {"limit=%zz", "limit", "value_error"},
           {"a%0ab%ff=1", "a?b?", "extra_forbidden"},
       }) {
    const auto read = read_page_query(one.query);
    ASSERT_TRUE(read.has_error()) << one.query;
    ASSERT_EQ(read.error().size(), 1U) << one.query;
    const std::vector<std::string> place{"query", one.place};
    EXPECT_EQ(read.error()[0].place, place) << one.query;
    EXPECT_EQ(read.error()[0].type, one.type) << one.query;
  }
}

TEST(page_queries, are_told_all_that_is_wrong) {
  const auto read = read_page_query("limit=0&after=x&page=2");
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().size(), 3U);
  EXPECT_THROW(read.value(), std::invalid_argument);
}

}  // namespace
}  // namespace latchkey::store
