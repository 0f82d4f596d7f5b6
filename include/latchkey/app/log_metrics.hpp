// What is counted of the log. Not for the log itself.
#pragma once

#include <latchkey/app/log.hpp>
#include <latchkey/app/metric_table.hpp>

#include <vector>

namespace latchkey::app {

void write_log_metrics(metrics_text& out, const std::vector<sink_losses>& sinks);

std::vector<metric_info> log_metrics();

}  // namespace latchkey::app
