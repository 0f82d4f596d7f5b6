#include <latchkey/app/config_metrics.hpp>

#include <array>
#include <chrono>
#include <set>
#include <string_view>
#include <utility>

namespace latchkey::app {
namespace {

using enum metric_type;
using labels = metrics_text::labels;

void write_reloads(metrics_text& out, const config_status& status, labels with) {
  out.sample(status.reloads_taken, with_label(with, {"outcome", "taken"}));
  out.sample(status.reloads_refused, with_label(with, {"outcome", "refused"}));
}

bool is_last_taken(const config_status& status) {
  return !status.last_reload || status.last_reload->taken;
}

void write_certificates(metrics_text& out, const config_status& status, labels with) {
  // A file may be named twice.
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& one : status.certificates) {
    const auto until = std::chrono::duration<double>{one.until.time_since_epoch()};
    const auto write = [&](std::string_view name) {
      if (!seen.emplace(one.file, name).second) return;
      out.sample(until.count(), with_label(with_label(with, {"file", one.file}), {"name", name}));
    };
    if (one.names.empty()) write("");
    for (const auto& name : one.names) write(name);
  }
}

constexpr auto config_rows = std::to_array<metric_row<config_status>>({
    {"latchkey_config_generation", gauge,
     "The configuration in use, counted from 1 at the start of the process.",
     sample_of<&config_status::generation>,
     "the [configuration](reload.md) in use: 1 at the start, one more with each reload"},
    {"latchkey_config_reloads_total", counter, "Reloads of the configuration, by outcome.",
     write_reloads, "reloads that were `taken`, and `refused`", "`outcome`"},
    {"latchkey_config_last_reload_taken", gauge,
     "1 if the last reload was taken, or there was none; 0 if it was refused.",
     sample_of<is_last_taken>, "0 while the last reload was refused"},
    {"latchkey_config_last_success_timestamp_seconds", gauge,
     "When the configuration in use came, in seconds since 1970.", sample_of<&config_status::since>,
     "when the configuration in use came: the last reload that was taken, or the start, in seconds "
     "since 1970"},
    {"latchkey_certificate_not_after_seconds", gauge,
     "When a certificate of the server expires, its chain included: seconds since 1970.",
     write_certificates,
     "when a certificate of the server expires, its chain included: seconds since 1970, no later "
     "than 2200. A sample for each name that it is for",
     "`file`, `name`"},
});

}  // namespace

void write_config_metrics(metrics_text& out, const config_status& status) {
  write_table<config_status>(out, config_rows, status);
}

std::vector<metric_info> config_metrics() {
  std::vector<metric_info> all;
  append_info<config_status>(all, config_rows);
  return all;
}

}  // namespace latchkey::app
