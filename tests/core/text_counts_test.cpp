#include <latchkey/core/text_counts.hpp>

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace latchkey::core {
namespace {

std::map<std::string, std::uint64_t> all_of(const text_counts& counts) {
  std::map<std::string, std::uint64_t> all;
  counts.each(
      [&all](std::string_view text, std::uint64_t count) { all[std::string{text}] += count; });
  return all;
}

TEST(text_counts, count_each_text) {
  text_counts counts;
  EXPECT_TRUE(all_of(counts).empty());
  for (int i = 0; i < 3; ++i) counts.add("bad_signature");
  counts.add("token_expired");
  EXPECT_EQ(all_of(counts),
            (std::map<std::string, std::uint64_t>{{"bad_signature", 3}, {"token_expired", 1}}));
}

TEST(text_counts, a_text_in_two_places_is_one_when_it_is_added_up) {
  const std::string first = "same";
  const std::string second = "same";
  text_counts counts;
  counts.add(first);
  counts.add(second);
  EXPECT_EQ(all_of(counts).at("same"), 2U);
}

TEST(text_counts, a_text_and_its_beginning_are_two) {
  const std::string_view whole = "timeout_of_body";
  text_counts counts;
  counts.add(whole);
  counts.add(whole.substr(0, 7));
  EXPECT_EQ(all_of(counts),
            (std::map<std::string, std::uint64_t>{{"timeout", 1}, {"timeout_of_body", 1}}));
}

TEST(text_counts, what_finds_no_room_is_counted_together) {
  std::vector<std::string> many;
  for (std::size_t i = 0; i < 4 * text_counts::capacity; ++i) {
    many.push_back("text " + std::to_string(i) +
                   " of some length, so that it has a place of its own");
  }
  text_counts counts;
  for (const auto& one : many) counts.add(one);
  const auto all = all_of(counts);
  std::uint64_t sum = 0;
  for (const auto& [text, count] : all) sum += count;
  EXPECT_EQ(sum, many.size());
  EXPECT_LE(all.size(), text_counts::capacity + 1);
  EXPECT_GE(all.at("other"), 3 * text_counts::capacity);
}

}  // namespace
}  // namespace latchkey::core
