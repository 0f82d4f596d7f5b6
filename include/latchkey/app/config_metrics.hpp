// What is counted of configurations and their reloads, and when certificates expire. Not for
// reloading.
#pragma once

#include <latchkey/app/metric_table.hpp>
#include <latchkey/app/reload.hpp>

#include <vector>

namespace latchkey::app {

// latchkey_config_* and latchkey_certificate_not_after_seconds.
void write_config_metrics(metrics_text& out, const config_status& status);

std::vector<metric_info> config_metrics();

}  // namespace latchkey::app
