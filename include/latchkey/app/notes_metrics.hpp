// What is counted of a store of notes, as metrics. Not for counting.
#pragma once

#include <latchkey/app/metric_table.hpp>
#include <latchkey/store/counts.hpp>

#include <vector>

namespace latchkey::app {

void write_notes_metrics(metrics_text& out, const store::counts& counted, const store::gauges& now);

std::vector<metric_info> notes_metrics();

}  // namespace latchkey::app
