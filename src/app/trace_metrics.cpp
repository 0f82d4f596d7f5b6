#include <latchkey/app/trace_metrics.hpp>

#include <array>
#include <span>

namespace latchkey::app {
namespace {

using enum metric_type;

struct trace_figures {
  trace::export_counts counts;
  std::size_t waiting = 0;
};

void write_spans(metrics_text& out, const trace_figures& of, metrics_text::labels with) {
  out.sample(of.counts.exported, with_label(with, {"result", "exported"}));
  out.sample(of.counts.dropped, with_label(with, {"result", "dropped"}));
  out.sample(of.counts.failed, with_label(with, {"result", "failed"}));
}

void write_faults(metrics_text& out, const trace_figures& of, metrics_text::labels with) {
  // The first is none.
  for (std::size_t i = 1; i < of.counts.faults.size(); ++i) {
    const auto reason = trace::to_string(static_cast<trace::export_fault>(i));
    out.sample(of.counts.faults[i], with_label(with, {"reason", reason}));
  }
}

constexpr auto rows = std::to_array<metric_row<trace_figures>>({
    {"latchkey_trace_spans_total", counter, "Spans, by what became of them.", write_spans,
     "spans of [traces](traces.md): `exported` to the collector; `dropped` before that, since "
     "there "
     "was no room or no time at the end; `failed`, sent in vain",
     "`result`"},
    {"latchkey_trace_export_failures_total", counter, "Attempts to export spans that failed.",
     write_faults,
     "attempts to send a batch that failed: `unreachable`, no answer; `timeout`; `busy`, 429, 502, "
     "503 or 504; `refused`, another status; `partly`, some spans of it were not taken",
     "`reason`"},
    {"latchkey_trace_spans_waiting", gauge, "Spans that wait to be exported.",
     sample_of<&trace_figures::waiting>, "spans in the queues now"},
});

}  // namespace

void write_trace_metrics(metrics_text& out, const trace::export_counts& counts,
                         std::size_t waiting) {
  const trace_figures figures{counts, waiting};
  write_table(out, std::span<const metric_row<trace_figures>>{rows}, figures);
}

std::vector<metric_info> trace_metrics() {
  std::vector<metric_info> all;
  append_info(all, std::span<const metric_row<trace_figures>>{rows});
  return all;
}

}  // namespace latchkey::app
