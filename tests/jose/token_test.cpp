#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/token.hpp>

#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <algorithm>
#include <memory_resource>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

using namespace std::string_literals;

std::string with(std::string_view payload) {
  return core::base64url_encode(R"({"alg":"RS256","kid":"k1"})") + '.' +
         core::base64url_encode(payload) + ".AQID";
}

struct refused {
  std::string name;
  std::string payload;
  errc why;
};

const std::vector<refused> refused_payloads{
    {"nothing", "", errc::empty_part},
    {"array", "[1]", errc::payload_not_object},
    {"text", R"("x")", errc::payload_not_object},
    {"null", "null", errc::payload_not_object},
    {"number", "1", errc::payload_not_object},
    {"not_json", "foo", errc::bad_json},
    {"cut_off", "{", errc::bad_json},
    {"trailing_garbage", "{}x", errc::bad_json},
    {"trailing_nul", "{}\0"s, errc::bad_json},
    {"invalid_utf8", "{\"x\":\"\xFF\"}", errc::bad_json},
    {"nan", R"({"x":NaN})", errc::bad_json},
    {"past_double", R"({"exp":1e400})", errc::bad_json},
    {"exp_twice", R"({"exp":1,"exp":2})", errc::duplicate_name},
    {"exp_twice_spelled_differently", R"({"exp":1,"\u0065\u0078\u0070":2})", errc::duplicate_name},
    {"duplicate_below", R"({"realm_access":{"roles":[],"roles":["admin"]}})", errc::duplicate_name},
    {"depth", R"({"a":)" + std::string(16, '[') + std::string(16, ']') + '}', errc::json_too_large},
};

class RefusedPayload : public testing::TestWithParam<refused> {};

