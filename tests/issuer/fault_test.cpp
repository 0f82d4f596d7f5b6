#include "issuer/fault.hpp"

#include "issuer/gzip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::issuer {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::HasSubstr;

fault parsed(std::string_view text) {
  std::string why;
  const auto wanted = parse_fault(text, why);
  EXPECT_TRUE(wanted) << text << ": " << why;
  return wanted.value_or(fault{});
}

fault option(std::string_view text) {
  std::string why;
  const auto wanted = parse_fault_option(text, why);
  EXPECT_TRUE(wanted) << text << ": " << why;
  return wanted.value_or(fault{});
}

TEST(fault_kinds, are_found_by_their_names) {
  std::set<std::string_view> names;
  for (const auto& one : fault_kinds()) {
    EXPECT_EQ(find_kind(one.name), &one);
    EXPECT_NE(one.description, "");
    EXPECT_THAT(kind_names(), HasSubstr(std::string{one.name}));
    names.insert(one.name);
  }
  EXPECT_EQ(names.size(), 29U);
  EXPECT_EQ(find_kind("Slow"), nullptr);
  EXPECT_EQ(find_kind(""), nullptr);
}

TEST(fault, of_every_kind_is_read) {
  for (const auto& one : fault_kinds()) {
    const auto wanted = parsed("{\"kind\":\"" + std::string{one.name} + "\"}");
    EXPECT_EQ(wanted.kind, &one);
    EXPECT_EQ(wanted.document, "jwks");
    EXPECT_EQ(wanted.interval, 400ms);
  }
}

TEST(fault, gets_what_its_kind_needs) {
  EXPECT_EQ(parsed(R"({"kind":"unavailable"})").retry_after, "7");
  EXPECT_EQ(parsed(R"({"kind":"unavailable","retry_after":30})").retry_after, "30");
  EXPECT_EQ(parsed(R"({"kind":"unavailable","retry_after":"soon"})").retry_after, "soon");
  EXPECT_EQ(parsed(R"({"kind":"error"})").retry_after, std::nullopt);
  EXPECT_EQ(parsed(R"({"kind":"slow"})").delay, 1s);
  EXPECT_EQ(parsed(R"({"kind":"slow","delay_ms":0})").delay, 0s);
  EXPECT_EQ(parsed(R"({"kind":"error","delay_ms":20})").delay, 20ms);
  EXPECT_EQ(parsed(R"({"kind":"redirect-self"})").status, 302U);
  EXPECT_EQ(parsed(R"({"status":308,"kind":"redirect-host"})").status, 308U);
  EXPECT_EQ(parsed(R"({"kind":"drip-body","interval_ms":1})").interval, 1ms);
}

TEST(fault, is_refused_where_its_parts_do_not_fit) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {R"({"kind":1})", "\"kind\" must be a string"},
      {R"({"kind":"earthquake"})", "\"kind\" must be one of: not-found, error"},
      {R"({"kind":"slow","body":""})", "\"body\" does not go with \"kind\""},
      {R"({"kind":"slow","hold":false})", "\"hold\" does not go"},
      {R"({"kind":"slow","cut_off":true})", "\"cut_off\" does not go"},
      {R"({"kind":"slow","padding":1})", "\"padding\" does not go"},
      {R"({"kind":"error","status":500})", "\"status\" goes with a redirect"},
      {R"({"kind":"redirect-self","status":200})", "\"status\" goes with a redirect"},
      {R"({"kind":"many-keys","document":"configuration"})", "a fault of the key set"},
      {R"({"kind":"duplicate-kid","document":"configuration"})", "a fault of the key set"},
      {R"({"interval_ms":0})", "\"interval_ms\" must be a whole number from 1"},
      {R"({"retry_after":-1})", "\"retry_after\" must be"},
  };
  for (const auto& [text, expected] : cases) {
    std::string why;
    EXPECT_FALSE(parse_fault(text, why)) << text;
    EXPECT_THAT(why, HasSubstr(expected)) << text;
  }
}

TEST(fault_option, has_the_same_members) {
  EXPECT_EQ(option("refuse").kind, find_kind("refuse"));
  const auto made = option("redirect-host,status=307,location=https://a.example/b?c=d,delay_ms=5");
  EXPECT_EQ(made.kind, find_kind("redirect-host"));
  EXPECT_EQ(made.status, 307U);
  EXPECT_EQ(made.location, "https://a.example/b?c=d");
  EXPECT_EQ(made.delay, 5ms);
  EXPECT_EQ(option("error,document=configuration").document, "configuration");
  EXPECT_EQ(option("unavailable,retry_after=30").retry_after, "30");
}

TEST(fault_option, is_refused_where_it_cannot_be_read) {
  for (const auto* text :
       {"", "Refuse", "status=500", "slow,delay_ms", "slow,=1", "slow,,delay_ms=1",
        "slow,delay_ms=1,delay_ms=2", "slow,kind=error", "slow,delay_ms=1s"}) {
    std::string why;
    EXPECT_FALSE(parse_fault_option(text, why)) << text;
    EXPECT_NE(why, "") << text;
  }
}

TEST(gzip, frames_a_text_that_needs_more_than_one_block) {
  // Header, then a last stored block, its check sum and its size.
  EXPECT_EQ(gzip_stored("abc"),
            "\x1F\x8B\x08\0\0\0\0\0\0\xFF"
            "\x01\x03\0\xFC\xFF"
            "abc"
            "\xC2\x41\x24\x35\x03\0\0\0"s);
  const auto large = gzip_stored(std::string(0x10000, 'a'));
  EXPECT_EQ(large.size(), 10 + 5 + 0xFFFF + 5 + 1 + 8U);
  EXPECT_EQ(large.substr(10, 5), "\0\xFF\xFF\0\0"s);
  EXPECT_EQ(large.substr(10 + 5 + 0xFFFF, 6), "\x01\x01\0\xFE\xFF\x61"s);
  EXPECT_EQ(gzip_stored("").size(), 10 + 5 + 8U);
}

}  // namespace
}  // namespace latchkey::issuer
