// A comparison in all its written forms. What is expected of the whole is compared byte by byte:
// programs read the JSON, and people compare pages of different days.
#include "compare/html.hpp"
#include "compare/json.hpp"
#include "compare/markdown.hpp"
#include "compare/tables.hpp"
#include "compare_golden.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::bench::compare {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

comparison sample() {
  comparison made;
  made.started = "2026-01-02T03:04:05Z";
  made.on = {.cpu = "A <cpu> | 1",
             .cores = 2,
             .system = "Linux",
             .compiler = "gcc",
             .openssl = "3.0",
             .latchkey = "0.1.0",
             .optimised = true};
  made.asked.rounds = 2;
  made.asked.seconds = 1;
  made.contenders = {{contender::latchkey, "0.1.0"}, {contender::haproxy, "2.6"}};
  made.left_out = {"nginx is not there: apt-get install nginx-light"};
  workload_figures hot;
  hot.name = part::hot;
  hot.title = "hot: 16 tokens";
  hot.closed[contender::latchkey] = {{20'000, 21'000, 19'000}, {30e-6, 31e-6, 29e-6}, {9e6}, true};
  hot.closed[contender::haproxy] = {{10'000}, {60e-6}, {30e6}, false};
  hot.paced[contender::haproxy] = {7000, {{0.0002}, {0.0011}, 0}, {{0.0004}, {0.0022}, 12}};
  made.workloads.push_back(hot);
  made.handshakes.whole[contender::latchkey] = {3000};
  made.handshakes.whole[contender::haproxy] = {1500};
  made.handshakes.whole_cpu[contender::latchkey] = {300e-6};
  made.handshakes.whole_cpu[contender::haproxy] = {400e-6};
  made.connection_scaling[contender::latchkey] = {{{20'000}, {30e-6}, {}, false},
                                                  {{18'000}, {33e-6}, {}, false}};
  made.connection_scaling[contender::haproxy] = {{{10'000}, {60e-6}, {}, false},
                                                 {{5'000}, {99e-6}, {}, false}};
  made.worker_scaling.push_back({"workers",
                                 {"1 worker", {{20'000}, {30e-6}, {}, false}},
                                 {"2 workers", {{38'000}, {33e-6}, {}, false}}});
  return made;
}

TEST(markdown, has_a_table_for_each_part_that_was_measured) {
  const auto text = markdown_of(sample());
  EXPECT_THAT(text, HasSubstr("### hot: 16 tokens\n\n"
                              "| server | requests/s | server CPU per request, us | resident "
                              "memory, MiB |\n|---|--:|--:|--:|\n"
                              "| latchkey (*) | 20,000 (19,000-21,000) | 30.0 (29.0-31.0) | 8.6 |\n"
                              "| HAProxy | 10,000 | 60.0 | 28.6 |\n"));
  EXPECT_THAT(text, HasSubstr("| HAProxy | 7,000 | 0.40 | 2.20 | 0.20 | 1.10 | 12, 0 |\n"));
  EXPECT_THAT(text, HasSubstr("| hot: CPU per request | 0.50 |\n"));
  EXPECT_THAT(text, HasSubstr("| hot: p99, same rate | 0.50 |\n"));
  EXPECT_THAT(text, HasSubstr("| handshakes/s | 2.00 |\n"));
  EXPECT_THAT(text, HasSubstr("### A request over 64 and over 5,000 connections, hot tokens\n"));
  EXPECT_THAT(text, HasSubstr("| latchkey | 30.0 | 33.0 | 1.10 | 20,000 | 18,000 |\n"));
  EXPECT_THAT(text, HasSubstr("| HAProxy | 60.0 | 99.0 | 1.65 | 10,000 | 5,000 |\n"));
  EXPECT_THAT(text, HasSubstr("| CPU per request, many connections | 0.33 |\n"));
  EXPECT_THAT(text, HasSubstr("| 2 workers | 38,000 | 33.0 | 1.90 | 1.10 |\n"));
  EXPECT_THAT(text, Not(HasSubstr("| memory of an idle connection |")));
}

TEST(markdown, tells_where_how_and_what_is_missing) {
  auto made = sample();
  const auto text = markdown_of(made);
  EXPECT_THAT(text, AllOf(HasSubstr("- A <cpu> \\| 1, 2 cores, Linux; 2026-01-02T03:04:05Z.\n"),
                          HasSubstr("- HAProxy: 2.6.\n"),
                          HasSubstr("- Left out: nginx is not there: apt-get install"),
                          HasSubstr("- Again: latchkey-bench compare --rounds 2 --seconds 1\n"),
                          HasSubstr("(*) The load client could do no more"),
                          Not(HasSubstr("Stopped")), Not(HasSubstr("NOT built"))));
  made.stopped = true;
  made.on.optimised = false;
  EXPECT_THAT(markdown_of(made),
              AllOf(HasSubstr("Stopped before its end"), HasSubstr("NOT built")));
}

// With every figure there is.
comparison whole_sample() {
  auto made = sample();
  workload_figures distinct;
  distinct.name = part::distinct;
  distinct.title = "distinct: 64 tokens";
  distinct.closed[contender::latchkey] = {{9'000, 9'100}, {95e-6, 97.25e-6}, {8e6, 8.5e6}, false};
  distinct.closed[contender::hello] = {{31'000, 31'500}, {21e-6, 20e-6}, {5e6, 5e6}, true};
  distinct.paced[contender::hello] = {
      6300, {{0.0003, 0.0005}, {0.0021, 0.0019}, 3}, {{0.0001}, {0.0007}, 0}};
  made.workloads.push_back(distinct);
  made.contenders.push_back({contender::hello, "Boost 1.81"});
  made.idle_bytes[contender::latchkey] = {11'264, 11'776};
  made.idle_bytes[contender::haproxy] = {30'720};
  return made;
}

TEST(markdown, is_byte_for_byte_what_it_was) {
  EXPECT_EQ(markdown_of(whole_sample()), golden::markdown);
}

TEST(json, is_byte_for_byte_what_it_was) {
  EXPECT_EQ(boost::json::serialize(json_of(whole_sample())), golden::json);
}

TEST(html, is_byte_for_byte_what_it_was) {
  const auto text = html_of(whole_sample());
  EXPECT_EQ(text.substr(text.find("<div class=\"charts\">")), golden::html);
}

TEST(markdown, of_nothing_measured_has_no_tables) {
  comparison made;
  made.contenders = {{contender::latchkey, "0.1.0"}};
  EXPECT_THAT(tables_of(made), IsEmpty());
  EXPECT_THAT(markdown_of(made), Not(HasSubstr("###")));
}

TEST(html, stands_alone_and_shows_bars_for_each_figure) {
  const auto text = html_of(sample());
  EXPECT_THAT(text, AllOf(HasSubstr("<!doctype html>"), HasSubstr("A &lt;cpu&gt; | 1"),
                          HasSubstr("hot: server CPU per request, us"), HasSubstr("<svg"),
                          HasSubstr("<td>30.0 (29.0-31.0)</td>"), Not(HasSubstr("<script")),
                          Not(HasSubstr("src=")), Not(HasSubstr("href="))));
  // The greatest of 60 us fills the room there is, latchkey's 30 us half of it.
  EXPECT_THAT(text, HasSubstr("class=\"other\" x=\"120\" y=\"30.0\" width=\"290.0\""));
  EXPECT_THAT(text, HasSubstr("class=\"own\" x=\"120\" y=\"4.0\" width=\"145.0\""));
}

TEST(json, has_every_round) {
  const auto made = json_of(sample());
  const auto& hot = made.at("workloads").at(0);
  EXPECT_EQ(hot.at("closed_loop").at("latchkey").at("throughput").as_array().size(), 3U);
  EXPECT_EQ(hot.at("open_loop").at("haproxy").at("rate").as_double(), 7000);
  EXPECT_EQ(hot.at("open_loop").at("haproxy").at("other").at("dropped").to_number<int>(), 12);
  EXPECT_EQ(made.at("handshakes").at("haproxy").at(0).as_double(), 1500);
  EXPECT_EQ(made.at("latchkey_alone").at(0).at("settings").at(1).at("title").as_string(),
            "2 workers");
  EXPECT_EQ(made.at("connections").at("haproxy").at("many").at("throughput").at(0).as_double(),
            5000);
  EXPECT_EQ(made.at("left_out").as_array().size(), 1U);
}

}  // namespace
}  // namespace latchkey::bench::compare
