// Rows written as families, and what stands in the documentation.
#include <latchkey/app/metric_table.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <vector>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using enum metric_type;

struct figures {
  std::uint64_t count = 0;
  bool ready = false;
  std::chrono::milliseconds age{0};
  std::optional<std::chrono::system_clock::time_point> since;
};

std::uint64_t doubled(const figures& of) {
  return 2 * of.count;
}

void write_parts(metrics_text& out, const figures& of, metrics_text::labels with) {
  out.sample(of.count, with_label(with, {"part", "a"}));
}

constexpr auto rows = std::to_array<metric_row<figures>>({
    {"a_total", counter, "A.", sample_of<&figures::count>},
    {"b", gauge, "B.", sample_of<&figures::ready>},
    {"c_seconds", gauge, "C.", sample_of<&figures::age>},
    {"d_seconds", gauge, "D.", sample_of<&figures::since>, "when `d`"},
    {"e", gauge, "E.", sample_of<doubled>},
    {"f", gauge, "F.", write_parts, "", "`part`"},
});

TEST(MetricTable, is_written_a_family_a_row) {
  metrics_text out;
  write_table<figures>(out, rows,
                       figures{3, true, 1500ms, std::chrono::system_clock::time_point{7s}});
  EXPECT_EQ(out.text(),
            "# HELP a_total A.\n# TYPE a_total counter\na_total 3\n"
            "# HELP b B.\n# TYPE b gauge\nb 1\n"
            "# HELP c_seconds C.\n# TYPE c_seconds gauge\nc_seconds 1.5\n"
            "# HELP d_seconds D.\n# TYPE d_seconds gauge\nd_seconds 7\n"
            "# HELP e E.\n# TYPE e gauge\ne 6\n"
            "# HELP f F.\n# TYPE f gauge\nf{part=\"a\"} 3\n");
}

TEST(MetricTable, has_a_sample_a_source_with_its_labels) {
  const figures one{1, false, 0ms, {}};
  const figures two{2, false, 0ms, std::chrono::system_clock::time_point{1s}};
  const std::vector<metric_source<figures>> sources{{one, {{"of", "x"}}}, {two, {{"of", "y"}}}};
  metrics_text out;
  write_table<figures>(out, std::span{rows}.subspan(3, 1), sources);
  write_table<figures>(out, std::span{rows}.subspan(5, 1), sources);
  // The first has no time.
  EXPECT_EQ(out.text(),
            "# HELP d_seconds D.\n# TYPE d_seconds gauge\nd_seconds{of=\"y\"} 1\n"
            "# HELP f F.\n# TYPE f gauge\nf{of=\"x\",part=\"a\"} 1\nf{of=\"y\",part=\"a\"} 2\n");
}

TEST(MetricTable, tells_the_documentation) {
  std::vector<metric_info> all;
  append_info<figures>(all, rows);
  ASSERT_EQ(all.size(), rows.size());
  EXPECT_EQ(all[3].name, "d_seconds");
  EXPECT_EQ(all[3].doc, "when `d`");
  EXPECT_EQ(all[5].labels, "`part`");
  EXPECT_EQ(to_string(all[0].type), "counter");
}

}  // namespace
}  // namespace latchkey::app
