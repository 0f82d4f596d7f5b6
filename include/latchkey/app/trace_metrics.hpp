// What is counted of spans and of their way to the collector, as metrics. Not for counting:
// trace/exporter.
#pragma once

#include <latchkey/app/metric_table.hpp>
#include <latchkey/trace/exporter.hpp>

#include <cstddef>
#include <vector>

namespace latchkey::app {

// `waiting`: spans in the queues now.
void write_trace_metrics(metrics_text& out, const trace::export_counts& counts,
                         std::size_t waiting);

std::vector<metric_info> trace_metrics();

}  // namespace latchkey::app
