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
      {"/my-scopes?filter[name]=a|b", "/my-scopes", "filter[name]=a|b"},
      {"/a?{\"x\":`^}\\<>", "/a", "{\"x\":`^}\\<>"},
      {"/a?%", "/a", "%"},
      {"/a?q=%zz", "/a", "q=%zz"},
      {"/a?\xC3\xA9\xFF", "/a", "\xC3\xA9\xFF"},
      {"/a?../%2F//", "/a", "../%2F//"},
  };
  for (const auto& one : cases) {
    const auto parsed = parse_target(one.text);
    ASSERT_TRUE(parsed.has_value()) << one.text;
    EXPECT_EQ(parsed->path, one.path) << one.text;
    EXPECT_EQ(parsed->query, one.query) << one.text;
    EXPECT_EQ(parsed->has_query, std::string_view{one.text}.find('?') != std::string_view::npos)
        << one.text;
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
                                 "/a?b#c",    "/a\"b",   "/<a>",    "/a^b",
                                 "/a?b c",    "/a?b\tc", "/a?\x7F", "/a?\x01",
                                 "/a|b",      "/[a]",    "/a?b\r",  "?a",
                                 "/a/%2E%2e", "/%2e/"}) {
    const auto parsed = parse_target(text);
    ASSERT_TRUE(parsed.has_error()) << text;
    EXPECT_EQ(parsed.error(), errc::bad_target) << text;
  }
}

TEST(target, fault_names_its_place) {
  const struct {
    std::string text;
    std::size_t at;
    const char* what;
  } cases[] = {
      {"notes", 0, "not a path"},
      {"", 0, "not a path"},
      {"/a|b", 2, "not a character of a path"},
      {"/a\xC3\xA9", 2, "not a character of a path"},
      {"/ab%2", 3, "'%' without two hexadecimal digits"},
      {"/ab%2Fc", 3, "an encoded '/', '\\' or NUL"},
      {"/ab//c", 4, "an empty segment"},
      {"/ab/../c", 4, "a '.' or '..' segment"},
      {"/ab/%2e", 4, "a '.' or '..' segment"},
      {"/ab#c", 3, "a fragment"},
      {"/ab?c#d", 5, "a fragment"},
      {"/ab?c d", 5, "a space or a control character"},
      {std::string{"/ab?\0", 5}, 4, "a space or a control character"},
  };
  for (const auto& one : cases) {
    const auto fault = find_fault(one.text);
    ASSERT_TRUE(fault.has_value()) << one.text;
    EXPECT_EQ(fault->at, one.at) << one.text;
    EXPECT_EQ(fault->what, one.what) << one.text;
  }
  EXPECT_FALSE(find_fault("/notes?a=b|c"));
}

core::result<target> parse(const std::string& method, const std::string& text,
                           const std::string& host, bool secure = true) {
  static std::string kept_text;
  static std::string kept_host;
  kept_text = text;
  kept_host = host;
  request_head head;
  head.method = boost::beast::http::string_to_verb(method);
  head.target = kept_text;
  if (!host.empty()) head.fields.push_back({"HOST", kept_host});
  return parse_target(head, secure);
}

TEST(target, in_absolute_form_is_taken_where_it_agrees_with_the_host) {
  const struct {
    const char* text;
    const char* host;
    bool secure;
    const char* path;
    const char* query;
  } cases[] = {
      {"https://localhost/my-scopes", "localhost", true, "/my-scopes", ""},
      {"HTTPS://LocalHost/my-scopes?a|b", "localhost", true, "/my-scopes", "a|b"},
      {"https://localhost:8443/a", "localhost:8443", true, "/a", ""},
      {"https://localhost:443/a", "localhost", true, "/a", ""},
      {"https://localhost/a", "localhost:443", true, "/a", ""},
      {"https://[::1]:8443/a", "[::1]:8443", true, "/a", ""},
      {"https://localhost", "localhost", true, "/", ""},
      {"https://localhost?q=1", "localhost", true, "/", "q=1"},
      {"http://127.0.0.1:9901/livez", "127.0.0.1:9901", false, "/livez", ""},
      {"http://a:80/", "a", false, "/", ""},
      {"/a", "b", true, "/a", ""},
  };
  for (const auto& one : cases) {
    const auto parsed = parse("GET", one.text, one.host, one.secure);
    ASSERT_TRUE(parsed.has_value()) << one.text;
    EXPECT_EQ(parsed->path, one.path) << one.text;
    EXPECT_EQ(parsed->query, one.query) << one.text;
    EXPECT_EQ(parsed->has_query, std::string_view{one.text}.find('?') != std::string_view::npos)
        << one.text;
  }
}

TEST(target, in_absolute_form_is_refused_where_another_place_is_meant) {
  const struct {
    const char* text;
    const char* host;
    bool secure;
  } cases[] = {
      {"https://evil/a", "localhost", true},
      {"http://localhost/a", "localhost", true},
      {"https://localhost/a", "localhost", false},
      {"https://localhost:8443/a", "localhost", true},
      {"https://localhost:80/a", "localhost", true},
      {"https://localhost:/a", "localhost", true},
      {"https://user@localhost/a", "localhost", true},
      {"https://localhost/a", "", true},
      {"https://localhost//a", "localhost", true},
      {"https://localhost/../a", "localhost", true},
      {"https://localhost/a#b", "localhost", true},
      {"https://localhost#b", "localhost", true},
      {"https://localhost?a b", "localhost", true},
      {"https:///a", "localhost", true},
      {"https:/localhost/a", "localhost", true},
      {"//localhost/a", "localhost", true},
      {"ftp://localhost/a", "localhost", true},
      {"localhost:443", "localhost:443", true},
      {"*", "localhost", true},
  };
  for (const auto& one : cases) {
    const auto parsed = parse("GET", one.text, one.host, one.secure);
    ASSERT_TRUE(parsed.has_error()) << one.text;
    EXPECT_EQ(parsed.error(), errc::bad_target) << one.text;
  }
}

TEST(target, of_options_may_be_the_whole_server) {
  EXPECT_EQ(parse("OPTIONS", "*", "a")->path, "*");
  EXPECT_EQ(parse("OPTIONS", "https://a", "a")->path, "*");
  EXPECT_EQ(parse("OPTIONS", "https://a/", "a")->path, "/");
  EXPECT_TRUE(parse("OPTIONS", "*a", "a").has_error());
  EXPECT_TRUE(parse("OPTIONS", "", "a").has_error());
}

TEST(target, of_a_method_in_other_letters_is_none) {
  for (const char* method : {"get", "Post", "dELETE", "connect", "pAtCh", "propfind", "M-search"}) {
    request_head head;
    head.method_text = method;
    head.target = "/a";
    ASSERT_TRUE(parse_target(head, true).has_error()) << method;
    EXPECT_EQ(parse_target(head, true).error(), errc::not_implemented) << method;
  }
  for (const char* method : {"SPECIAL", "gets", "list", "x"}) {
    request_head head;
    head.method_text = method;
    head.target = "/a";
    EXPECT_TRUE(parse_target(head, true)) << method;
  }
}

TEST(target, of_connect_is_none) {
  for (const std::string text : {"a:1", "/a", "*", "https://a/"}) {
    const auto parsed = parse("CONNECT", text, "a");
    ASSERT_TRUE(parsed.has_error()) << text;
    EXPECT_EQ(parsed.error(), errc::not_implemented) << text;
  }
}

}  // namespace
}  // namespace latchkey::http
