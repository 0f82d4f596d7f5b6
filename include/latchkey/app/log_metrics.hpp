// What is counted of the log. Not for the log itself.
#pragma once

#include <latchkey/app/log.hpp>
#include <latchkey/app/metric_table.hpp>
#include <latchkey/app/refusal_sampler.hpp>

#include <vector>

namespace latchkey::app {

void write_log_metrics(metrics_text& out, const std::vector<sink_losses>& sinks);

// Refusals that the log has no line of their own for.
void write_unlogged_metrics(metrics_text& out, const std::vector<unlogged_refusals>& all);

std::vector<metric_info> log_metrics();

}  // namespace latchkey::app
