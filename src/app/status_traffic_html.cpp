// The parts of the status page that are made of figures: traffic, refusals, upstreams.
#include "status_page.hpp"

#include <latchkey/http/html.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

using http::escape_html;

constexpr std::size_t max_routes = 50;
constexpr std::size_t max_reasons = 12;
constexpr double graph_height = 40;

// As many points as the window has steps, those that are missing at its beginning left out.
std::string graph(const std::vector<double>& per_second) {
  if (per_second.size() < 2) return {};
  constexpr std::size_t steps = traffic_history::window / traffic_history::step;
  const double most = std::max(*std::max_element(per_second.begin(), per_second.end()), 1e-9);
  const std::size_t skipped = steps - std::min(steps, per_second.size());
  std::string line;
  for (std::size_t i = 0; i < per_second.size(); ++i) {
    const double y = graph_height - (graph_height - 2) * per_second[i] / most;
    line += fmt::format("{}{} {:.2f}", i == 0 ? "M" : " L", skipped + i, y);
  }
  return fmt::format(
      "<svg class=\"graph\" viewBox=\"0 0 {0} {1}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"requests a second\"><path class=\"area\" d=\"{2} L{3} {1} L{4} {1} Z\"/>"
      "<path class=\"line\" d=\"{2}\"/></svg>\n"
      "<div class=\"scale\"><span>{5} min ago</span><span>at most {6} a second</span>"
      "<span>now</span></div>\n",
      steps - 1, graph_height, line, skipped + per_second.size() - 1, skipped,
      traffic_history::window / std::chrono::minutes{1}, rate_text(most));
}

std::string number_cell(const std::string& text, std::uint64_t count, bool bad) {
  const auto* const look = count == 0 ? " zero" : (bad ? " badly" : "");
  return fmt::format("<td class=\"n{}\">{}</td>", look, text);
}

std::string route_row_of(const route_traffic& one) {
  const auto name = one.route.starts_with('/') ? "<code>" + escape_html(one.route) + "</code>"
                                               : "<span class=\"zero\">" + one.route + "</span>";
  return fmt::format(
      "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">"
      "{}</td>{}{}</tr>\n",
      name, rate_text(one.per_second), latency_text(one.median), latency_text(one.p99),
      number_cell(count_text(one.refused), one.refused, false),
      number_cell(count_text(one.failed), one.failed, true));
}

std::string covered(const traffic_report& traffic) {
  const auto length = std::chrono::duration<double>{traffic.seconds};
  return "the last " + span_text(std::chrono::duration_cast<core::steady_duration>(length));
}

std::string address_state(const edge::address_report& one) {
  if (!one.healthy) return "<span class=\"pill bad\">unhealthy</span>";
  if (one.ejected_for.count() > 0) {
    return fmt::format("<span class=\"pill warn\">ejected, {} left</span>",
                       span_text(one.ejected_for));
  }
  return "<span class=\"pill good\">healthy</span>";
}

}  // namespace

std::string traffic_section(const traffic_report& traffic) {
  std::string text = "<section><header><h2>Requests</h2>";
  if (traffic.seconds > 0) text += "<small>" + covered(traffic) + "</small>";
  text += "</header>\n" + graph(traffic.per_second);
  if (traffic.routes.empty()) return text + "<p class=\"none\">None yet.</p></section>\n";
  text +=
      "<div class=\"wide\"><table><thead><tr><th>route</th><th class=\"n\">a second</th>"
      "<th class=\"n\">median</th><th class=\"n\">99 %</th><th class=\"n\">4xx</th>"
      "<th class=\"n\">5xx</th></tr></thead><tbody>\n";
  const auto shown = std::min(traffic.routes.size(), max_routes);
  for (std::size_t i = 0; i < shown; ++i) text += route_row_of(traffic.routes[i]);
  text += "</tbody></table></div>";
  if (shown < traffic.routes.size()) {
    text += fmt::format("<p class=\"none\">and {} more</p>", traffic.routes.size() - shown);
  }
  return text + "</section>\n";
}

std::string refusals_section(const traffic_report& traffic) {
  std::vector<std::pair<std::uint64_t, std::string_view>> most;
  for (const auto& [reason, count] : traffic.refusals) most.emplace_back(count, reason);
  std::stable_sort(most.begin(), most.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text = "<section><header><h2>Refusals</h2><small>by reason</small></header>\n";
  if (most.empty()) return text + "<p class=\"none\">None in the last minutes.</p></section>\n";
  text += "<table><tbody>\n";
  for (std::size_t i = 0; i < std::min(most.size(), max_reasons); ++i) {
    const auto& [count, reason] = most[i];
    text += fmt::format(
        "<tr><td><code>{}</code></td><td><div class=\"bar\"><i style=\"width:{:.1f}%\"></i></div>"
        "</td><td class=\"n\">{}</td></tr>\n",
        escape_html(reason),
        100 * static_cast<double>(count) / static_cast<double>(most.front().first),
        count_text(count));
  }
  text += "</tbody></table>";
  if (most.size() > max_reasons) {
    text += fmt::format("<p class=\"none\">and {} more</p>", most.size() - max_reasons);
  }
  return text + "</section>\n";
}

std::string upstream_section(const upstream_status& one) {
  const auto& figures = one.figures;
  auto text = fmt::format(
      "<section><header><h2>upstream {}</h2><small>{} under way, {} waiting, {} connections idle"
      "</small></header>\n",
      escape_html(figures.name), count_text(figures.outstanding), count_text(figures.waiting),
      count_text(figures.idle));
  if (one.addresses.empty()) return text + "<p class=\"none\">No address is known.</p></section>\n";
  text += "<table><tbody>\n";
  for (const auto& address : one.addresses) {
    text += fmt::format("<tr><td><code>{}</code></td><td class=\"n\">{}</td></tr>\n",
                        escape_html(address.text), address_state(address));
  }
  return text + "</tbody></table></section>\n";
}

}  // namespace latchkey::app
