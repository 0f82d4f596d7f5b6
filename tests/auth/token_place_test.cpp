#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/token_place.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::auth {
namespace {

const std::vector<token_place> places{{.header = "X-Token"},
                                      {.header = "x-scheme", .prefix = "Bearer"},
                                      {.header = "x-mark", .prefix = "jwt:"},
                                      {.header = "x-space", .prefix = "jwt: "},
                                      {.header = "authorization", .prefix = "JWT"},
                                      {.header = "sec-websocket-protocol", .prefix = "bearer"},
                                      {.header = "Sec-WebSocket-Protocol", .prefix = "jwt."},
                                      {.cookie = "session"},
                                      {.cookie = "__Host-s"}};

// The token and where it was found, or the reason.
std::string search(std::vector<http::field> fields, std::string_view query = "") {
  http::request_head head;
  head.fields = std::move(fields);
  const auto found = find_token(head, query, places);
  if (!found) return std::string{reason(static_cast<errc>(found.error().value()))};
  if (found->place == nullptr) return std::string{found->text} + " in authorization";
  return std::string{found->text} + " in " + std::to_string(found->place - places.data());
}

TEST(find_token, looks_at_each_place) {
  const struct {
    std::vector<http::field> fields;
    std::string_view expected;
  } cases[] = {
      {{}, "no_credentials"},
      {{{"authorization", "Bearer abc"}}, "abc in authorization"},
      {{{"authorization", "jwt  abc"}}, "abc in 4"},
      {{{"authorization", "Basic abc"}}, "no_credentials"},
      {{{"authorization", "Bearer"}}, "malformed_credentials"},
      {{{"authorization", "Bearer a b"}, {"x-token", "abc"}}, "malformed_credentials"},
      {{{"authorization", "Basic abc"}, {"x-token", "abc"}}, "abc in 0"},
      // Fields.
      {{{"x-token", "abc"}}, "abc in 0"},
      {{{"X-TOKEN", "abc="}}, "abc= in 0"},
      {{{"x-token", ""}}, "no_credentials"},
      {{{"x-token", "Bearer abc"}}, "malformed_credentials"},
      {{{"x-token", "abc,def"}}, "malformed_credentials"},
      {{{"x-tokens", "abc"}}, "no_credentials"},
      {{{"x-scheme", "bearer abc"}}, "abc in 1"},
      {{{"x-scheme", "Bearer   abc"}}, "abc in 1"},
      {{{"x-scheme", "Bearer\tabc"}}, "no_credentials"},
      {{{"x-scheme", "Bearer \tabc"}}, "malformed_credentials"},
      {{{"x-scheme", "Bearerabc"}}, "no_credentials"},
      {{{"x-scheme", "Bearer"}}, "malformed_credentials"},
      {{{"x-scheme", "abc"}}, "no_credentials"},
      {{{"x-mark", "jwt:abc"}}, "abc in 2"},
      {{{"x-mark", "jwt: abc"}}, "malformed_credentials"},
      {{{"x-mark", "jwt:"}}, "malformed_credentials"},
      {{{"x-mark", "jwt"}}, "no_credentials"},
      {{{"x-space", "jwt: abc"}}, "abc in 3"},
      {{{"x-space", "jwt:abc"}}, "no_credentials"},
      // A list of subprotocols.
      {{{"sec-websocket-protocol", "bearer, abc"}}, "abc in 5"},
      {{{"sec-websocket-protocol", "chat,bearer ,\tabc, v2"}}, "abc in 5"},
      {{{"sec-websocket-protocol", "chat, v2"}}, "no_credentials"},
      {{{"sec-websocket-protocol", "bearer"}}, "malformed_credentials"},
      {{{"sec-websocket-protocol", "bearer,"}}, "malformed_credentials"},
      {{{"sec-websocket-protocol", "Bearer, abc"}}, "no_credentials"},
      {{{"sec-websocket-protocol", "bearer, abc, bearer, def"}}, "token_in_two_places"},
      {{{"sec-websocket-protocol", "chat, jwt.abc"}}, "abc in 6"},
      {{{"sec-websocket-protocol", "chat"}, {"sec-websocket-protocol", "jwt.abc"}}, "abc in 6"},
      {{{"sec-websocket-protocol", "jwt.abc, jwt.abc"}}, "token_in_two_places"},
      {{{"sec-websocket-protocol", "jwt.abc"}, {"sec-websocket-protocol", "jwt.abc"}},
       "token_in_two_places"},
      {{{"sec-websocket-protocol", "jwt.abc, bearer, abc"}}, "token_in_two_places"},
      // Cookies.
      {{{"cookie", "session=abc"}}, "abc in 7"},
      {{{"cookie", "a=b; session=abc;c=d"}}, "abc in 7"},
      {{{"cookie", "a=b;session = abc"}}, "abc in 7"},
      {{{"cookie", "session=abc="}}, "abc= in 7"},
      {{{"cookie", "session="}}, "no_credentials"},
      {{{"cookie", "session"}}, "no_credentials"},
      {{{"cookie", "Session=abc"}}, "no_credentials"},
      {{{"cookie", "xsession=abc; sessions=abc; a=session=abc"}}, "no_credentials"},
      {{{"cookie", "__Host-s=abc"}}, "abc in 8"},
      {{{"cookie", "session=\"abc\""}}, "malformed_credentials"},
      {{{"cookie", "session=abc%20"}}, "malformed_credentials"},
      {{{"cookie", "session=abc, session=def"}}, "malformed_credentials"},
      {{{"cookie", "session=abc; session=abc"}}, "token_in_two_places"},
      {{{"cookie", "session=abc"}, {"cookie", "session=abc"}}, "token_in_two_places"},
      {{{"cookie", "session=abc; __Host-s=abc"}}, "token_in_two_places"},
      {{{"cookie", ";;; =;session=abc;"}}, "abc in 7"},
      // Over all places.
      {{{"authorization", "Bearer abc"}, {"x-token", "abc"}}, "token_in_two_places"},
      {{{"authorization", "Bearer abc"}, {"cookie", "session=abc"}}, "token_in_two_places"},
      {{{"authorization", "JWT abc"}, {"cookie", "session=abc"}}, "token_in_two_places"},
      {{{"x-token", "abc"}, {"X-Token", "def"}}, "token_in_two_places"},
      {{{"x-token", "abc"}, {"x-mark", "jwt:abc"}}, "token_in_two_places"},
      {{{"authorization", "Bearer abc"}, {"x-token", ""}}, "abc in authorization"},
      {{{"authorization", "JWT abc"}, {"authorization", "JWT abc"}}, "duplicate_authorization"},
  };
  for (const auto& [fields, expected] : cases) {
    std::string shown;
    for (const auto& one : fields) shown += std::string{one.name} + ": " + std::string{one.value};
    EXPECT_EQ(search(fields), expected) << shown;
  }
}

TEST(find_token, takes_none_beside_one_in_the_query) {
  EXPECT_EQ(search({{"x-token", "abc"}}, "a=b&access_token=abc"), "token_in_two_places");
  EXPECT_EQ(search({{"cookie", "session=abc"}}, "access%5ftoken"), "token_in_two_places");
  EXPECT_EQ(search({{"x-token", "abc"}}, "a=access_token"), "abc in 0");
  EXPECT_EQ(search({}, "access_token=abc"), "no_credentials");
}

TEST(find_token, without_places_is_bearer_token) {
  http::request_head head;
  head.fields = {{"cookie", "session=abc"}, {"x-token", "abc"}};
  EXPECT_EQ(find_token(head, "", {}).error(), errc::no_credentials);
  head.fields.push_back({"authorization", "Bearer abc"});
  const auto found = find_token(head, "", {});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text, "abc");
  EXPECT_EQ(found->place, nullptr);
}