TEST_P(RefusedPayload, says_why) {
  const auto parsed = parse_token(with(GetParam().payload));
  ASSERT_TRUE(parsed.has_error());
  EXPECT_EQ(reason(parsed.error()), reason(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(table, RefusedPayload, testing::ValuesIn(refused_payloads),
                         support::case_name);

TEST(Token, gives_what_jws_gives_and_the_claims) {
  const auto text = with(R"({"iss":"me","n":1})");
  const auto parsed = parse_token(text);
  ASSERT_TRUE(parsed) << reason(parsed.error());
  EXPECT_EQ(parsed->algorithm(), "RS256");
  EXPECT_EQ(parsed->kid(), "k1");
  EXPECT_EQ(parsed->signing_input(), text.substr(0, text.rfind('.')));
  EXPECT_EQ(parsed->signature().size(), 3U);
  EXPECT_EQ(parsed->claims().find("n")->integer(), 1);
}

TEST(Token, the_payload_is_the_text_exactly_as_it_was_sent) {
  const auto payload = "{ \"b\" : 1.50,\n\"a\":\"\\u00e9\" }"s;
  const auto parsed = parse_token(with(payload));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->payload(), payload);
}

struct issuer_case {
  std::string name;
  std::string payload;
  std::optional<std::string> issuer;
};

const std::vector<issuer_case> issuers{
    {"text", R"({"iss":"https://idp.example/"})", "https://idp.example/"},
    {"empty", R"({"iss":""})", ""},
    {"absent", "{}", std::nullopt},
    {"null", R"({"iss":null})", std::nullopt},
    {"number", R"({"iss":1})", std::nullopt},
    {"array", R"({"iss":["https://idp.example/"]})", std::nullopt},
};

class Issuers : public testing::TestWithParam<issuer_case> {};

TEST_P(Issuers, are_given_if_they_are_text) {
  const auto parsed = parse_token(with(GetParam().payload));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->issuer(), GetParam().issuer);
}

INSTANTIATE_TEST_SUITE_P(table, Issuers, testing::ValuesIn(issuers), support::case_name);

TEST(Token, can_be_moved_with_its_claims) {
  auto parsed = parse_token(with(R"({"iss":"an issuer that is longer than fourteen characters"})"));
  ASSERT_TRUE(parsed);
  const auto claim = parsed->claims().find("iss");
  const token moved = std::move(*parsed);
  EXPECT_EQ(moved.claims().find("iss")->text()->data(), claim->text()->data());
  EXPECT_EQ(moved.issuer(), "an issuer that is longer than fourteen characters");
}

TEST(Token, a_moved_token_takes_the_place_of_another) {
  auto first = parse_token(with(R"({"iss":"first"})"));
  auto second = parse_token(with(R"({"iss":"second"})"));
  ASSERT_TRUE(first && second);
  *first = std::move(*second);
  EXPECT_EQ(first->issuer(), "second");
}

// Counts what the heap is asked for beyond the block that every token has.
class counting_heap : public std::pmr::memory_resource {
 public:
  counting_heap() : before_{std::pmr::set_default_resource(this)} {}
  ~counting_heap() override { std::pmr::set_default_resource(before_); }
  counting_heap(const counting_heap&) = delete;
  counting_heap& operator=(const counting_heap&) = delete;

  std::size_t max_at_once() const { return most_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    now_ += bytes;
    most_ = std::max(most_, now_);
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* room, std::size_t bytes, std::size_t alignment) override {
    now_ -= bytes;
    std::pmr::new_delete_resource()->deallocate(room, bytes, alignment);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::size_t now_ = 0;
  std::size_t most_ = 0;
  std::pmr::memory_resource* before_;
};

// A token of an ordinary size takes one block of a little more than four KiB, and no other one a
// hundred times as much: not even of the largest size that can be set.
constexpr std::size_t one_block = 4096;

TEST(TokenHeap, an_ordinary_token_needs_no_more_than_its_block) {
  const auto text =
      with(R"({"iss":"https://idp.example/","aud":"account","exp":1795434824,"scope":")" +
           std::string(500, 's') + "\"}");
  const counting_heap heap;
  EXPECT_TRUE(parse_token(text));
  EXPECT_EQ(heap.max_at_once(), 0U);
}

struct burden {
  std::string name;
  std::string unit;
  std::size_t values;
};

const std::vector<burden> burdens{
    {"digits", "0,", 1},
    {"empty_texts", R"("",)", 1},
    {"empty_arrays", "[],", 1},
    {"empty_names", R"({"":0},)", 3},
    {"escapes", R"("\n",)", 1},
    {"nested", "[[[[[[[[[[[[]]]]]]]]]]]],", 12},
    {"long_text_with_escapes", "\"\\n" + std::string(500, 'x') + "\",", 1},
};

// As many of them as fit within the size and the number of values.
std::string heavy(const std::string& start, const burden& load, std::size_t size,
                  std::size_t values) {
  auto text = start + "\"a\":[";
  std::size_t made = 6;
  while (text.size() + load.unit.size() + 3 <= size && made + load.values <= values) {
    text += load.unit;
    made += load.values;
  }
  return text + "0]}";
}

class TokenMemory : public testing::TestWithParam<burden> {};

TEST_P(TokenMemory, is_less_than_a_hundred_times_that_of_an_ordinary_token) {
  constexpr token_limits largest{.bytes = 65'536};
  const auto room = largest.bytes / 4 * 3;
  const auto light = with(R"({"a":1})");
  const auto in_header =
      core::base64url_encode(heavy(R"({"alg":"RS256",)", GetParam(), room - 100, largest.values)) +
      light.substr(light.find('.'));
  const auto in_payload = with(heavy("{", GetParam(), room - 100, largest.values));
  const auto in_both =
      core::base64url_encode(heavy(R"({"alg":"RS256",)", GetParam(), room / 2, largest.values)) +
      '.' + core::base64url_encode(heavy("{", GetParam(), room / 2 - 100, largest.values)) +
      ".AQID";
  for (const auto& text : {in_header, in_payload, in_both}) {
    const counting_heap heap;
    const auto parsed = parse_token(text, largest);
    ASSERT_TRUE(parsed) << reason(parsed.error());
    EXPECT_LT(heap.max_at_once(), 100 * one_block);
  }
}

INSTANTIATE_TEST_SUITE_P(table, TokenMemory, testing::ValuesIn(burdens), support::case_name);

}  // namespace
}  // namespace latchkey::jose
