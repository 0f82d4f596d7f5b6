#include <latchkey/store/note_body.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::store {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(note_bodies, are_read) {
  const std::string rocket = "\xF0\x9F\x9A\x80";
  struct row {
    std::string name;
    std::string json;
    note_content means;
  };
  for (const auto& one : std::vector<row>{
           {"both", R"({"title":"a","text":"b"})", {"a", "b"}},
           {"the text may be left out", R"({"title":"a"})", {"a", ""}},
           {"an empty text", R"({"text":"","title":"a"})", {"a", ""}},
           {"escapes", R"({"title":"\u00e9","text":"\n\t\u0001"})", {"\xC3\xA9", "\n\t\x01"}},
           {"a title of what stands behind the control characters",
            R"({"title":"\u00a0\u0100\u0420"})",
            {"\xC2\xA0\xC4\x80\xD0\xA0", ""}},
           {"a title of 200 characters, not bytes",
            "{\"title\":\"" + repeated(rocket, 200) + "\"}",
            {repeated(rocket, 200), ""}},
           {"the longest text",
            "{\"title\":\"a\",\"text\":\"" + repeated(rocket, 65'536) + "\"}",
            {"a", repeated(rocket, 65'536)}},
       }) {
    const auto read = read_note_body(one.json);
    ASSERT_TRUE(read.has_value()) << one.name;
    EXPECT_EQ(*read, one.means) << one.name;
  }
}

TEST(note_bodies, are_refused_with_their_place) {
  struct row {
    std::string name;
    std::string json;
    std::vector<std::string> place;
    std::string type;
  };
  const auto cut = repeated("\xC3\xA9", 40);
  for (const auto& one : std::vector<row>{
           {"nothing", "", {"body"}, "json_invalid"},
           {"a control character in a title",
            R"({"title":"a\u001b"})",
            {"body", "title"},
            "value_error"},
           {"another one", R"({"title":"a\u007f"})", {"body", "title"}, "value_error"},
           {"one of two bytes", R"({"title":"a\u0080"})", {"body", "title"}, "value_error"},
           {"the last of these", R"({"title":"\u009f"})", {"body", "title"}, "value_error"},
           {"no JSON", "{title:1}", {"body"}, "json_invalid"},
           {"no UTF-8", "{\"title\":\"\xFF\"}", {"body"}, "json_invalid"},
           {"more behind it", R"({"title":"a"} {})", {"body"}, "json_invalid"},
           {"a name twice", R"({"title":"a","title":"b"})", {"body"}, "json_invalid"},
           {"twice, spelled otherwise",
            R"({"title":"a","titl\u0065":"b"})",
            {"body"},
            "json_invalid"},
           {"too deep",
            "{\"title\":" + repeated("[", 9) + repeated("]", 9) + "}",
            {"body"},
            "json_invalid"},
           {"too many members",
            "{\"title\":\"a\"" +
                [] {
                  std::string more;
                  for (int i = 0; i < 20; ++i) more += ",\"m" + std::to_string(i) + "\":1";
                  return more;
                }() +
                "}",
            {"body"},
            "json_invalid"},
           {"an array", "[]", {"body"}, "model_attributes_type"},
           {"null", "null", {"body"}, "model_attributes_type"},
           {"no title", R"({"text":"b"})", {"body", "title"}, "missing"},
           {"a title that is null", R"({"title":null})", {"body", "title"}, "string_type"},
           {"a number", R"({"title":1})", {"body", "title"}, "string_type"},
           {"an empty title", R"({"title":""})", {"body", "title"}, "string_too_short"},
           {"a long title",
            "{\"title\":\"" + repeated("a", 201) + "\"}",
            {"body", "title"},
            "string_too_long"},
           {"a line end in the title", R"({"title":"a\nb"})", {"body", "title"}, "value_error"},
           {"a NUL in the title", R"({"title":"a\u0000b"})", {"body", "title"}, "value_error"},
           {"a NUL in the text",
            R"({"title":"a","text":"\u0000"})",
            {"body", "text"},
            "value_error"},
           {"a text that is an object",
            R"({"title":"a","text":{}})",
            {"body", "text"},
            "string_type"},
           {"a long text",
            "{\"title\":\"a\",\"text\":\"" + repeated("a", 65'537) + "\"}",
            {"body", "text"},
            "string_too_long"},
           {"an unknown member",
            R"({"title":"a","owner":"b"})",
            {"body", "owner"},
            "extra_forbidden"},
           {"another letter case",
            R"({"title":"a","Text":"b"})",
            {"body", "Text"},
            "extra_forbidden"},
           {"a long name, cut within a letter",
            "{\"title\":\"a\",\"x" + cut + "\":1}",
            {"body", "x" + repeated("\xC3\xA9", 31)},
            "extra_forbidden"},
       }) {
    const auto read = read_note_body(one.json);
    ASSERT_TRUE(read.has_error()) << one.name;
    ASSERT_EQ(read.error().size(), 1U) << one.name;
    EXPECT_EQ(read.error()[0].place, one.place) << one.name;
    EXPECT_EQ(read.error()[0].type, one.type) << one.name;
  }
}

TEST(note_bodies, are_told_all_that_is_wrong) {
  const auto read = read_note_body(R"({"title":"","text":1,"id":"x"})");
  ASSERT_TRUE(read.has_error());
  EXPECT_EQ(read.error().size(), 3U);
}

}  // namespace
}  // namespace latchkey::store
