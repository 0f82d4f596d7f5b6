#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/path_rules.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::edge {
namespace {

TEST(path_rules, find_what_another_reader_may_take_for_another_path) {
  const struct {
    const char* path;
    const char* what;  // null: nothing is wrong
    std::size_t at;
  } cases[] = {
      {"/", nullptr, 0},
      {"/a/b/", nullptr, 0},
      {"/a;b=c;d/e,f", nullptr, 0},
      {"/a%20b/%7E%C3%A9/100%25", nullptr, 0},
      {"/50%25%20off", nullptr, 0},
      {"/a%25zz", nullptr, 0},
      {"/a%3Fb%23c%3B", nullptr, 0},
      {"/!$&'()*+,=:@-._~", nullptr, 0},
      {"/...;a/.a;b/a..;c", nullptr, 0},
      {"/a;../b;.", nullptr, 0},
      {"/%E9t%E9", nullptr, 0},
      {"/%C0", nullptr, 0},

      {"/a%252Fb", "an encoding of an encoding", 2},
      {"/a%252e", "an encoding of an encoding", 2},
      {"/a%2561", "an encoding of an encoding", 2},
      {"/a%25%32%46", "an encoding of an encoding", 2},
      {"/%20%2541", "an encoding of an encoding", 4},
      {"/a%0d%0ab", "an encoded control character", 2},
      {"/a%09", "an encoded control character", 2},
      {"/a%7F", "an encoded control character", 2},
      {"/a/%c0%af", "an overlong encoding of UTF-8", 3},
      {"/%C0%AE%C0%AE/a", "an overlong encoding of UTF-8", 1},
      {"/%e0%80%af", "an overlong encoding of UTF-8", 1},
      {"/%f0%80%80%af", "an overlong encoding of UTF-8", 1},
      {"/%f8%80%80%80%af", "an overlong encoding of UTF-8", 1},
      {"/%fc%80%80%80%80%af", "an overlong encoding of UTF-8", 1},
      {"/a/..;/b", "an empty, '.' or '..' segment with parameters", 3},
      {"/a/.;x/b", "an empty, '.' or '..' segment with parameters", 3},
      {"/a/;x/b", "an empty, '.' or '..' segment with parameters", 3},
      {"/;", "an empty, '.' or '..' segment with parameters", 1},
      {"/a/%2e%2E;x", "an empty, '.' or '..' segment with parameters", 3},
      {"/a/..%3bx", "an empty, '.' or '..' segment with parameters", 3},
  };
  for (const auto& one : cases) {
    ASSERT_TRUE(http::parse_target(one.path).has_value()) << one.path;
    const auto fault = find_forwarding_fault(one.path);
    EXPECT_EQ(fault.has_value(), one.what != nullptr) << one.path;
    if (!fault || one.what == nullptr) continue;
    EXPECT_EQ(fault->what, one.what) << one.path;
    EXPECT_EQ(fault->at, one.at) << one.path;
  }
}

TEST(path_rules, are_over_those_of_every_target) {
  for (const char* text : {"/a%2Fb", "/a%5cb", "/a%00", "/../a", "/a/%2e%2e/b", "//a", "/a\\b"}) {
    EXPECT_TRUE(http::parse_target(text).has_error()) << text;
  }
}

TEST(path_rules, rewrite_whole_segments_and_nothing_else) {
  const struct {
    const char* name;
    path_rewrite rewrite;
    const char* given;
    const char* sent;  // null: not this path's
  } cases[] = {
      {"nothing", {}, "/api/x?y=z", "/api/x?y=z"},
      {"root", {}, "/", "/"},
      {"empty query", {}, "/a?", "/a?"},
      {"query byte for byte",
       {},
       "/a?%2F..//?;&a=%zz|\"'[]{}^`\\\xC3\xA9",
       "/a?%2F..//?;&a=%zz|\"'[]{}^`\\\xC3\xA9"},
      {"path byte for byte", {}, "/a%7eb;c=%3B/d,e/", "/a%7eb;c=%3B/d,e/"},
      {"stripped", {"/api", ""}, "/api/x?y", "/x?y"},
      {"stripped to the root", {"/api", ""}, "/api", "/"},
      {"stripped to the root, with a slash", {"/api", ""}, "/api/", "/"},
      {"stripped to the root, with a query", {"/api", ""}, "/api?a", "/?a"},
      {"two segments", {"/api/v1", ""}, "/api/v1/x/", "/x/"},
      {"replaced", {"/api", "/v2/b"}, "/api/x", "/v2/b/x"},
      {"replaced alone", {"/api", "/v2"}, "/api", "/v2"},
      {"replaced with a slash", {"/api", "/v2"}, "/api/", "/v2/"},
      {"put in front", {"", "/v2"}, "/x", "/v2/x"},
      {"not a whole segment", {"/api", ""}, "/apis", nullptr},
      {"another case", {"/api", ""}, "/API/x", nullptr},
      {"another spelling", {"/api", ""}, "/%61pi/x", nullptr},
      {"a fault", {"/api", ""}, "/api/%252e", nullptr},
  };
  for (const auto& one : cases) {
    std::string sent = "before";
    const auto error = make_target(http::parse_target(one.given).value(), one.rewrite, sent);
    if (one.sent == nullptr) {
      EXPECT_EQ(error, errc::ambiguous_path) << one.name;
      continue;
    }
    EXPECT_FALSE(error) << one.name;
    EXPECT_EQ(sent, one.sent) << one.name;
  }
  std::string sent;
  EXPECT_EQ(make_target({"*", {}, false}, {}, sent), errc::ambiguous_path);
}

TEST(path_rules, are_checked_at_start) {
  const struct {
    const char* route;
    path_rewrite rewrite;
    bool good;
  } cases[] = {
      {"/api/*", {}, true},
      {"/api/*", {"/api", ""}, true},
      {"/api/v1/*", {"/api", "/v2"}, true},
      {"/api/{id}/x", {"/api", ""}, true},
      {"/api", {"/api", "/x"}, true},
      {"/*", {"", "/x"}, true},
      {"/api/*", {"/ap", ""}, false},
      {"/apis/*", {"/api", ""}, false},
      {"/api/*", {"/api/v1", ""}, false},
      {"/*", {"/api", ""}, false},
      {"/{id}/*", {"/{id}", ""}, false},
      {"/api/*", {"/api/", ""}, false},
      {"/api/*", {"api", ""}, false},
      {"/api/*", {"/api", "/"}, false},
      {"/api/*", {"/api", "x"}, false},
      {"/api/*", {"/api", "/x?y"}, false},
      {"/api/*", {"/api", "/x?"}, false},
      {"/api/*", {"/api", "/../x"}, false},
      {"/api/*", {"/api", "/%2561"}, false},
      {"/api/*", {"/api", "//x"}, false},
  };
  for (const auto& one : cases) {
    const http::route_pattern route{one.route};
    const auto name = std::string{one.route} + " " + one.rewrite.from + " -> " + one.rewrite.to;
    if (one.good) {
      EXPECT_NO_THROW(check(one.rewrite, route)) << name;
    } else {
      EXPECT_THROW(check(one.rewrite, route), std::invalid_argument) << name;
    }
  }
}

}  // namespace
}  // namespace latchkey::edge
