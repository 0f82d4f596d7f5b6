// The forms of a load run's report, made from a sample: no run is needed.
#include "common/page.hpp"
#include "report/chart.hpp"
#include "report/curves.hpp"
#include "report/files.hpp"
#include "report/hdr.hpp"
#include "report/html.hpp"
#include "report/json_report.hpp"
#include "report/versus.hpp"
#include "report/versus_limits.hpp"
#include "sample_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace latchkey::bench::report {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// That HdrHistogram's own tool reads the same from it is tested with real runs, where Node.js is.
TEST(hdr, encodes_in_the_form_of_the_tools) {
  load::histogram made;
  EXPECT_THAT(hdr_encoded(made), StartsWith("HISTFAAA"));
  made.add(std::chrono::microseconds{150});
  const auto one = hdr_encoded(made);
  made.add(std::chrono::hours{2});
  EXPECT_THAT(hdr_encoded(made), AllOf(StartsWith("HISTFAAA"), Not(one)));
}

TEST(hdr, log_has_latency_and_tagged_service_time) {
  const auto text = hdr_log(test::sample_run());
  EXPECT_THAT(text, StartsWith("#[Histogram log format version 1.3]\n"));
  EXPECT_EQ(count_of(text, "HISTFAAA"), 2U);
  EXPECT_THAT(text, HasSubstr("\n0.000,10.000,61.000,HISTFAAA"));
  EXPECT_THAT(text, HasSubstr("\nTag=service,0.000,10.000,18.000,HISTFAAA"));
}

TEST(hdr, percentiles_end_with_the_whole) {
  load::histogram made;
  for (int i = 1; i <= 4; ++i) made.add(std::chrono::milliseconds{i});
  const auto text = hdr_percentiles(made);
  EXPECT_THAT(text, StartsWith("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"));
  EXPECT_THAT(text, HasSubstr("       1.000 0.000000000000          1           1.00\n"));
  EXPECT_THAT(text, HasSubstr("       4.002 1.000000000000          4\n#[Mean    =        2.50"));
  EXPECT_THAT(text, HasSubstr("#[Max     =        4.000, Total count    =            4]\n"));
  EXPECT_THAT(text, HasSubstr("#[Buckets =           32, SubBuckets     =         2048]\n"));
  EXPECT_THAT(hdr_percentiles({}), HasSubstr("Total count    =            0]"));
}

TEST(percentiles, curve_goes_as_far_as_there_are_answers) {
  EXPECT_THAT(curve_of({}), IsEmpty());
  const auto few = curve_of(
      test::sample_histogram(10, std::chrono::microseconds{10}, std::chrono::microseconds{900}));
  EXPECT_EQ(few.front().first, 0);
  EXPECT_EQ(few.back().first, 1);
  EXPECT_NEAR(few.back().second, 0.0009, 1e-6);
  EXPECT_LT(few[few.size() - 2].first, 0.9);
  for (std::size_t i = 1; i < few.size(); ++i) EXPECT_GE(few[i].second, few[i - 1].second);
}

TEST(chart, draws_what_can_be_drawn) {
  chart drawn;
  EXPECT_THAT(svg_of(drawn), IsEmpty());
  drawn.title = "a < b";
  drawn.y = chart::unit::duration;
  drawn.logarithmic = true;
  drawn.curves = {{"one", "one", {{0, 0}, {1, 0.001}, {2, 0}, {3, 0.1}, {4, 0.2}}}};
  drawn.curves.push_back({"odd", "two", {{1, std::numeric_limits<double>::quiet_NaN()}}});
  drawn.events = {{1, "\"x\" & y"}, {99, "after the end"}};
  const auto text = svg_of(drawn);
  EXPECT_THAT(text, AllOf(HasSubstr("a &lt; b"), HasSubstr("&quot;x&quot; &amp; y"),
                          Not(HasSubstr("nan")), Not(HasSubstr("inf")), HasSubstr("100 ms")));
  EXPECT_THAT(text, Not(HasSubstr("after the end")));
  // Two strokes: what lies between them is 0, which has no logarithm.
  EXPECT_EQ(count_of(text, "M"), 2U + 0U);
}

TEST(chart, takes_all_of_a_percentile_curve) {
  chart drawn;
  drawn.x = chart::over::shares;
  drawn.curves = {{"one", "one", {{0, 1}, {0.5, 2}, {0.99, 3}, {1, 4}}}};
  EXPECT_THAT(svg_of(drawn), AllOf(HasSubstr(">99%<"), Not(HasSubstr("99.9%")),
                                   Not(HasSubstr("inf")), Not(HasSubstr("nan"))));
}

TEST(over_time, leaves_out_a_step_that_was_cut_off) {
  auto run = test::plain_sample_run();
  run.timeline.back().length = 0.01;
  const auto made = over_time(run.timeline, "rate", "one", rate_of);
  EXPECT_THAT(made.points, ElementsAre(std::pair{0.5, 12'000.0}, std::pair{1.5, 12'000.0},
                                       std::pair{2.5, 12'000.0}, std::pair{3.5, 12'000.0}));
}

