#include <latchkey/app/limit_metrics.hpp>

#include <array>
#include <span>

namespace latchkey::app {
namespace {

using enum metric_type;
using middleware::limit_count;

std::uint64_t refused(const limit_count& of) {
  return of.refused.load(std::memory_order_relaxed);
}

constexpr auto rows = std::to_array<metric_row<limit_count>>({
    {"latchkey_rate_limited_total", counter, "Requests refused since there were too many.",
     sample_of<&refused>,
     "requests answered with 429 by a [limit](limits.md), by the route's path and by whose "
     "requests "
     "it counts: `address`, `subject`, `client_id` or `issuer`",
     "`route`, `by`"},
});

}  // namespace

void write_limit_metrics(metrics_text& out,
                         const std::vector<std::shared_ptr<const limit_count>>& all) {
  if (all.empty()) return;
  std::vector<metric_source<limit_count>> sources;
  sources.reserve(all.size());
  for (const auto& one : all) {
    sources.push_back({*one, {{"route", one->route}, {"by", to_string(one->by)}}});
  }
  write_table(out, std::span<const metric_row<limit_count>>{rows},
              std::span<const metric_source<limit_count>>{sources});
}

std::vector<metric_info> limit_metrics() {
  std::vector<metric_info> all;
  append_info(all, std::span<const metric_row<limit_count>>{rows});
  return all;
}

}  // namespace latchkey::app
