#include "common/page.hpp"

#include <latchkey/http/html.hpp>

#include <fmt/format.h>

namespace latchkey::bench {
namespace {

constexpr std::string_view style = R"(<style>
:root { color-scheme: light dark; --ink: #1c2330; --faint: #5c6675; --line: #d9dee6;
  --ground: #fff; --one: #1f6feb; --two: #d9822b; --three: #8a63d2; --other: #9aa7b8; --bad: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --faint: #9aa7b8; --line: #2f3947;
  --ground: #12161c; --one: #58a6ff; --two: #e3a04f; --three: #b392f0; --other: #5c6675; --bad: #ff7b72; } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: var(--ink);
  background: var(--ground); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
ul { color: var(--faint); padding-left: 1.2rem; }
.warning { color: var(--bad); font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
th { color: var(--faint); font-weight: 600; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem 2.2rem; margin: 1.4rem 0; }
.tiles div { color: var(--faint); } .tiles b { display: block; color: var(--ink);
  font-size: 1.45rem; font-variant-numeric: tabular-nums; line-height: 1.25; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem 2rem; }
figure { margin: 0; break-inside: avoid; }
figcaption { color: var(--faint); margin: .6rem 0 .2rem; }
svg { width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.own { fill: var(--one); } .other { fill: var(--other); }
.reach { stroke: var(--ink); stroke-width: 1.5; }
svg .axis { fill: var(--faint); font-size: 12px; } .grid { stroke: var(--line); stroke-width: 1; }
.curve { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
.one { stroke: var(--one); } .two { stroke: var(--two); } .three { stroke: var(--three); }
.bad { stroke: var(--bad); } .faint { stroke: var(--other); }
.event { stroke: var(--faint); stroke-width: 1; stroke-dasharray: 3 3; }
@media print { :root { --ink: #000; --faint: #444; --line: #ccc; --ground: #fff; --one: #0550ae;
  --two: #bc4c00; --three: #6639ba; } body { margin: 0; max-width: none; font-size: 11px; }
  .charts { grid-template-columns: 1fr 1fr; gap: .4rem 1rem; } h2 { break-after: avoid; margin-top: 1.1rem; }
  th, td { padding: .12rem .4rem; } .wide { break-inside: avoid; } tr { break-inside: avoid; } }
</style>)";

}  // namespace

std::string page_begin(std::string_view title) {
  const auto name = http::escape_html(title);
  std::string text = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">";
  text += "<title>" + name + "</title>\n";
  text += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  text += style;
  text += "</head><body>\n<h1>" + name + "</h1>\n";
  return text;
}

std::string page_end() {
  return "</body></html>\n";
}

std::string notes_list(const std::vector<std::string>& notes) {
  std::string text = "<ul>\n";
  for (const auto& one : notes) text += "<li>" + http::escape_html(one) + "</li>\n";
  return text + "</ul>\n";
}

std::string titled_table(std::string_view title,
                         const std::vector<std::vector<std::string>>& rows) {
  if (rows.size() < 2) return {};
  auto text = "<h2>" + http::escape_html(title) + "</h2>\n<div class=\"wide\"><table>\n";
  bool heads = true;
  for (const auto& row : rows) {
    text += "<tr>";
    for (const auto& cell : row) {
      text += fmt::format("<{0}>{1}</{0}>", heads ? "th" : "td", http::escape_html(cell));
    }
    text += "</tr>\n";
    heads = false;
  }
  return text + "</table></div>\n";
}

std::string svg_begin(std::string_view title, double width, double height) {
  return fmt::format(
      "<figure><figcaption>{0}</figcaption>\n<svg viewBox=\"0 0 {1} {2}\" role=\"img\" "
      "aria-label=\"{0}\">\n",
      http::escape_html(title), width, height);
}

std::string svg_end() {
  return "</svg></figure>\n";
}

}  // namespace latchkey::bench
