// What the system knows of this process, under the names Prometheus uses for every program. Not for
// what latchkey itself counts.
#pragma once

#include <latchkey/app/metric_table.hpp>
#include <latchkey/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace latchkey::app {

struct process_usage {
  double cpu_seconds = 0;  // in user and system mode
  std::uint64_t resident_bytes = 0;

  bool operator==(const process_usage&) const = default;
};

// From the text of /proc/self/stat (proc(5)); nothing if it is not of that form. `ticks` is how
// many make a second, `page` how many bytes a page has.
std::optional<process_usage> parse_process_stat(std::string_view stat, std::uint64_t ticks,
                                                std::uint64_t page);

// The version, too. What cannot be read has no sample. `started` is when the process began.
void write_process_metrics(metrics_text& out, core::wall_time started);

std::vector<metric_info> process_metrics();

}  // namespace latchkey::app
