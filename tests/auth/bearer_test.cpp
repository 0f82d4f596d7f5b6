#include <latchkey/auth/bearer.hpp>
#include <latchkey/auth/errc.hpp>

#include <gtest/gtest.h>

namespace latchkey::auth {
namespace {

http::request_head head_of(std::initializer_list<http::field> fields) {
  http::request_head head;
  head.fields = fields;
  return head;
}

TEST(bearer_token, is_found) {
  struct {
    const char* name;
    std::string_view value;
    std::string_view token;
  } const cases[] = {
      {"plain", "Bearer abc", "abc"},
      {"three parts", "Bearer e30.e30.c2ln", "e30.e30.c2ln"},
      {"lower-case scheme", "bearer abc", "abc"},
      {"upper-case scheme", "BEARER abc", "abc"},
      {"all characters of b64token", "Bearer aZ09-._~+/", "aZ09-._~+/"},
      {"padding", "Bearer abc==", "abc=="},
      // 1*SP of RFC 6750 section 2.1.
      {"two spaces", "Bearer  abc", "abc"},
      {"many spaces", "Bearer          abc", "abc"},
  };
  for (const auto& [name, value, token] : cases) {
    const auto head = head_of({{"Host", "a"}, {"Authorization", value}});
    const auto found = bearer_token(head, "");
    ASSERT_TRUE(found.has_value()) << name;
    EXPECT_EQ(*found, token) << name;
    // A view into the head, not of a copy.
    EXPECT_EQ(found->data() + found->size(), value.data() + value.size()) << name;
  }
}

TEST(bearer_text, is_refused_for_all_but_its_characters) {
  const auto text = [](std::string_view value, std::string_view query = "") {
    return bearer_text(head_of({{"Authorization", value}}), query);
  };
  EXPECT_EQ(*text("Bearer abc"), "abc");
  EXPECT_EQ(*text("Bearer a c!"), "a c!");
  EXPECT_EQ(text("Basic abc").error(), errc::no_credentials);
  EXPECT_EQ(text("Bearer").error(), errc::malformed_credentials);
  EXPECT_EQ(text("Bearer\tabc").error(), errc::malformed_credentials);
  EXPECT_EQ(text("Bearer abc", "access_token=b").error(), errc::token_in_two_places);
}

TEST(bearer_token, is_refused) {
  struct {
    const char* name;
    std::string_view value;
    errc expected;
  } const cases[] = {
      {"empty field", "", errc::no_credentials},
      {"basic", "Basic dXNlcjpwYXNz", errc::no_credentials},
      {"dpop", "DPoP abc", errc::no_credentials},
      {"scheme that starts like it", "Bearerx abc", errc::no_credentials},
      {"scheme cut short", "Bear abc", errc::no_credentials},
      {"token without scheme", "abc.def.ghi", errc::no_credentials},
      {"empty token", "Bearer", errc::malformed_credentials},
      {"empty token after a space", "Bearer ", errc::malformed_credentials},
      {"spaces alone", "Bearer    ", errc::malformed_credentials},
      {"tab", "Bearer\tabc", errc::malformed_credentials},
      {"tab after a space", "Bearer \tabc", errc::malformed_credentials},
      {"tab between spaces", "Bearer \t abc", errc::malformed_credentials},
      {"space within", "Bearer abc def", errc::malformed_credentials},
      {"space after", "Bearer abc ", errc::malformed_credentials},
      {"two tokens", "Bearer abc, Bearer def", errc::malformed_credentials},
      {"comma", "Bearer,abc", errc::malformed_credentials},
      {"quotes", "Bearer \"abc\"", errc::malformed_credentials},
      {"parameter", "Bearer token=abc", errc::malformed_credentials},
      {"only padding", "Bearer ==", errc::malformed_credentials},
      {"padding within", "Bearer a=b", errc::malformed_credentials},
      {"byte past ASCII", "Bearer ab\xC3\xA9", errc::malformed_credentials},
      {"control character", "Bearer ab\x01", errc::malformed_credentials},
  };
  for (const auto& [name, value, expected] : cases) {
    const auto found = bearer_token(head_of({{"authorization", value}}), "");
    ASSERT_TRUE(found.has_error()) << name;
    EXPECT_EQ(found.error(), expected) << name << ": " << found.error().message();
  }
}

TEST(bearer_token, is_made_of_token68_alone_wherever_a_byte_stands) {
  const std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
  for (const std::size_t at : {0UL, 1UL, 63UL, 64UL, 100UL, 149UL}) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string token(150, 'x');
      token[at] = static_cast<char>(byte);
      // At the very end it is padding, and a space before all else is one more of those.
      const bool right = allowed.find(token[at]) != allowed.npos ||
                         (token[at] == '=' && at + 1 == token.size()) ||
                         (token[at] == ' ' && at == 0);
      const auto value = "Bearer " + token;
      EXPECT_EQ(bearer_token(head_of({{"authorization", value}}), "").has_value(), right)
          << byte << " at " << at;
    }
  }
}

TEST(bearer_token, is_refused_without_the_field) {
  EXPECT_EQ(bearer_token(head_of({}), "").error(), errc::no_credentials);
  EXPECT_EQ(bearer_token(head_of({{"Proxy-Authorization", "Bearer abc"}}), "").error(),
            errc::no_credentials);
}

TEST(bearer_token, is_refused_when_the_field_comes_twice) {
  struct {
    std::string_view first;
    std::string_view second;
  } const cases[] = {
      {"Bearer abc", "Bearer abc"},
      {"Bearer abc", "Basic dXNlcjpwYXNz"},
      {"Basic dXNlcjpwYXNz", "Bearer abc"},
      {"", "Bearer abc"},
  };
  for (const auto& [first, second] : cases) {
    const auto head = head_of({{"Authorization", first}, {"AUTHORIZATION", second}});
    EXPECT_EQ(bearer_token(head, "").error(), errc::duplicate_authorization) << second;
  }
}

TEST(bearer_token, is_refused_beside_one_in_the_query) {
  const auto with = head_of({{"Authorization", "Bearer abc"}});
  struct {
    std::string_view query;
    bool two_places;
  } const cases[] = {
      {"access_token=abc", true},
      {"access_token", true},
      {"access_token=", true},
      {"a=b&access_token=abc", true},
      {"a=b;access_token=abc", true},
      {"access%5ftoken=abc", true},
      {"%61ccess_token=abc", true},
      {"&&access_token=abc&", true},
      {"", false},
      {"a=access_token", false},
      {"my_access_token=abc", false},
      {"access_token2=abc", false},
      {"access%5token=abc", false},
      {"%", false},
      {"%6", false},
  };
  for (const auto& [query, two_places] : cases) {
    const auto found = bearer_token(with, query);
    EXPECT_EQ(found.has_error(), two_places) << query;
    if (two_places) {
      EXPECT_EQ(found.error(), errc::token_in_two_places) << query;
    }
  }
}

TEST(bearer_token, is_not_taken_from_the_query) {
  EXPECT_EQ(bearer_token(head_of({}), "access_token=abc").error(), errc::no_credentials);
}

}  // namespace
}  // namespace latchkey::auth
