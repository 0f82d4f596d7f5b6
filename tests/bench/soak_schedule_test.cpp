#include "soak/schedule.hpp"
#include "soak/terms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace latchkey::bench::soak {
namespace {

constexpr std::array lanes{lane::keys,   lane::provider, lane::upstream,
                           lane::reload, lane::clients,  lane::tunnels};

std::map<lane, std::vector<event>> by_lane(const std::vector<event>& all) {
  std::map<lane, std::vector<event>> made;
  for (const auto& one : all) made[one.of].push_back(one);
  return made;
}

TEST(soak_schedule, is_that_of_its_seed) {
  const auto made = make_schedule(7, seconds{600});
  EXPECT_EQ(make_schedule(7, seconds{600}), made);
  EXPECT_NE(make_schedule(8, seconds{600}), made);
  EXPECT_NE(make_schedule(7 + (std::uint64_t{1} << 40), seconds{600}), made);
}

TEST(soak_schedule, has_something_of_every_lane_in_a_short_run) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const auto lanes_of = by_lane(make_schedule(seed, seconds{20}));
    EXPECT_EQ(lanes_of.size(), lanes.size()) << seed;
    EXPECT_GE(lanes_of.at(lane::keys).size(), 3U) << seed;
    EXPECT_GE(lanes_of.at(lane::reload).size(), 3U) << seed;
  }
}

TEST(soak_schedule, shows_every_kind_in_ten_minutes) {
  auto lanes_of = by_lane(make_schedule(3, seconds{600}));
  for (const auto one : lanes) {
    std::set<std::string_view> seen;
    for (const auto& event : lanes_of[one]) seen.insert(event.what);
    const auto kinds = kinds_of(one);
    EXPECT_EQ(seen, std::set<std::string_view>(kinds.begin(), kinds.end())) << name_of(one);
  }
}

TEST(soak_schedule, keeps_events_of_a_lane_apart_and_ends_before_the_run) {
  for (const int length : {10, 20, 90, 3600}) {
    const auto all = make_schedule(11, seconds{length});
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                               [](const event& a, const event& b) { return a.at < b.at; }));
    for (const auto& [which, events] : by_lane(all)) {
      auto free_from = milliseconds::min();
      for (const auto& one : events) {
        EXPECT_LE(one.at + one.length, seconds{length} - seconds{2}) << length;
        EXPECT_GE(one.at, free_from) << name_of(which);
        if (which != lane::tunnels) free_from = one.at + one.length + milliseconds{500};
        if (which == lane::provider) free_from = one.at + one.length + key_recovery;
      }
    }
  }
}

// So that keys become too old to be used.
TEST(soak_schedule, has_outages_that_outlast_the_keys) {
  const auto all = make_schedule(1, seconds{600});
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const event& one) {
    return one.of == lane::provider && one.length > max_stale + settle + seconds{1};
  }));
}

TEST(soak_schedule, is_told_in_lines) {
  EXPECT_EQ(text_of({{milliseconds{1'500}, lane::keys, "rotate", {}},
                     {milliseconds{12'345}, lane::provider, "refuse", milliseconds{2'040}}}),
            "    1.500 s  keys      rotate\n"
            "   12.345 s  provider  refuse for 2.0 s\n");
}

}  // namespace
}  // namespace latchkey::bench::soak
