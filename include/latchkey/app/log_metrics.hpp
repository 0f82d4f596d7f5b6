// What is counted of the log. Not for the log itself.
#pragma once

#include <latchkey/app/log.hpp>
#include <latchkey/app/metrics_text.hpp>

#include <vector>

namespace latchkey::app {

void write_log_metrics(metrics_text& out, const std::vector<sink_losses>& sinks);

}  // namespace latchkey::app
