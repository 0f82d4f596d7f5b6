#include "edge/made_fields.hpp"

#include <latchkey/edge/claim_headers.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace latchkey::edge {
namespace {

struct value_case {
  const char* name;
  const char* json;  // of the claim
  claim_form form;
  const char* expected;  // null: not sendable
};

core::result<std::string> text_of(std::string_view json, const claim_header& header,
                                  std::size_t most = 4096) {
  std::pmr::monotonic_buffer_resource memory;
  return claim_text(jose::parse_json_view(json, {}, memory).value(), header, most);
}

TEST(claim_text, is_written_in_the_form_asked_for) {
  using enum claim_form;
  const value_case cases[] = {
      {"text", R"("ann")", plain, "ann"},
      {"text with spaces", R"("ann  lee")", plain, "ann  lee"},
      {"odd but visible", R"("a,b;c=\"d\"\\%<>")", plain, "a,b;c=\"d\"\\%<>"},
      {"empty", R"("")", plain, ""},
      {"null", "null", plain, ""},
      {"empty array", "[]", plain, ""},
      {"number", "42", plain, "42"},
      {"negative", "-1", plain, "-1"},
      {"large", "18446744073709551615", plain, "18446744073709551615"},
      {"fraction", "0.1", plain, "0.1"},
      {"whole in fraction", "1.0", plain, "1"},
      {"exponent", "1e3", plain, "1000"},
      {"past 64 bits", "18446744073709551616", plain, nullptr},
      {"past 64 bits, negative", "-9223372036854775809", plain, nullptr},
      {"a large exponent", "1e300", plain, nullptr},
      {"past 64 bits in an array", "[1,123456789012345678901234567890]", plain, nullptr},
      {"past 64 bits in an object", R"({"a":[{"b":123456789012345678901234567890}]})", plain,
       nullptr},
      {"true", "true", plain, "true"},
      {"false", "false", plain, "false"},
      {"array", R"(["a","b c",3,true])", plain, "a,b c,3,true"},
      {"one element", R"(["a"])", plain, "a"},
      {"object", R"({"a":[1,{"b":"\u00e9"}],"c":null})", plain,
       R"({"a":[1,{"b":"\u00e9"}],"c":null})"},
      {"empty object", "{}", plain, "{}"},

      {"line end", R"("a\r\nx: y")", plain, nullptr},
      {"line feed", R"("a\n")", plain, nullptr},
      {"nul", R"("a\u0000")", plain, nullptr},
      {"tab", R"("a\tb")", plain, nullptr},
      {"delete", R"("a\u007f")", plain, nullptr},
      {"not ASCII", R"("Jos\u00e9")", plain, nullptr},
      {"space in front", R"(" a")", plain, nullptr},
      {"space behind", R"("a ")", plain, nullptr},
      {"only a space", R"(" ")", plain, nullptr},
      {"separator in an element", R"(["a,b"])", plain, nullptr},
      {"empty element", R"(["a",""])", plain, nullptr},
      {"null element", R"(["a",null])", plain, nullptr},
      {"array in an array", R"([["a"]])", plain, nullptr},
      {"object in an array", R"([{}])", plain, nullptr},
      {"line end in an element", R"(["a","b\n"])", plain, nullptr},

      {"json text", R"("a\"\\\n\u00e9\ud83d\ude00")", json, R"("a\"\\\u000a\u00e9\ud83d\ude00")"},
      {"json array", R"([ "a,b" , null , [ ] ])", json, R"(["a,b",null,[]])"},
      {"json empty", R"("")", json, ""},
      {"json number", "7", json, "7"},
      {"json past 64 bits", R"([{"a":18446744073709551616}])", json, nullptr},

      {"percent text", R"("Jos\u00e9 a,b\n~%")", percent, "Jos%C3%A9%20a%2Cb%0A~%25"},
      {"percent space in front", R"(" a")", percent, "%20a"},
      {"percent array", R"(["a,b","c",1])", percent, "a%2Cb,c,1"},
      {"percent object", R"({"a":1})", percent, "%7B%22a%22%3A1%7D"},
      {"percent array in an array", R"([[1]])", percent, nullptr},

      {"base64url text", R"("Jos\u00e9")", base64url, "Sm9zw6k"},
      {"base64url past 64 bits", "18446744073709551616", base64url, nullptr},
      {"base64url array", R"(["a"])", base64url, "WyJhIl0"},
  };
  for (const auto& one : cases) {
    const auto made = text_of(one.json, {.name = "x", .claim = "c", .form = one.form});
    if (one.expected == nullptr) {
      ASSERT_TRUE(made.has_error()) << one.name;
      EXPECT_EQ(made.error(), errc::claim_not_sendable) << one.name;
      continue;
    }
    ASSERT_TRUE(made.has_value()) << one.name;
    EXPECT_EQ(*made, one.expected) << one.name;
    EXPECT_TRUE(std::all_of(made->begin(), made->end(), [](char c) {
      return c >= ' ' && c < 0x7F;
    })) << one.name;
  }
}

