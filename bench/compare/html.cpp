#include "compare/html.hpp"

#include "common/page.hpp"
#include "common/text_table.hpp"
#include "compare/tables.hpp"

#include <latchkey/http/html.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace latchkey::bench::compare {
namespace {

struct bar {
  contender which;
  spread value;
};

struct chart {
  std::string title;
  unit in;
  std::vector<bar> bars;
};

constexpr double name_width = 120;
constexpr double bar_width = 290;
constexpr double full_width = 520;
constexpr double bar_step = 26;

// Horizontal bars from zero, with a line from the least to the most.
std::string svg_of(const chart& one) {
  double max = 0;
  for (const auto& each : one.bars) max = std::max(max, each.value.max);
  if (max <= 0) return {};
  const auto height = bar_step * static_cast<double>(one.bars.size());
  auto text = svg_begin(one.title, full_width, height);
  double top = 0;
  for (const auto& each : one.bars) {
    const auto scaled = [&](double value) { return name_width + bar_width * value / max; };
    const auto middle = top + bar_step / 2;
    text += fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>", middle + 4.5,
                        http::escape_html(title_of(each.which)));
    text += fmt::format(
        "<rect class=\"{}\" x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\"/>",
        each.which == contender::latchkey ? "own" : "other", name_width, top + 4,
        scaled(each.value.median) - name_width, bar_step - 8);
    text += fmt::format(
        "<line class=\"reach\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
        scaled(each.value.min), scaled(each.value.max), middle, middle);
    text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", scaled(each.value.max) + 8,
                        middle + 4.5, shown(each.value.median, one.in));
    top += bar_step;
  }
  return text + svg_end();
}

template <class Map>
auto* value_in(const Map& all, contender which) {
  const auto at = all.find(which);
  return at == all.end() ? nullptr : &at->second;
}

// `find` gives the values of a contender, or null.
template <class Figure, class Find>
chart chart_of(const std::string& before, const Figure& figure, const comparison& made, Find find) {
  const auto* direction = figure.is == better::less ? "less" : "more";
  chart out{
      fmt::format("{}{} ({} is better)", before, with_unit(figure.title, figure.in), direction),
      figure.in,
      {}};
  for (const auto& one : made.contenders) {
    const std::vector<double>* values = find(one.which);
    if (values != nullptr && !values->empty()) out.bars.push_back({one.which, spread_of(*values)});
  }
  return out;
}

// What a request costs first, then how many there were.
void add_workload_charts(std::vector<chart>& all, const comparison& made,
                         const workload_figures& workload) {
  const auto before = std::string{name_of(workload.name)} + ": ";
  for (const auto direction : {better::less, better::more}) {
    for (const auto& figure : closed_figures) {
      if (!figure.has_chart || figure.is != direction) continue;
      const auto find = [&](contender which) {
        const auto* runs = value_in(workload.closed, which);
        return runs == nullptr ? nullptr : &(runs->*figure.member);
      };
      all.push_back(chart_of(before, figure, made, find));
    }
  }
}

std::vector<chart> charts_of(const comparison& made) {
  std::vector<chart> all;
  for (const auto& workload : made.workloads) add_workload_charts(all, made, workload);
  each_connection_figure(made, [&](const auto& figure, const contender_values& values) {
    if (!figure.has_chart) return;
    const auto find = [&](contender which) { return value_in(values, which); };
    all.push_back(chart_of("", figure, made, find));
  });
  return all;
}

}  // namespace

std::string html_of(const comparison& made) {
  auto text = page_begin("latchkey compared");
  text += notes_list(notes_of(made));
  text += "<div class=\"charts\">\n";
  for (const auto& one : charts_of(made)) text += svg_of(one);
  text += "</div>\n";
  for (const auto& one : tables_of(made)) text += titled_table(one.title, one.rows);
  return text + page_end();
}

}  // namespace latchkey::bench::compare
