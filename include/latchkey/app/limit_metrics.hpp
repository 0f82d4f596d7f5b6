// What limits of requests have refused, as metrics. Not for counting: middleware/limit_store.
#pragma once

#include <latchkey/app/metric_table.hpp>
#include <latchkey/middleware/limit_store.hpp>

#include <memory>
#include <vector>

namespace latchkey::app {

void write_limit_metrics(metrics_text& out,
                         const std::vector<std::shared_ptr<const middleware::limit_count>>& all);

std::vector<metric_info> limit_metrics();

}  // namespace latchkey::app
