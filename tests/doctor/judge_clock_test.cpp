#include "support/cases.hpp"

#include <doctor/judge_clock.hpp>
#include <gmock/gmock.h>

namespace latchkey::doctor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr core::wall_time noon{seconds{1'795'435'200}};  // 2026-11-23 12:00:00
constexpr const char* noon_text = "Mon, 23 Nov 2026 12:00:00 GMT";

TEST(doctor_clock, dates_are_read_as_servers_write_them) {
  EXPECT_EQ(parse_http_date(noon_text), noon);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), core::wall_time{seconds{784111777}});
  for (const char* const other :
       {"", "Mon, 23 Nov 2026 12:00:00 UTC", "Monday, 23-Nov-26 12:00:00 GMT",
        "Mon Nov 23 12:00:00 2026     ", "Mon, 31 Feb 2026 12:00:00 GMT",
        "Mon, 23 Nov 2026 24:00:00 GMT", "Mon, 23 Nov 2026 12:60:00 GMT",
        "Mon, 23 Non 2026 12:00:00 GMT", "Mon, -3 Nov 2026 12:00:00 GMT",
        "Mon, 23 Nov 2026 12:00:0x GMT", "Mon, 23 Nov 2026 12:-0:00 GMT",
        "Mon, 23 Nov 2026 12:00:00 GMT "}) {
    EXPECT_FALSE(parse_http_date(other)) << other;
  }
}

struct clock_case {
  const char* name;
  const char* date;
  const char* age;
  milliseconds sent;  // from noon, by this machine's clock
  milliseconds received;
  seconds leeway;
  grade state;
  const char* found;
};

const clock_case clocks[] = {
    {"the_same", noon_text, "", milliseconds{0}, milliseconds{100}, seconds{60}, grade::ok,
     "agrees with the provider's"},
    {"within_the_second_that_date_leaves_out", noon_text, "", milliseconds{900}, milliseconds{950},
     seconds{0}, grade::ok, "agrees"},
    {"less_than_a_second_is_not_told_from_chance", noon_text, "", milliseconds{1900},
     milliseconds{1950}, seconds{0}, grade::ok, "agrees"},
    {"two_seconds_ahead_with_no_leeway", noon_text, "", milliseconds{3000}, milliseconds{3000},
     seconds{0}, grade::fault, "this machine is 2 s ahead of the provider; clock_skew allows 0 s"},
    {"written_while_it_waited", noon_text, "", milliseconds{-4000}, milliseconds{0}, seconds{0},
     grade::ok, "agrees"},
    {"ahead_within_the_leeway", noon_text, "", milliseconds{31'000}, milliseconds{31'000},
     seconds{60}, grade::warning, "this machine is 30 s ahead of the provider; clock_skew allows"},
    {"behind_within_the_leeway", noon_text, "", milliseconds{-30'000}, milliseconds{-30'000},
     seconds{60}, grade::warning, "this machine is 30 s behind the provider"},
    {"ahead", noon_text, "", milliseconds{301'000}, milliseconds{301'000}, seconds{60},
     grade::fault, "this machine is 5 minutes ahead of the provider"},
    {"behind", noon_text, "", milliseconds{-61'000}, milliseconds{-61'000}, seconds{60},
     grade::fault, "this machine is 61 s behind the provider"},
    {"hours", noon_text, "", milliseconds{36'000'000}, milliseconds{36'000'000}, seconds{60},
     grade::fault, "this machine is 9 hours ahead of the provider"},
    {"past_what_the_clock_holds", "Fri, 31 Dec 9999 23:59:59 GMT", "999999999", milliseconds{0},
     milliseconds{0}, seconds{60}, grade::fault, "hours behind the provider"},
    {"before_what_the_clock_holds", "Mon, 01 Jan 0001 00:00:00 GMT", "", milliseconds{0},
     milliseconds{0}, seconds{60}, grade::fault, "hours ahead of the provider"},
    {"what_a_cache_has_held", noon_text, "3600", milliseconds{3'600'500}, milliseconds{3'601'000},
     seconds{0}, grade::ok, "agrees"},
    {"an_age_that_is_none", noon_text, "soon", milliseconds{0}, milliseconds{0}, seconds{0},
     grade::ok, "agrees"},
};

class doctor_clock_cases : public testing::TestWithParam<clock_case> {};

TEST_P(doctor_clock_cases, are_told_with_their_direction) {
  const auto& one = GetParam();
  seen_way seen;
  seen.got = reached::answer;
  seen.date = one.date;
  seen.age = one.age;
  seen.sent = noon + one.sent;
  seen.received = noon + one.received;
  const auto made = judge_clock("issuer.0", seen, one.leeway);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->state, one.state) << made->found;
  EXPECT_THAT(made->found, HasSubstr(one.found));
  EXPECT_EQ(made->advice.empty(), one.state == grade::ok);
}

INSTANTIATE_TEST_SUITE_P(all, doctor_clock_cases, testing::ValuesIn(clocks), support::case_name);

TEST(doctor_clock, without_a_date_nothing_is_said) {
  seen_way seen;
  seen.got = reached::answer;
  EXPECT_FALSE(judge_clock("i", seen, seconds{60}));
  seen.date = noon_text;
  EXPECT_TRUE(judge_clock("i", seen, seconds{60}));
  seen.got = reached::server;
  EXPECT_FALSE(judge_clock("i", seen, seconds{60}));
}

}  // namespace
}  // namespace latchkey::doctor