TEST(overlap, where_one_request_would_carry_two_tokens) {
  struct {
    const char* name;
    token_place a;
    token_place b;
    bool both;
  } const cases[] = {
      {"same cookie", {.cookie = "a"}, {.cookie = "a"}, true},
      {"cookies differ in case", {.cookie = "a"}, {.cookie = "A"}, false},
      {"cookie and header", {.header = "a"}, {.cookie = "a"}, false},
      {"other headers", {.header = "a"}, {.header = "b"}, false},
      {"header in other letters", {.header = "X-A"}, {.header = "x-a"}, true},
      {"whole value and a prefix", {.header = "a"}, {.header = "a", .prefix = "Bearer "}, true},
      {"two words",
       {.header = "a", .prefix = "Token "},
       {.header = "a", .prefix = "Bearer "},
       false},
      {"one word in other letters",
       {.header = "a", .prefix = "bearer"},
       {.header = "a", .prefix = "Bearer "},
       true},
      {"a word that begins another",
       {.header = "a", .prefix = "Tok "},
       {.header = "a", .prefix = "Token "},
       false},
      {"a word and more words",
       {.header = "a", .prefix = "Token"},
       {.header = "a", .prefix = "Token x="},
       true},
      {"no word that begins another",
       {.header = "a", .prefix = "t="},
       {.header = "a", .prefix = "t=x."},
       true},
      {"the bearer's own", bearer_place(), {.header = "Authorization", .prefix = "bearer"}, true},
      {"beside the bearer's",
       bearer_place(),
       {.header = "authorization", .prefix = "Token "},
       false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(overlap(one.a, one.b), one.both) << one.name;
    EXPECT_EQ(overlap(one.b, one.a), one.both) << one.name;
  }
}

}  // namespace
}  // namespace latchkey::auth
