#include "compare/html.hpp"

#include "common/page.hpp"
#include "common/text_table.hpp"
#include "compare/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace latchkey::bench::compare {
namespace {

struct bar {
  contender which;
  spread value;  // in the unit shown
};

struct chart {
  std::string title;
  int places = 0;  // decimals
  std::vector<bar> bars;
};

constexpr double name_width = 120;
constexpr double bar_width = 290;
constexpr double full_width = 520;
constexpr double bar_step = 26;

std::string shown(double value, int places) {
  return places == 0 ? grouped(value) : decimals(value, places);
}

// Horizontal bars from zero, with a line from the least to the most.
std::string svg_of(const chart& one) {
  double max = 0;
  for (const auto& each : one.bars) max = std::max(max, each.value.max);
  if (max <= 0) return {};
  const auto height = bar_step * static_cast<double>(one.bars.size());
  auto text = fmt::format(
      "<figure><figcaption>{0}</figcaption>\n<svg viewBox=\"0 0 {1} {2}\" role=\"img\" "
      "aria-label=\"{0}\">\n",
      escaped(one.title), full_width, height);
  double top = 0;
  for (const auto& each : one.bars) {
    const auto scaled = [&](double value) { return name_width + bar_width * value / max; };
    const auto middle = top + bar_step / 2;
    text += fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>", middle + 4.5,
                        escaped(title_of(each.which)));
    text += fmt::format(
        "<rect class=\"{}\" x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\"/>",
        each.which == contender::latchkey ? "own" : "other", name_width, top + 4,
        scaled(each.value.median) - name_width, bar_step - 8);
    text += fmt::format(
        "<line class=\"reach\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
        scaled(each.value.min), scaled(each.value.max), middle, middle);
    text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", scaled(each.value.max) + 8,
                        middle + 4.5, shown(each.value.median, one.places));
    top += bar_step;
  }
  return text + "</svg></figure>\n";
}

template <class Find>
chart chart_of(std::string title, int places, double unit, const comparison& made, Find find) {
  chart out{std::move(title), places, {}};
  for (const auto& one : made.contenders) {
    const std::vector<double>* runs = find(one.which);
    if (runs == nullptr || runs->empty()) continue;
    const auto reach = spread_of(*runs);
    out.bars.push_back({one.which, {reach.median * unit, reach.min * unit, reach.max * unit}});
  }
  return out;
}

template <class Map>
auto* value_in(const Map& all, contender which) {
  const auto at = all.find(which);
  return at == all.end() ? nullptr : &at->second;
}

std::vector<chart> charts_of(const comparison& made) {
  constexpr double micro = 1e6;
  constexpr double kibi = 1.0 / 1024;
  std::vector<chart> all;
  for (const auto& workload : made.workloads) {
    const auto name = std::string{name_of(workload.name)};
    const auto of_closed = [&workload](const std::vector<double> closed_runs::* figure) {
      return [&workload, figure](contender which) -> const std::vector<double>* {
        const auto* runs = value_in(workload.closed, which);
        return runs == nullptr ? nullptr : &(runs->*figure);
      };
    };
    all.push_back(chart_of(name + ": server CPU per request, us (less is better)", 1, micro, made,
                           of_closed(&closed_runs::cpu)));
    all.push_back(chart_of(name + ": requests/s (more is better)", 0, 1, made,
                           of_closed(&closed_runs::throughput)));
  }
  all.push_back(chart_of("handshakes/s (more is better)", 0, 1, made,
                         [&](contender which) { return value_in(made.handshakes, which); }));
  all.push_back(chart_of("memory of an idle connection, KiB (less is better)", 1, kibi, made,
                         [&](contender which) { return value_in(made.idle_bytes, which); }));
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
