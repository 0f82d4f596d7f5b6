#include "compare/html.hpp"

#include "common/text_table.hpp"
#include "compare/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace latchkey::bench::compare {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>latchkey compared</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --ink: #1c2330; --faint: #5c6675; --line: #d9dee6;
  --ground: #fff; --own: #1f6feb; --other: #9aa7b8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --faint: #9aa7b8; --line: #2f3947;
  --ground: #12161c; --own: #58a6ff; --other: #5c6675; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink);
  background: var(--ground); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
ul { color: var(--faint); padding-left: 1.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--faint); font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem 2rem; }
figure { margin: 0; break-inside: avoid; }
figcaption { color: var(--faint); margin: .6rem 0 .2rem; }
svg { width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.own { fill: var(--own); } .other { fill: var(--other); }
.reach { stroke: var(--ink); stroke-width: 1.5; }
@media print { :root { --ink: #000; --faint: #444; --ground: #fff; } body { margin: 0; } }
</style></head><body>
<h1>latchkey compared</h1>
)";

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char one : text) {
    switch (one) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += one;
    }
  }
  return safe;
}

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
  double most = 0;
  for (const auto& each : one.bars) most = std::max(most, each.value.most);
  if (most <= 0) return {};
  const auto height = bar_step * static_cast<double>(one.bars.size());
  auto text = fmt::format(
      "<figure><figcaption>{0}</figcaption>\n<svg viewBox=\"0 0 {1} {2}\" role=\"img\" "
      "aria-label=\"{0}\">\n",
      escaped(one.title), full_width, height);
  double top = 0;
  for (const auto& each : one.bars) {
    const auto scaled = [&](double value) { return name_width + bar_width * value / most; };
    const auto middle = top + bar_step / 2;
    text += fmt::format("<text x=\"0\" y=\"{:.1f}\">{}</text>", middle + 4.5,
                        escaped(title_of(each.which)));
    text += fmt::format(
        "<rect class=\"{}\" x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\"/>",
        each.which == contender::latchkey ? "own" : "other", name_width, top + 4,
        scaled(each.value.median) - name_width, bar_step - 8);
    text += fmt::format(
        "<line class=\"reach\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
        scaled(each.value.least), scaled(each.value.most), middle, middle);
    text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", scaled(each.value.most) + 8,
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
    out.bars.push_back({one.which, {reach.median * unit, reach.least * unit, reach.most * unit}});
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

std::string table_of(const sheet& one) {
  auto text = "<h2>" + escaped(one.title) + "</h2>\n<div class=\"wide\"><table>\n";
  bool heads = true;
  for (const auto& row : one.rows) {
    text += "<tr>";
    for (const auto& cell : row) {
      text += fmt::format("<{0}>{1}</{0}>", heads ? "th" : "td", escaped(cell));
    }
    text += "</tr>\n";
    heads = false;
  }
  return text + "</table></div>\n";
}

}  // namespace

std::string html_of(const comparison& made) {
  std::string text{head};
  text += "<ul>\n";
  for (const auto& one : notes_of(made)) text += "<li>" + escaped(one) + "</li>\n";
  text += "</ul>\n<div class=\"charts\">\n";
  for (const auto& one : charts_of(made)) text += svg_of(one);
  text += "</div>\n";
  for (const auto& one : sheets_of(made)) text += table_of(one);
  return text + "</body></html>\n";
}

}  // namespace latchkey::bench::compare
