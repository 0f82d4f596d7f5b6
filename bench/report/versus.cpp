#include "report/versus.hpp"

#include "common/page.hpp"
#include "common/text_table.hpp"
#include "report/chart.hpp"
#include "report/curves.hpp"
#include "report/summary.hpp"

#include <latchkey/http/html.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace latchkey::bench::report {
namespace {

using rows = std::vector<std::vector<std::string>>;

std::string ratio_text(double a, double b) {
  return a > 0 ? fmt::format("{:.2f}", b / a) : "-";
}

std::string loop_of(const saved_run& run) {
  return run.rate ? fmt::format("open loop, {:g}/s", *run.rate) : "closed loop";
}

std::string heading_of(const saved_run& run) {
  return fmt::format("{} ({}): {}, {} connections, {:.1f} s, {}", run.name, run.started,
                     loop_of(run), run.connections, run.seconds, fmt::join(run.urls, ", "));
}

rows rows_of(const saved_run& a, const saved_run& b) {
  rows all{{"", "A", "B", "B/A"}};
  all.push_back({"answers/s", grouped(a.throughput), grouped(b.throughput),
                 ratio_text(a.throughput, b.throughput)});
  for (std::size_t i = 0; i < percentiles.size(); ++i) {
    const auto shown = [i](const saved_run& run) {
      return run.latency[i] ? duration_text(*run.latency[i]) : std::string{"-"};
    };
    all.push_back({percentiles[i].title, shown(a), shown(b),
                   ratio_text(a.latency[i].value_or(0), b.latency[i].value_or(0))});
  }
  const auto count = [&all](const char* name, std::uint64_t of_a, std::uint64_t of_b) {
    const auto first = static_cast<double>(of_a);
    const auto second = static_cast<double>(of_b);
    all.push_back({name, grouped(first), grouped(second), ratio_text(first, second)});
  };
  count("wrong answers", a.wrong, b.wrong);
  count("no answer", a.errors, b.errors);
  count("never sent", a.dropped, b.dropped);
  return all;
}

std::string table_of(const rows& all) {
  text_table table{all.front()};
  for (std::size_t i = 1; i < all.size(); ++i) table.add(all[i]);
  return table.text();
}

// Two bars for each percentile, as long as the latency, on one scale.
std::string bars_of(const saved_run& a, const saved_run& b, unsigned width) {
  constexpr unsigned beside = 24;
  double max = 0;
  for (const auto* run : {&a, &b}) {
    for (const auto& one : run->latency) max = std::max(max, one.value_or(0));
  }
  if (max <= 0) return {};
  const auto room = static_cast<double>(width > beside + 10 ? width - beside : 10);
  // Logarithmic, from a thousandth of the largest on: otherwise only the last rows would show.
  const auto length = [&](double value) {
    const auto decades = 3 + std::log10(std::max(value / max, 1e-3));
    return static_cast<std::size_t>(std::max(std::ceil(decades / 3 * room), 1.0));
  };
  std::string text = "latency, bars on a logarithmic scale\n";
  for (std::size_t i = 0; i < percentiles.size(); ++i) {
    const auto line = [&](const char* title, const char* name, const saved_run& run, char mark) {
      if (!run.latency[i]) return;
      text += fmt::format("{:>7} {} {:>10}  {}\n", title, name, duration_text(*run.latency[i]),
                          std::string(length(*run.latency[i]), mark));
    };
    line(percentiles[i].title, "A", a, '-');
    line("", "B", b, '#');
  }
  return text;
}

std::string charts_of(const saved_run& a, const saved_run& b) {
  chart percent;
  percent.title = "Latency by percentile";
  percent.x = chart::over::shares;
  percent.y = chart::unit::duration;
  percent.logarithmic = true;
  percent.curves = {{"A", "one", a.curve}, {"B", "two", b.curve}};
  chart rate;
  rate.title = "Answers a second over time";
  rate.curves = {over_time(a.timeline, "A", "one", rate_of),
                 over_time(b.timeline, "B", "two", rate_of)};
  chart latency;
  latency.title = "Latency over time, 99%";
  latency.y = chart::unit::duration;
  latency.logarithmic = true;
  const auto p99 = [](const moment& one) { return one.p99; };
  latency.curves = {over_time(a.timeline, "A", "one", p99), over_time(b.timeline, "B", "two", p99)};
  return "<div class=\"charts\">\n" + svg_of(percent) + svg_of(rate) + svg_of(latency) + "</div>\n";
}

}  // namespace

std::vector<std::string> unlike(const saved_run& a, const saved_run& b) {
  std::vector<std::string> all;
  const auto add_if_different = [&all](const char* what, const auto& one, const auto& other) {
    if (one != other) all.push_back(fmt::format("{}: {} and {}", what, one, other));
  };
  add_if_different("loop", loop_of(a), loop_of(b));
  add_if_different("connections", a.connections, b.connections);
  add_if_different("tokens", a.tokens.empty() ? "none" : a.tokens,
                   b.tokens.empty() ? "none" : b.tokens);
  add_if_different("mix", a.mix.empty() ? "none" : a.mix, b.mix.empty() ? "none" : b.mix);
  add_if_different("URLs", fmt::format("{}", fmt::join(a.urls, " ")),
                   fmt::format("{}", fmt::join(b.urls, " ")));
  add_if_different("processor", a.cpu, b.cpu);
  add_if_different("cores", a.cores, b.cores);
  for (const auto* run : {&a, &b}) {
    if (run->bottleneck) all.push_back("the load client was the limit of " + run->name);
  }
  return all;
}

std::string versus_text(const saved_run& a, const saved_run& b, unsigned width) {
  auto text = "A  " + heading_of(a) + "\nB  " + heading_of(b) + '\n';
  for (const auto& one : unlike(a, b)) text += "UNLIKE  " + one + '\n';
  text += '\n' + table_of(rows_of(a, b));
  if (const auto drawn = bars_of(a, b, width); !drawn.empty()) text += '\n' + drawn;
  return text;
}

std::string versus_html(const saved_run& a, const saved_run& b) {
  auto text = page_begin("Two runs of load");
  text += notes_list({"A: " + heading_of(a), "B: " + heading_of(b)});
  for (const auto& one : unlike(a, b)) {
    text += "<p class=\"warning\">Unlike: " + http::escape_html(one) + "</p>\n";
  }
  text += charts_of(a, b) + titled_table("Figures", rows_of(a, b));
  return text + page_end();
}

}  // namespace latchkey::bench::report