TEST(load_page, stands_alone_and_shows_what_happened) {
  const auto text = to_html(test::sample_run());
  EXPECT_THAT(text,
              AllOf(HasSubstr("<!doctype html>"), Not(HasSubstr("<script")), Not(HasSubstr("src=")),
                    Not(HasSubstr("href=")), Not(HasSubstr("@import"))));
  EXPECT_EQ(count_of(text, "<svg"), 5U);
  EXPECT_THAT(text,
              AllOf(HasSubstr("tokens wrongly refused"), HasSubstr("rotate: key"),
                    HasSubstr("1 x 200"), HasSubstr("A &lt;processor&gt; &amp;"),
                    HasSubstr("https://127.0.0.1:8443/users/me"), Not(HasSubstr("too busy"))));
  auto renewed = test::plain_sample_run();
  EXPECT_THAT(to_html(renewed), Not(HasSubstr("while idle")));
  renewed.ended_idle = 14;
  renewed.repeated = 2;
  renewed.error_kinds = {{"closed", 1}, {"ports_used_up", 3}};
  EXPECT_THAT(to_html(renewed), AllOf(HasSubstr("requests sent again"), HasSubstr("14, 2"),
                                      HasSubstr("<td>closed</td>"),
                                      HasSubstr("ports_used_up (a limit of the load client")));
  auto busy = test::plain_sample_run();
  busy.bottleneck = true;
  EXPECT_THAT(to_html(busy), AllOf(HasSubstr("too busy"), Not(HasSubstr("The provider"))));
  // Nothing was answered: no curve, and no fault either.
  EXPECT_THAT(to_html({}), AllOf(HasSubstr("Load on nothing"), Not(HasSubstr("<svg"))));
}

TEST(saved_run, reads_what_was_written) {
  for (const auto& run : {test::sample_run(), test::plain_sample_run(), run_report{}}) {
    const auto read = read_saved(to_json(run), "a.json");
    EXPECT_EQ(read.name, "a.json");
    EXPECT_EQ(read.answered, run.answered);
    EXPECT_EQ(read.rate, run.asked.rate);
    EXPECT_EQ(read.urls, run.asked.urls);
    EXPECT_EQ(read.timeline.size(), run.timeline.size());
    EXPECT_EQ(read.latency[3].has_value(), run.latency.count() > 0);
    EXPECT_THAT(read.curve, testing::SizeIs(curve_of(run.latency).size()));
    EXPECT_TRUE(read.curve.empty() || read.curve.back().first == 1);
  }
}

std::string with_other(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, text.npos) << what;
  return text.replace(at, what.size(), by);
}

// What another program wrote into it could move the cursor, or fill a table with nonsense.
TEST(saved_run, takes_no_control_characters_and_no_infinities) {
  const auto good = to_json(test::sample_run());
  const auto read =
      read_saved(with_other(good, "\"urls\":[\"", "\"urls\":[\"\\u001b[31m"), "a.json");
  EXPECT_THAT(read.urls.front(), StartsWith("?[31m"));
  const struct {
    const char* instead_of;
    const char* text;
    const char* said;
  } cases[] = {
      {"\"throughput\":", "\"throughput\":1e999,\"was\":",
       "a.json: is not a whole report: \"throughput\" is not a number from 0 on"},
      {"\"throughput\":", "\"throughput\":\"fast\",\"was\":",
       "a.json: is not a whole report: \"throughput\" is not a number from 0 on"},
      {"\"answered\":", "\"answered\":-1,\"was\":",
       "a.json: is not a whole report: \"answered\" is no count"},
      {"\"bottleneck\":", "\"bottleneck\":1,\"was\":",
       "a.json: is not a whole report: \"bottleneck\" is neither true nor false"},
      {"\"timeline\":", "\"timeline\":{},\"was\":",
       "a.json: is not a whole report: \"timeline\" is no list"},
  };
  for (const auto& one : cases) {
    try {
      read_saved(with_other(good, one.instead_of, one.text), "a.json");
      ADD_FAILURE() << one.text;
    } catch (const std::runtime_error& refused) {
      EXPECT_STREQ(refused.what(), one.said);
    }
  }
}

