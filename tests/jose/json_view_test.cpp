#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json_view.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <algorithm>
#include <cstdint>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Which texts are taken, and that both readers of JSON agree on them: see json_test.

namespace latchkey::jose {
namespace {

using testing::ElementsAre;

class JsonView : public testing::Test {
 protected:
  json_view read(std::string_view text) {
    const auto view = parse_json_view(text, {}, memory_);
    if (!view) throw std::invalid_argument{std::string{reason(view.error())}};
    return *view;
  }

  std::pmr::monotonic_buffer_resource memory_;
};

TEST_F(JsonView, a_value_is_of_one_kind_only) {
  const auto list = read(R"([null, true, -1, 18446744073709551615, 1.5, "x", [], {}])");
  std::vector<int> answers;
  for (const auto value : list.elements()) {
    answers.push_back(value.boolean().has_value() + value.integer().has_value() * 10 +
                      value.large_integer().has_value() * 100 + value.real().has_value() * 1'000 +
                      value.text().has_value() * 10'000 + value.is_array() * 100'000 +
                      value.is_object() * 1'000'000);
  }
  EXPECT_THAT(answers, ElementsAre(0, 1, 10, 100, 1'000, 10'000, 100'000, 1'000'000));
}

TEST_F(JsonView, only_arrays_have_elements_and_only_objects_members) {
  for (const auto* text : {"null", "1", R"("text")", "[1,2]", R"({"a":1,"b":2})"}) {
    const auto value = read(text);
    const auto elements = value.elements();
    const auto members = value.members();
    EXPECT_EQ(elements.begin() == elements.end(), !value.is_array()) << text;
    EXPECT_EQ(members.begin() == members.end(), !value.is_object()) << text;
    EXPECT_EQ(value.size(), value.is_array() || value.is_object() ? 2U : 0U) << text;
  }
}

TEST_F(JsonView, members_are_found_past_what_lies_between_them) {
  const auto value = read(R"({"a":[1,[2,{"z":3}]],"":{"a":4,"b":5},"b":"6"})");
  EXPECT_EQ(value.find("b")->text(), "6");
  EXPECT_EQ(value.find("")->find("b")->integer(), 5);
  EXPECT_FALSE(value.find("z"));
  EXPECT_FALSE(value.find("a")->find("z"));
  EXPECT_FALSE(value.find("B"));
}

TEST_F(JsonView, a_text_without_escapes_is_where_it_was) {
  const std::string_view text = R"({"name":"value"})";
  const auto member = *read(text).members().begin();
  EXPECT_EQ(member.name.data(), text.data() + 2);
  EXPECT_EQ(member.value.text()->data(), text.data() + 9);
}

TEST_F(JsonView, texts_with_escapes_stay_as_long_as_the_memory) {
  std::string text = "[";
  for (int i = 0; i < 300; ++i) text += "\"\\n" + std::to_string(i) + "\",";
  const auto list = read(text + "\"\\u00e9\"]");
  int i = 0;
  for (const auto element : list.elements()) {
    EXPECT_EQ(element.text(), i == 300 ? "\xC3\xA9" : "\n" + std::to_string(i));
    ++i;
  }
  EXPECT_EQ(i, 301);
}

// The parser gives a long text with escapes in parts, which are put together again.
TEST_F(JsonView, a_text_longer_than_the_parts_it_comes_in_is_whole) {
  const std::string run(10'000, 'x');
  const auto list = read("[\"\\t" + run + "\\n" + run + "\",\"" + run + "\\/\"]");
  const auto elements = list.elements();
  auto at = elements.begin();
  EXPECT_EQ((*at).text(), "\t" + run + "\n" + run);
  EXPECT_EQ((*++at).text(), run + "/");
}

// Counts what it is asked for, and gives nothing back, like the memory of a token.
class counting_resource : public std::pmr::memory_resource {
 public:
  std::size_t allocated() const { return allocated_; }

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    allocated_ += bytes;
    return memory_.allocate(bytes, alignment);
  }
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  std::size_t allocated_ = 0;
  std::pmr::monotonic_buffer_resource memory_;
};

struct burden {
  std::string name;
  std::string unit;  // repeated as often as the limits allow, in an array
  std::size_t values;
  bool escapes = false;
};

const std::vector<burden> burdens{
    {"digits", "0,", 1},
    {"empty_texts", R"("",)", 1},
    {"empty_arrays", "[],", 1},
    {"nested_arrays", "[[[[[[]]]]]],", 6},
    {"objects", R"({"":0},)", 3},
    {"escapes", R"("\n",)", 1, true},
    {"long_text", "\"" + std::string(1000, 'x') + "\",", 1},
    {"white_space", "0," + std::string(1000, ' '), 1},
};

class JsonViewMemory : public testing::TestWithParam<burden> {};

TEST_P(JsonViewMemory, is_bounded_as_promised) {
  const json_limits limits;
  std::string text = "[";
  std::size_t values = 2;  // the array and its last element
  while (text.size() + GetParam().unit.size() + 2 <= limits.bytes &&
         values + GetParam().values <= limits.values) {
    text += GetParam().unit;
    values += GetParam().values;
  }
  text += "0]";
  counting_resource memory;
  ASSERT_TRUE(parse_json_view(text, limits, memory));
  EXPECT_LE(memory.allocated(),
            std::max(2 * text.size() + 128, 64 * values) + (GetParam().escapes ? text.size() : 0));
}

INSTANTIATE_TEST_SUITE_P(table, JsonViewMemory, testing::ValuesIn(burdens), support::case_name);

TEST(JsonViewLimits, hold_before_memory_is_asked_for) {
  counting_resource memory;
  const auto too_long = parse_json_view(std::string(1000, ' '), {.bytes = 999}, memory);
  ASSERT_TRUE(too_long.has_error());
  EXPECT_EQ(reason(too_long.error()), "json_too_large");
  EXPECT_EQ(memory.allocated(), 0U);
}

}  // namespace
}  // namespace latchkey::jose
