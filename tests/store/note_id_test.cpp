#include <latchkey/store/note_id.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace latchkey::store {
namespace {

using namespace std::chrono_literals;

constexpr core::wall_time noon{1'700'000'000'123ms};

TEST(note_ids, are_uuids_of_version_7) {
  // 1'700'000'000'123 is 0x018BCFE5687B.
  EXPECT_EQ(make_note_id(noon, 0xFFFF'FFFF'FFFF'FABC, 0x0123'4567'89AB'CDEF),
            "018bcfe5-687b-7abc-8123-456789abcdef");
  EXPECT_EQ(make_note_id(noon, 0, ~std::uint64_t{0}), "018bcfe5-687b-7000-bfff-ffffffffffff");
}

TEST(note_ids, are_in_the_order_of_their_making) {
  std::vector<std::string> made;
  for (int i = 0; i < 300; ++i) {
    made.push_back(make_note_id(noon + i * 1ms, 0xFFF - static_cast<unsigned>(i), 0));
  }
  EXPECT_TRUE(std::is_sorted(made.begin(), made.end()));
}

TEST(note_ids, are_read_back) {
  const auto id = make_note_id(noon, 1, 2);
  const auto bytes = parse_note_id(id);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_text(*bytes), id);
}

TEST(note_ids, have_one_spelling) {
  const std::string id = "018bcfe5-687b-7abc-8123-456789abcdef";
  ASSERT_TRUE(parse_note_id(id));
  for (const auto& other : std::vector<std::string>{
           "",
           "018BCFE5-687B-7ABC-8123-456789ABCDEF",
           "018bcfe5687b7abc8123456789abcdef",
           "{018bcfe5-687b-7abc-8123-456789abcde",
           "018bcfe5-687b-7abc-8123-456789abcdeg",
           "018bcfe5-687b-7abc-8123-456789abcde",
           "018bcfe5-687b-7abc-8123-456789abcdef0",
           "018bcfe5_687b-7abc-8123-456789abcdef",
           "018bcfe5-687b-7abc-81234-56789abcdef",
           std::string{"018bcfe5-687b-7abc-8123-456789abcde\0", 36},
       }) {
    EXPECT_FALSE(parse_note_id(other)) << other;
  }
}

}  // namespace
}  // namespace latchkey::store
