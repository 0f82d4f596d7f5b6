#include <latchkey/app/metrics_text.hpp>

#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <array>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

TEST(MetricsText, begins_empty) {
  EXPECT_EQ(metrics_text{}.text(), "");
}

TEST(MetricsText, writes_families_in_order) {
  metrics_text page;
  page.counter("a_total", "How many a.");
  page.sample(3U);
  page.gauge("b", "How much b.");
  const std::array red{metric_label{"colour", "red"}, metric_label{"size", "l"}};
  const std::array blue{metric_label{"colour", "blue"}, metric_label{"size", "l"}};
  page.sample(1.5, red);
  page.sample(-2, blue);
  page.gauge("c", "Without samples.");
  EXPECT_EQ(page.text(),
            "# HELP a_total How many a.\n"
            "# TYPE a_total counter\n"
            "a_total 3\n"
            "# HELP b How much b.\n"
            "# TYPE b gauge\n"
            "b{colour=\"red\",size=\"l\"} 1.5\n"
            "b{colour=\"blue\",size=\"l\"} -2\n"
            "# HELP c Without samples.\n"
            "# TYPE c gauge\n");
}

TEST(MetricsText, adds_buckets_up) {
  metrics_text page;
  page.histogram("h", "Sizes.");
  const std::array bounds{0.5, 1.0, 2.0};
  const std::array<std::uint64_t, 4> counts{1, 0, 4, 2};
  const std::array where{metric_label{"where", "here"}};
  page.buckets(bounds, counts, 17.25, where);
  page.buckets(bounds, std::span{counts}.first(3), 9);
  EXPECT_EQ(page.text(),
            "# HELP h Sizes.\n"
            "# TYPE h histogram\n"
            "h_bucket{where=\"here\",le=\"0.5\"} 1\n"
            "h_bucket{where=\"here\",le=\"1\"} 1\n"
            "h_bucket{where=\"here\",le=\"2\"} 5\n"
            "h_bucket{where=\"here\",le=\"+Inf\"} 7\n"
            "h_sum{where=\"here\"} 17.25\n"
            "h_count{where=\"here\"} 7\n"
            "h_bucket{le=\"0.5\"} 1\n"
            "h_bucket{le=\"1\"} 1\n"
            "h_bucket{le=\"2\"} 5\n"
            "h_bucket{le=\"+Inf\"} 5\n"
            "h_sum 9\n"
            "h_count 5\n");
}

TEST(MetricsText, escapes_help_and_label_values) {
  metrics_text page;
  page.gauge("g", "A \"quoted\" \\ and\na line.");
  const std::array label{metric_label{"l", "a \"quoted\" \\ and\na line, {x=1}"}};
  page.sample(1U, label);
  EXPECT_EQ(page.text(),
            "# HELP g A \"quoted\" \\\\ and\\na line.\n"
            "# TYPE g gauge\n"
            "g{l=\"a \\\"quoted\\\" \\\\ and\\na line, {x=1}\"} 1\n");
}

struct written {
  std::string name;
  std::function<void(metrics_text&)> write;
  std::string text;
};

class MetricsNumbers : public testing::TestWithParam<written> {};