TEST(claim_text, has_the_separator_asked_for) {
  EXPECT_EQ(*text_of(R"(["a","b,c"])", {.name = "x", .claim = "c", .separator = " "}), "a b,c");
  EXPECT_EQ(*text_of(R"(["a","b"])", {.name = "x", .claim = "c", .separator = ", "}), "a, b");
  // The end of an element and the separator behind it would make one that ends sooner.
  EXPECT_TRUE(text_of(R"(["a,","b"])", {.name = "x", .claim = "c", .separator = ",,"}).has_error());
  EXPECT_TRUE(
      text_of(R"(["a","b, c"])", {.name = "x", .claim = "c", .separator = ", "}).has_error());
}

TEST(claim_text, is_bounded) {
  const std::string json = '"' + std::string(100, 'a') + '"';
  EXPECT_TRUE(text_of(json, {.name = "x", .claim = "c"}, 100).has_value());
  EXPECT_EQ(text_of(json, {.name = "x", .claim = "c"}, 99).error(), errc::claims_too_large);
}

lines added(std::string_view claims, const std::vector<claim_header>& headers,
            std::optional<claim_fault>* fault = nullptr, const claim_limits& limits = {}) {
  field_list out;
  const auto found = add_claims(claims, headers, limits, out);
  if (fault != nullptr) *fault = found;
  return lines_of(out.fields());
}

TEST(add_claims, finds_nested_claims) {
  const std::vector<claim_header> headers = {
      {.name = "x-user", .claim = "sub"},
      {.name = "x-tenant", .claim = "org.id"},
      {.name = "x-roles", .claim = "resource_access.my.client.roles"},
      {.name = "x-dotted", .claim = "https://a.example/team"},
      {.name = "x-absent", .claim = "org.name"},
  };
  EXPECT_THAT(
      added(R"({"sub":"ann","org":{"id":7},"resource_access":{"my.client":{"roles":["r","w"]}},)"
            R"("https://a.example/team":"t"})",
            headers),
      testing::ElementsAre("x-user: ann", "x-tenant: 7", "x-roles: r,w", "x-dotted: t"));
}

TEST(add_claims, names_the_field_at_fault) {
  const std::vector<claim_header> headers = {{.name = "x-a", .claim = "a"},
                                             {.name = "x-b", .claim = "b"}};
  std::optional<claim_fault> fault;
  added(R"({"a":"1","b":"\n"})", headers, &fault);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->error, errc::claim_not_sendable);
  EXPECT_EQ(fault->name, "x-b");
  added(R"({"a":"123","b":"456"})", headers, &fault, {.value = 3, .all = 5});
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->error, errc::claims_too_large);
  EXPECT_EQ(fault->name, "x-b");
  added(R"({"a":"123","b":"456"})", headers, &fault, {.value = 3, .all = 6});
  EXPECT_FALSE(fault);
  added("no JSON", headers, &fault);
  EXPECT_TRUE(fault);
  added("no JSON", {}, &fault);
  EXPECT_FALSE(fault);
}

TEST(claim_key, is_the_claim_or_nothing) {
  const std::string claims =
      R"({"sub":"Jos\u00e9","org":{"id":7},"a":["x"],"none":null,"empty":"","no":false})";
  EXPECT_EQ(claim_key(claims, "sub"), "Jos\xC3\xA9");
  EXPECT_EQ(claim_key(claims, "org.id"), "7");
  EXPECT_EQ(claim_key(claims, "a"), R"(["x"])");
  EXPECT_EQ(claim_key(claims, "no"), "false");
  for (const char* absent : {"none", "empty", "tenant", "org.name"}) {
    EXPECT_EQ(claim_key(claims, absent), std::nullopt) << absent;
  }
  EXPECT_EQ(claim_key("no JSON", "sub"), std::nullopt);
}

// More than the list and the parser have at hand without asking for memory.
TEST(add_claims, takes_large_claims) {
  const std::string text(3000, 'a');
  std::string claims = R"({"a":")" + text + R"(","b":[)";
  for (int i = 0; i < 500; ++i) claims += std::to_string(i) + ",";
  claims += "0]}";
  const auto made = added(claims, {{.name = "x-a", .claim = "a"}, {.name = "x-b", .claim = "b"}});
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0], "x-a: " + text);
  EXPECT_TRUE(made[1].ends_with(",498,499,0"));
}

}  // namespace
}  // namespace latchkey::edge
