#include <latchkey/app/log_metrics.hpp>

#include <array>

namespace latchkey::app {

void write_log_metrics(metrics_text& out, const std::vector<sink_losses>& sinks) {
  out.counter("latchkey_log_lines_dropped_total", "Lines of the log that were lost, by why.");
  for (const auto& one : sinks) {
    const std::array no_room{metric_label{"sink", one.sink}, metric_label{"reason", "no_room"}};
    const std::array failed{metric_label{"sink", one.sink}, metric_label{"reason", "failed"}};
    out.sample(one.lost.no_room, no_room);
    out.sample(one.lost.failed, failed);
  }
}

}  // namespace latchkey::app
