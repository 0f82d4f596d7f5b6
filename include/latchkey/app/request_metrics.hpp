// Writes what is counted of requests and of the connections they came by. Not for counting:
// request_counts, server/worker_counts.
#pragma once

#include <latchkey/app/metric_table.hpp>
#include <latchkey/app/request_counts.hpp>
#include <latchkey/server/worker_counts.hpp>

#include <vector>

namespace latchkey::app {

// Series that have never been counted are left out.
void write_request_metrics(metrics_text& out, const request_totals& requests);
void write_connection_metrics(metrics_text& out, const server::server_totals& connections);

// Of both.
std::vector<metric_info> request_metrics();

}  // namespace latchkey::app
