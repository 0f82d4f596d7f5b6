#include "idp_faults/idp_faults.hpp"

#include "harness/issuer_process.hpp"
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/report.hpp"
#include "idp_faults/run_cases.hpp"
#include "load/errc.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace latchkey::bench::idp_faults {
namespace {

using load::sample;
using testing::HasSubstr;

constexpr core::steady_time start{seconds{1000}};

core::steady_time at(milliseconds after) {
  return start + after;
}

TEST(judge, a_fetch_at_once_and_one_for_each_cooldown) {
  EXPECT_EQ(max_fetches(milliseconds{0}, seconds{2}), 1U);
  EXPECT_EQ(max_fetches(milliseconds{1999}, seconds{2}), 1U);
  EXPECT_EQ(max_fetches(seconds{10}, seconds{2}), 6U);
}

TEST(judge, a_tail_may_double) {
  EXPECT_TRUE(tail_holds(milliseconds{4}, milliseconds{8}));
  EXPECT_FALSE(tail_holds(milliseconds{4}, milliseconds{9}));
}

struct refusal_case {
  const char* name;
  std::vector<seen_fetch> fetches;
  bool right;
};

TEST(judge, a_refusal_is_right_only_while_no_fetch_is_permitted) {
  // Published at 10 s, sent at 10.5 s; the cool-down is 1 s, a fetch takes 0.25 s at most.
  const refusal one{at(seconds{10}), at(milliseconds{10'500}), at(milliseconds{10'510})};
  const auto fetch = [](int after, int until) {
    return seen_fetch{at(milliseconds{after}), at(milliseconds{until})};
  };
  const std::vector<refusal_case> cases{
      {"none at all", {}, false},
      {"one long ago", {fetch(9'000, 9'010)}, false},
      {"one at the cool-down's end", {fetch(9'490, 9'500)}, false},
      {"one that may have been within the cool-down", {fetch(9'490, 9'510)}, true},
      {"one shortly before it was published", {fetch(9'900, 9'910)}, true},
      {"one that has brought it", {fetch(10'100, 10'110)}, false},
      {"one before and one that has brought it",
       {fetch(9'900, 9'910), fetch(10'100, 10'110)},
       false},
      {"one that may not have ended", {fetch(10'300, 10'310)}, true},
      {"one that came later", {fetch(10'600, 10'610)}, false},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(rightly_refused(one, each.fetches, seconds{1}, milliseconds{250}), each.right)
        << each.name;
  }
}

sample probe(int sent, unsigned status, unsigned retry_after = 1) {
  sample made;
  made.intended = made.sent = at(milliseconds{sent});
  made.answered = made.sent + milliseconds{2};
  made.status = status;
  if (status == 503 && retry_after != 0) made.retry_after = retry_after;
  if (status == 0) made.error = load::errc::timeout;
  return made;
}

// A fault from 0 to 6 s, keys good for 4 s that may be 1 s old, healed within 1.5 s.
check_result judged(std::vector<sample> probes, bool harmless = false) {
  fault_bounds bounds;
  bounds.harmless = harmless;
  bounds.max_stale = seconds{4};
  bounds.newest_age = seconds{1};
  bounds.heal_within = milliseconds{1500};
  bounds.slack = milliseconds{200};
  const fault_times times{start, start, at(seconds{6})};
  return judge_fault(probes, times, bounds);
}

TEST(judge, a_fault_that_is_borne_as_it_should_be) {
  const auto found = judged({probe(-100, 200), probe(3'900, 200), probe(4'300, 503),
                             probe(5'900, 503), probe(7'000, 503), probe(7'600, 200)});
  EXPECT_TRUE(found.ok) << found.measured;
  EXPECT_EQ(found.measured, "3 x 200, 3 x 503; 503 after 4.3 s, 200 again 1.0 s after healing");
  EXPECT_TRUE(judged({probe(0, 200), probe(5'000, 200)}, true).ok);
}

TEST(judge, a_fault_is_late_by_when_it_is_shown_and_early_by_when_it_was_ordered) {
  fault_bounds bounds;
  bounds.max_stale = seconds{4};
  bounds.newest_age = seconds{1};
  bounds.heal_within = milliseconds{1500};
  bounds.slack = milliseconds{200};
  const fault_times times{start, at(milliseconds{700}), at(seconds{6})};
  const auto judge = [&](std::vector<sample> probes) { return judge_fault(probes, times, bounds); };
  EXPECT_TRUE(judge({probe(0, 200), probe(4'800, 200), probe(5'000, 503), probe(7'000, 200)}).ok);
  EXPECT_FALSE(judge({probe(0, 200), probe(5'000, 200), probe(5'100, 503), probe(7'000, 200)}).ok);
  EXPECT_TRUE(judge({probe(0, 200), probe(3'100, 503), probe(7'000, 200)}).ok);
}

struct fault_case_of_test {
  const char* says;
  std::vector<sample> probes;
  bool harmless = false;
};

TEST(judge, what_may_not_happen_in_a_fault) {
  const std::vector<fault_case_of_test> cases{
      {"a 401", {probe(0, 200), probe(4'500, 503), probe(5'000, 401), probe(7'000, 200)}},
      {"a 500", {probe(0, 500), probe(4'500, 503), probe(7'000, 200)}},
      {"without an answer", {probe(0, 0), probe(4'500, 503), probe(7'000, 200)}},
      {"without Retry-After", {probe(0, 200), probe(4'500, 503, 0), probe(7'000, 200)}},
      {"already 2.50 s after", {probe(0, 200), probe(2'500, 503), probe(7'000, 200)}},
      {"200 still 4.30 s after",
       {probe(0, 200), probe(4'300, 200), probe(4'500, 503), probe(7'000, 200)}},
      {"never 503", {probe(0, 200), probe(4'100, 200), probe(7'000, 200)}},
      {"200 again 1.6 s after",
       {probe(0, 200), probe(4'500, 503), probe(7'600, 503), probe(7'700, 200)}},
      {"still 503", {probe(0, 200), probe(4'500, 503), probe(7'000, 503)}},
      {"a 503", {probe(0, 200), probe(4'500, 503), probe(7'000, 200)}, true},
  };
  for (const auto& each : cases) {
    const auto found = judged(each.probes, each.harmless);
    EXPECT_FALSE(found.ok) << each.says;
    EXPECT_THAT(found.measured, HasSubstr(each.says));
  }
  EXPECT_FALSE(judged({}).ok);
  EXPECT_FALSE(judged({}, true).ok);
}

TEST(report, every_row_and_what_they_come_to) {
  const std::vector<row> rows{{"cold", "one fetch", "1 fetch", true},
                              {"rotation", std::string(60, 'r') + " all", "2 fetches", false}};
  const auto text = text_of(rows, false);
  EXPECT_THAT(text, HasSubstr("cold      one fetch "));
  EXPECT_THAT(text, HasSubstr("FAILED\n"));
  EXPECT_THAT(text, HasSubstr("1 of 2 FAILED."));
  EXPECT_THAT(text_of({rows.data(), 1}, false), HasSubstr("All 1 hold."));
  EXPECT_THAT(text_of({rows.data(), 1}, true), HasSubstr("Stopped"));
  const auto json = json_of(rows, true, false);
  EXPECT_FALSE(json.at("ok").as_bool());
  EXPECT_EQ(json.at("rows").as_array().size(), 2U);
  EXPECT_FALSE(json_of({rows.data(), 1}, true, true).at("ok").as_bool()) << "not all were run";
}

TEST(catalogue, names_are_rows_or_groups) {
  std::set<std::string> names;
  for (const auto& one : catalogue()) EXPECT_TRUE(names.insert(one.name).second) << one.name;
  EXPECT_TRUE(means("fault", "fault:html"));
  EXPECT_TRUE(means("fault:html", "fault:html"));
  EXPECT_TRUE(means("cold", "cold"));
  EXPECT_FALSE(means("cold", "cold-outage"));
  EXPECT_FALSE(means("fault:h", "fault:html"));
  const idp_faults_options known{{"cold", "fault", "fault:slow"}, false, false, false};
  EXPECT_EQ(problem_of(catalogue(), known), "");
  const idp_faults_options unknown{{"cold", "colder"}, false, false, false};
  EXPECT_THAT(problem_of(catalogue(), unknown), HasSubstr("\"colder\""));
}

TEST(provider, the_port_of_a_url) {
  EXPECT_EQ(port_of("http://127.0.0.1:81"), 81);
  EXPECT_EQ(port_of("https://localhost:8443/x"), 8443);
  EXPECT_THROW(port_of("http://localhost/"), std::runtime_error);
  EXPECT_THROW(port_of("http://localhost:123456"), std::runtime_error);
}

}  // namespace
}  // namespace latchkey::bench::idp_faults
