#include <latchkey/app/log_metrics.hpp>

#include <array>

namespace latchkey::app {
namespace {

using enum metric_type;

void write_lost(metrics_text& out, const lost_lines& lost, metrics_text::labels with) {
  out.sample(lost.no_room, with_label(with, {"reason", "no_room"}));
  out.sample(lost.failed, with_label(with, {"reason", "failed"}));
}

constexpr auto log_rows = std::to_array<metric_row<lost_lines>>({
    {"latchkey_log_lines_dropped_total", counter, "Lines of the log that were lost, by why.",
     write_lost,
     "lines of the [log](log.md) that were lost: `no_room`, the reader is slower than they come; "
     "`failed`, they could not be written",
     "`sink`, `reason`"},
});

constexpr auto unlogged_rows = std::to_array<metric_row<unlogged_refusals>>({
    {"latchkey_log_refusals_not_logged_total", counter,
     "Refusals without a line of their own in the log.", sample_of<&unlogged_refusals::count>,
     "refusals that the log has only [counted](log.md#refusals), by reason", "`reason`"},
});

}  // namespace

void write_unlogged_metrics(metrics_text& out, const std::vector<unlogged_refusals>& all) {
  if (all.empty()) return;
  std::vector<metric_source<unlogged_refusals>> sources;
  for (const auto& one : all) sources.push_back({one, {{"reason", one.reason}}});
  write_table<unlogged_refusals>(out, unlogged_rows, sources);
}

void write_log_metrics(metrics_text& out, const std::vector<sink_losses>& sinks) {
  std::vector<metric_source<lost_lines>> sources;
  for (const auto& one : sinks) sources.push_back({one.lost, {{"sink", one.sink}}});
  write_table<lost_lines>(out, log_rows, sources);
}

std::vector<metric_info> log_metrics() {
  std::vector<metric_info> all;
  append_info<lost_lines>(all, log_rows);
  append_info<unlogged_refusals>(all, unlogged_rows);
  return all;
}

}  // namespace latchkey::app
