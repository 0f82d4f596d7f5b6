#include <latchkey/http/errc.hpp>
#include <latchkey/http/target.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::http {
namespace {

struct accepted {
  const char* text;
  const char* path;
  const char* query;
};

TEST(target, accepts_and_splits_at_the_first_question_mark) {
  const accepted cases[] = {
      {"/", "/", ""},
      {"/notes", "/notes", ""},
      {"/notes/", "/notes/", ""},
      {"/notes?a=b?c", "/notes", "a=b?c"},
      {"/notes?", "/notes", ""},
      {"/a%20b", "/a%20b", ""},
      {"/a.b/..c/.d", "/a.b/..c/.d", ""},
      {"/a?x=%2F..%00", "/a", "x=%2F..%00"},
      {"/...", "/...", ""},
  };
  for (const auto& one : cases) {
    const auto parsed = parse_target(one.text);
    ASSERT_TRUE(parsed.has_value()) << one.text;
    EXPECT_EQ(parsed->path, one.path) << one.text;
    EXPECT_EQ(parsed->query, one.query) << one.text;
  }
}

TEST(target, refuses_what_two_readers_could_take_for_different_paths) {
  for (const std::string text : {"",          "*",       "notes",   "http://other/notes",
                                 "host:443",  "//notes", "/a//b",   "/a/../b",
                                 "/..",       "/.",      "/a/.",    "/./a",
                                 "/%2e%2e/a", "/%2E./a", "/a/.%2e", "/a/%2e",
                                 "/a%2Fb",    "/a%2fb",  "/a%5Cb",  "/a%00",
                                 "/a#b",      "/a\\b",   "/a b",    "/a%",
                                 "/a%2",      "/a%zz",   "/a\x7F",  "/\xC3\xA9",
                                 "/a?b#c",    "/a\"b",   "/<a>",    "/a^b"}) {
    const auto parsed = parse_target(text);
    ASSERT_TRUE(parsed.has_error()) << text;
    EXPECT_EQ(parsed.error(), errc::bad_target) << text;
  }
}

}  // namespace
}  // namespace latchkey::http