TEST_P(MetricsNumbers, are_written) {
  metrics_text page;
  page.gauge("g", "A number.");
  GetParam().write(page);
  EXPECT_EQ(page.text(), "# HELP g A number.\n# TYPE g gauge\ng " + GetParam().text + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    table, MetricsNumbers,
    testing::ValuesIn(std::vector<written>{
        {"zero", [](auto& page) { page.sample(0U); }, "0"},
        {"largest", [](auto& page) { page.sample(std::numeric_limits<std::uint64_t>::max()); },
         "18446744073709551615"},
        {"negative", [](auto& page) { page.sample(-7); }, "-7"},
        {"fraction", [](auto& page) { page.sample(0.1); }, "0.1"},
        {"seconds", [](auto& page) { page.sample(1700000000.25); }, "1700000000.25"},
        {"tiny", [](auto& page) { page.sample(1e-9); }, "1e-09"},
        {"infinite", [](auto& page) { page.sample(std::numeric_limits<double>::infinity()); },
         "+Inf"},
        {"minus_infinite",
         [](auto& page) { page.sample(-std::numeric_limits<double>::infinity()); }, "-Inf"},
        {"no_number", [](auto& page) { page.sample(std::numeric_limits<double>::quiet_NaN()); },
         "NaN"},
    }),
    support::case_name);

TEST(MetricsText, writes_openmetrics) {
  metrics_text page{metrics_format::openmetrics};
  page.counter("a_total", "A \"quoted\" one.");
  page.sample(3U);
  page.counter("read_bytes_total", "Bytes.");
  page.sample(7U);
  page.gauge("b_seconds", "B.");
  page.sample(1.5);
  page.histogram("h_seconds", "H.");
  const std::array bounds{0.00005, 1.0, 2.5};
  page.buckets(bounds, std::array<std::uint64_t, 4>{1, 0, 4, 2}, 17.25);
  EXPECT_EQ(std::move(page).finish(),
            "# HELP a A \\\"quoted\\\" one.\n"
            "# TYPE a counter\n"
            "a_total 3\n"
            "# HELP read_bytes Bytes.\n"
            "# TYPE read_bytes counter\n"
            "# UNIT read_bytes bytes\n"
            "read_bytes_total 7\n"
            "# HELP b_seconds B.\n"
            "# TYPE b_seconds gauge\n"
            "# UNIT b_seconds seconds\n"
            "b_seconds 1.5\n"
            "# HELP h_seconds H.\n"
            "# TYPE h_seconds histogram\n"
            "# UNIT h_seconds seconds\n"
            "h_seconds_bucket{le=\"5e-05\"} 1\n"
            "h_seconds_bucket{le=\"1.0\"} 1\n"
            "h_seconds_bucket{le=\"2.5\"} 5\n"
            "h_seconds_bucket{le=\"+Inf\"} 7\n"
            "h_seconds_sum 17.25\n"
            "h_seconds_count 7\n"
            "# EOF\n");
}

struct accepted {
  std::string name;
  std::string accept;
  metrics_format format;
};

class FormatWanted : public testing::TestWithParam<accepted> {};

TEST_P(FormatWanted, is_what_the_client_ranks_first) {
  EXPECT_EQ(format_wanted(GetParam().accept), GetParam().format);
}

INSTANTIATE_TEST_SUITE_P(
    table, FormatWanted,
    testing::ValuesIn(std::vector<accepted>{
        {"nothing", "", metrics_format::prometheus},
        {"anything", "*/*", metrics_format::prometheus},
        {"plain", "text/plain", metrics_format::prometheus},
        {"browser", "text/html,application/xhtml+xml,*/*;q=0.8", metrics_format::prometheus},
        {"prometheus",
         "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
         "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         metrics_format::openmetrics},
        {"without_version", "application/openmetrics-text", metrics_format::openmetrics},
        {"quoted_version", "application/openmetrics-text; version=\"1.0.0\"",
         metrics_format::openmetrics},
        {"other_version", "application/openmetrics-text;version=2.0.0,text/plain;q=0.1",
         metrics_format::prometheus},
        {"plain_first", "application/openmetrics-text;q=0.5,text/plain",
         metrics_format::prometheus},
        {"not_wanted", "application/openmetrics-text;q=0", metrics_format::prometheus},
    }),
    support::case_name);

struct fault {
  std::string name;
  std::function<void(metrics_text&)> commit;
};

class MetricsFaults : public testing::TestWithParam<fault> {};

TEST_P(MetricsFaults, are_refused) {
  metrics_text page;
  EXPECT_THROW(GetParam().commit(page), std::invalid_argument);
}

void sample_with_labels(metrics_text& page, std::vector<metric_label> with) {
  page.gauge("g", "");
  page.sample(1U, with);
}

void histogram_of(metrics_text& page, std::vector<double> bounds,
                  std::vector<std::uint64_t> counts) {
  page.histogram("h", "");
  page.buckets(bounds, counts, 0);
}

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    table, MetricsFaults,
    testing::ValuesIn(std::vector<fault>{
        {"no_name", [](auto& page) { page.gauge("", ""); }},
        {"name_with_dash", [](auto& page) { page.gauge("a-b", ""); }},
        {"name_with_space", [](auto& page) { page.gauge("a b", ""); }},
        {"name_with_line_end", [](auto& page) { page.gauge("a\n", ""); }},
        {"name_with_colon", [](auto& page) { page.gauge("a:b", ""); }},
        {"name_with_digit_first", [](auto& page) { page.gauge("1a", ""); }},
        {"name_not_ascii", [](auto& page) { page.gauge("\xC3\xA4", ""); }},
        {"counter_without_total", [](auto& page) { page.counter("a", ""); }},
        {"family_twice",
         [](auto& page) {
           page.gauge("a", "");
           page.gauge("b", "");
           page.gauge("a", "");
         }},
        {"family_twice_of_other_type",
         [](auto& page) {
           page.gauge("a_total", "");
           page.counter("a_total", "");
         }},
        {"family_of_one_name_to_openmetrics",
         [](auto& page) {
           page.gauge("a", "");
           page.counter("a_total", "");
         }},
        {"sample_without_family", [](auto& page) { page.sample(1U); }},
        {"sample_of_histogram",
         [](auto& page) {
           page.histogram("h", "");
           page.sample(1U);
         }},
        {"buckets_of_gauge",
         [](auto& page) {
           page.gauge("g", "");
           page.buckets(std::vector{1.0}, std::vector<std::uint64_t>{1}, 0);
         }},
        {"sample_twice",
         [](auto& page) {
           page.gauge("g", "");
           page.sample(1U);
           page.sample(2U);
         }},
        {"labels_twice",
         [](auto& page) {
           sample_with_labels(page, {{"a", "x"}});
           page.sample(2U, std::vector<metric_label>{{"a", "x"}});
         }},
        {"label_name_twice",
         [](auto& page) { sample_with_labels(page, {{"a", "x"}, {"a", "y"}}); }},
        {"label_without_name", [](auto& page) { sample_with_labels(page, {{"", "x"}}); }},
        {"label_name_with_dash", [](auto& page) { sample_with_labels(page, {{"a-b", "x"}}); }},
        {"label_name_reserved", [](auto& page) { sample_with_labels(page, {{"__a", "x"}}); }},
        {"bound_as_label",
         [](auto& page) {
           page.histogram("h", "");
           page.buckets(std::vector{1.0}, std::vector<std::uint64_t>{1}, 0,
                        std::vector<metric_label>{{"le", "1"}});
         }},
        {"too_few_counts", [](auto& page) { histogram_of(page, {1, 2, 3}, {1, 2}); }},
        {"too_many_counts", [](auto& page) { histogram_of(page, {1, 2}, {1, 2, 3, 4}); }},
        {"bounds_fall", [](auto& page) { histogram_of(page, {2, 1}, {1, 2}); }},
        {"bounds_equal", [](auto& page) { histogram_of(page, {1, 1}, {1, 2}); }},
        {"bound_is_no_number", [](auto& page) { histogram_of(page, {no_number}, {1}); }},
    }),
    support::case_name);

}  // namespace
}  // namespace latchkey::app
