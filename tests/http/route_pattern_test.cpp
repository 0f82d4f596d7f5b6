#include <latchkey/http/route_pattern.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::http {
namespace {

bool takes(const char* pattern, std::string_view path) {
  route_pattern::parameter_list parameters;
  return route_pattern{pattern}.matches(path, parameters);
}

TEST(route_pattern, takes_paths) {
  const struct {
    const char* pattern;
    const char* path;
    bool taken;
  } cases[] = {
      {"/a", "/a", true},
      {"/a", "/a/", false},
      {"/a/", "/a/", true},
      {"/a/*", "/a", true},
      {"/a/*", "/a/", true},
      {"/a/*", "/a/b/c/", true},
      {"/a/*", "/ab", false},
      {"/a/*", "/A/b", false},
      {"/a/*", "/", false},
      {"/*", "/", true},
      {"/*", "/a/b", true},
      {"/{x}/*", "/a", true},
      {"/{x}/*", "/a/b", true},
      {"/{x}/*", "/", false},
      {"/a/{x}", "/a/", false},
      {"/a/{x}/c", "/a/b/c", true},
      {"/a/{x}/c", "/a/b", false},
      {"/a/{x}/c/*", "/a/b/c/d", true},
      {"/a/{x}/c/*", "/a/b", false},
      {"/%40/*", "/%40/b", true},
      {"/%40/*", "/@/b", false},
      {"/a/*", "/a/*", true},
      {"/a", "/b", false},
      {"/a/*", "/a;b/c", false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(takes(one.pattern, one.path), one.taken) << one.pattern << " of " << one.path;
  }
}

TEST(route_pattern, gives_the_parameters_of_a_match_only) {
  using pair = std::pair<std::string_view, std::string_view>;
  const route_pattern pattern{"/{a}/x/{b}/*"};
  route_pattern::parameter_list parameters;
  EXPECT_TRUE(pattern.matches("/1/x/2/3", parameters));
  EXPECT_THAT(parameters, testing::ElementsAre(pair{"a", "1"}, pair{"b", "2"}));
  EXPECT_FALSE(pattern.matches("/1/y/2/3", parameters));
  EXPECT_TRUE(parameters.empty());
}

TEST(route_pattern, knows_its_parts) {
  EXPECT_EQ(route_pattern{"/a/*"}.base(), "/a");
  EXPECT_EQ(route_pattern{"/*"}.base(), "");
  EXPECT_EQ(route_pattern{"/a/{b}"}.base(), "/a/{b}");
  EXPECT_TRUE(route_pattern{"/a"}.is_literal());
  EXPECT_FALSE(route_pattern{"/a/{b}"}.is_literal());
  EXPECT_FALSE(route_pattern{"/a/*"}.is_literal());
  EXPECT_EQ(route_pattern{"/%40%20/*"}.read_plainly().text(), "/@ /*");
}

TEST(route_pattern, is_refused) {
  for (const char* text :
       {"",          "a",          "*",       "/a*",   "/*/a",       "/a/**",   "/a/*/",
        "/*x",       "/a;b/*",     "/a/../*", "/a//*", "//*",        "/a?b/*",  "/a%2Fb/*",
        "/{x}/../b", "/{x}/a b",   "/{x}y",   "/{}",   "/{x}/{x}/*", "/a/{x*}", "/adm%69n",
        "/%41/*",    "/{x}/a%7Eb", "/a%2Db",  "/a%5F"}) {
    EXPECT_THROW(route_pattern{text}, std::invalid_argument) << text;
  }
}

TEST(route_pattern, relates_to_another) {
  using enum path_relation;
  const struct {
    const char* a;
    const char* b;
    path_relation expected;
    bool a_first;  // a is the more specific one
  } cases[] = {
      {"/a", "/a", same, false},
      {"/a", "/b", apart, true},
      {"/a", "/a/", apart, false},
      {"/a", "/a/*", within, true},
      {"/a/", "/a/*", within, true},
      {"/a/b/*", "/a/*", within, true},
      {"/a/*", "/*", within, true},
      {"/a/*", "/b/*", apart, true},
      {"/a/*", "/ab/*", apart, true},
      {"/{x}", "/{y}", same, false},
      {"/{x}/*", "/{y}/*", same, false},
      {"/a", "/{x}", within, true},
      {"/{x}", "/*", within, true},
      {"/{x}", "/{x}/*", within, true},
      {"/a/{x}", "/{y}/b", crossing, true},
      {"/a/*", "/{x}/b", crossing, true},
      {"/a/*", "/{x}/*", within, true},
      {"/a/*", "/{x}", crossing, true},
      {"/a/b/*", "/{x}", apart, true},
      {"/a/b", "/a/{x}", within, true},
      {"/a/", "/a/{x}", apart, true},
      {"/", "/*", within, true},
  };
  for (const auto& one : cases) {
    const route_pattern a{one.a};
    const route_pattern b{one.b};
    EXPECT_EQ(relate(a, b), one.expected) << one.a << " and " << one.b;
    const auto back = one.expected == within ? around : one.expected;
    EXPECT_EQ(relate(b, a), back) << one.b << " and " << one.a;
    if (one.expected != apart) {
      EXPECT_EQ(is_more_specific(a, b), one.a_first) << one.a << " and " << one.b;
      EXPECT_FALSE(is_more_specific(b, a)) << one.b << " and " << one.a;
    }
  }
}

TEST(plain_path, is_what_another_reader_sees) {
  const struct {
    const char* path;
    const char* decoded;
    const char* without;
  } cases[] = {
      {"/a/b", "/a/b", "/a/b"},
      {"/%61%2e", "/a.", "/a."},
      {"/%2561", "/%61", "/%61"},
      {"/a;b=c/d", "/a;b=c/d", "/a/d"},
      {"/a%3Bb/d;", "/a;b/d;", "/a/d"},
      {"/;a/b", "/;a/b", "//b"},
      {"/a%", "/a%", "/a%"},
      {"/a;%zz/b", "/a;%zz/b", "/a/b"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(plain_path(one.path, false), one.decoded) << one.path;
    EXPECT_EQ(plain_path(one.path, true), one.without) << one.path;
  }
}

}  // namespace
}  // namespace latchkey::http