TEST(saved_run, names_what_is_no_report) {
  const auto good = to_json(test::sample_run());
  const struct {
    std::string text;
    const char* said;
  } cases[] = {
      {"", "a.json: is no JSON"},
      {"[1]", "a.json: is no report of latchkey-bench load --json"},
      {"{\"schema\":\"other/1\"}", "a.json: is no report of latchkey-bench load --json"},
      {"{\"schema\":7}", "a.json: is no report"},
      {"{\"schema\":\"latchkey-load-report/1\"}", "a.json: is not a whole report"},
      {good.substr(0, good.size() / 2), "a.json: is no JSON"},
      {std::string(100'000, '['), "a.json: is no JSON"},
  };
  for (const auto& one : cases) {
    try {
      read_saved(one.text, "a.json");
      ADD_FAILURE() << one.text.substr(0, 60);
    } catch (const std::runtime_error& refused) {
      EXPECT_THAT(refused.what(), StartsWith(one.said));
    }
  }
}

TEST(versus, puts_both_side_by_side) {
  const auto a = read_saved(to_json(test::plain_sample_run()), "a.json");
  auto other = test::plain_sample_run();
  other.answered *= 2;
  const auto b = read_saved(to_json(other), "b.json");
  EXPECT_THAT(unlike(a, b), IsEmpty());
  const auto text = versus_text(a, b);
  EXPECT_THAT(text, AllOf(HasSubstr("A  a.json"), HasSubstr("B  b.json"), HasSubstr("24,000  2.00"),
                          Not(HasSubstr("UNLIKE"))));
  EXPECT_EQ(count_of(text, "\n        B "), 7U);
  for (std::size_t at = text.find("latency"); at < text.size();) {
    const auto end = text.find('\n', at);
    EXPECT_LE(end - at, 80U);
    at = end + 1;
  }
  EXPECT_THAT(versus_html(a, b), AllOf(HasSubstr("<svg"), Not(HasSubstr("Unlike"))));
}

TEST(versus, warns_where_the_runs_are_not_alike) {
  const auto a = read_saved(to_json(test::plain_sample_run()), "a.json");
  const auto b = read_saved(to_json(test::sample_run()), "<b>");
  EXPECT_THAT(unlike(a, b),
              testing::IsSupersetOf({"loop: closed loop and open loop, 1000/s",
                                     "connections: 8 and 64", "tokens: none and 4,000 distinct"}));
  EXPECT_THAT(versus_text(a, b), HasSubstr("UNLIKE  loop"));
  EXPECT_THAT(versus_html(a, b), AllOf(HasSubstr("Unlike: loop"), HasSubstr("&lt;b&gt;")));
}

TEST(versus, has_limits_of_its_own) {
  auto slower = test::plain_sample_run();
  slower.latency = {};
  for (int i = 0; i < 100; ++i) slower.latency.add(std::chrono::seconds{1});
  slower.errors = 3;
  slower.answered /= 2;
  const auto a = read_saved(to_json(test::plain_sample_run()), "a");
  const auto b = read_saved(to_json(slower), "b");
  const auto none = read_saved(to_json({}), "none");
  const auto said = [](const saved_run& one, const saved_run& other, std::string_view text) {
    return crossed(one, other, {parse_relative_limit(text)});
  };
  EXPECT_THAT(said(a, b, "p99>1.2x"),
              testing::ElementsAre(StartsWith("p99>1.2x: p99 of B was 1000.000 ms, of A ")));
  EXPECT_THAT(said(a, a, "p99>1.2x"), IsEmpty());
  EXPECT_THAT(said(a, a, "p99>=1x"), testing::SizeIs(1));
  EXPECT_THAT(said(a, b, "throughput<0.9x"), testing::SizeIs(1));
  EXPECT_THAT(said(b, a, "throughput<0.9x"), IsEmpty());
  EXPECT_THAT(said(a, b, "errors>2"), testing::ElementsAre("errors>2: errors of B was 3"));
  EXPECT_THAT(said(a, b, "p50>2s"), IsEmpty());
  EXPECT_THAT(said(a, none, "p99>100x"),
              testing::ElementsAre(testing::HasSubstr("of no answers at all")));
  for (const auto& name : metric_names()) EXPECT_NO_THROW(figure(a, name)) << name;
  for (const std::string_view text : {"p99>1.2", "p99>x", "p99>-1x", "p98>1x", "errors>1msx"}) {
    EXPECT_THROW(parse_relative_limit(text), std::invalid_argument) << text;
  }
  EXPECT_THROW(parse_limit("p99>1.2x"), std::invalid_argument);
}

TEST(versus, of_runs_without_answers_has_no_bars) {
  const auto none = read_saved(to_json({}), "none");
  EXPECT_THAT(versus_text(none, none), Not(HasSubstr("logarithmic")));
  EXPECT_THAT(versus_html(none, none), Not(HasSubstr("<svg")));
}

TEST(files, that_cannot_be_written_are_refused_at_once) {
  file_names names;
  names.html = testing::TempDir() + "no/such/folder/x.html";
  try {
    const files made{names};
    ADD_FAILURE();
  } catch (const std::runtime_error& refused) {
    EXPECT_THAT(refused.what(), AllOf(StartsWith("cannot write "), HasSubstr("No such file")));
  }
  names.html = "/dev/full";
  files full{names};
  EXPECT_THROW(full.write(test::sample_run()), std::runtime_error);
  files none{{}};
  none.write(test::sample_run());
}

TEST(page, escapes_all_that_has_a_meaning) {
  EXPECT_THAT(svg_begin("a<\"b\"", 2, 1.5),
              AllOf(HasSubstr("<figcaption>a&lt;&quot;b&quot;</figcaption>"),
                    HasSubstr("viewBox=\"0 0 2 1.5\"")));
  EXPECT_THAT(titled_table("none", {{"head"}}), IsEmpty());
  EXPECT_THAT(titled_table("t", {{"h"}, {"<"}}), HasSubstr("<th>h</th></tr>\n<tr><td>&lt;</td>"));
}

}  // namespace
}  // namespace latchkey::bench::report
