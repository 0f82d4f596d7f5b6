#include <latchkey/app/notes_metrics.hpp>

#include <array>
#include <span>

namespace latchkey::app {
namespace {

using enum metric_type;

struct notes_figures {
  const store::counts& counted;
  store::gauges now;
};

template <class Write>
void for_each_operation(const notes_figures& of, const Write& write) {
  for (std::size_t i = 0; i < store::operation_count; ++i) {
    const auto one = static_cast<store::operation>(i);
    write(store::to_string(one), of.counted.of(one));
  }
}

void write_operations(metrics_text& out, const notes_figures& of, metrics_text::labels with) {
  for_each_operation(of, [&](std::string_view name, const store::operation_counts& counts) {
    const auto named = with_label(with, {"operation", name});
    for (std::size_t i = 0; i < counts.results.size(); ++i) {
      out.sample(counts.results[i], with_label(named, {"result", store::result_name(i)}));
    }
  });
}

void write_durations(metrics_text& out, const notes_figures& of, metrics_text::labels with) {
  for_each_operation(of, [&](std::string_view name, const store::operation_counts& counts) {
    out.buckets(store::duration_bounds, counts.durations, counts.seconds,
                with_label(with, {"operation", name}));
  });
}

std::uint64_t in_use(const notes_figures& of) {
  return of.now.in_use;
}
std::uint64_t open(const notes_figures& of) {
  return of.now.open;
}
std::uint64_t waiting(const notes_figures& of) {
  return of.now.waiting;
}

constexpr auto rows = std::to_array<metric_row<notes_figures>>({
    {"latchkey_notes_operations_total", counter, "Calls of the store, by what became of them.",
     write_operations,
     "calls of the store of [notes](notes.md). `operation` is `list`, `create`, `read`, `update` "
     "or "
     "`delete`; `result` `ok`, `not_found`, `changed` (another state than the request is for), "
     "`busy` (too many waited), `timed_out`, `full` or `unavailable`",
     "`operation`, `result`"},
    {"latchkey_notes_operation_duration_seconds", histogram, "How long they took.", write_durations,
     "how long they took, waiting included", "`operation`"},
    {"latchkey_notes_connections", gauge, "Connections to the database.", sample_of<open>},
    {"latchkey_notes_connections_in_use", gauge, "Those that a call has now.", sample_of<in_use>},
    {"latchkey_notes_waiting", gauge, "Calls that wait for one of them.", sample_of<waiting>},
});

}  // namespace

void write_notes_metrics(metrics_text& out, const store::counts& counted,
                         const store::gauges& now) {
  const notes_figures figures{counted, now};
  write_table(out, std::span<const metric_row<notes_figures>>{rows}, figures);
}

std::vector<metric_info> notes_metrics() {
  std::vector<metric_info> all;
  append_info(all, std::span<const metric_row<notes_figures>>{rows});
  return all;
}

}  // namespace latchkey::app
