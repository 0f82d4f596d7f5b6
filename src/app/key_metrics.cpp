#include <latchkey/app/key_metrics.hpp>

#include <array>
#include <chrono>
#include <cstddef>

namespace latchkey::app {
namespace {

using auth::fetch_result;
using auth::jwks_stats;
using auth::keys_state;
using enum metric_type;
using labels = metrics_text::labels;

void write_fetches(metrics_text& out, const jwks_stats& keys, labels with) {
  for (std::size_t i = 0; i < auth::fetch_result_count; ++i) {
    const auto result = auth::to_string(static_cast<fetch_result>(i));
    out.sample(keys.fetches[i], with_label(with, {"result", result}));
  }
}

void write_durations(metrics_text& out, const jwks_stats& keys, labels with) {
  out.buckets(auth::fetch_duration_bounds, keys.durations,
              std::chrono::duration<double>{keys.duration_sum}.count(), with);
}

void write_keys(metrics_text& out, const jwks_stats& keys, labels with) {
  out.sample(keys.kids.size(), with_label(with, {"state", "usable"}));
  out.sample(keys.skipped.size(), with_label(with, {"state", "skipped"}));
}

void write_state(metrics_text& out, const jwks_stats& keys, labels with) {
  for (const auto state : {keys_state::never_loaded, keys_state::fresh, keys_state::stale,
                           keys_state::expired, keys_state::withdrawn}) {
    out.sample(keys.state == state ? 1U : 0U, with_label(with, {"state", auth::to_string(state)}));
  }
}

std::optional<core::steady_duration> known_max_age(const jwks_stats& keys) {
  if (!keys.age) return std::nullopt;
  return keys.max_age;
}

constexpr auto key_rows = std::to_array<metric_row<jwks_stats>>({
    {"latchkey_jwks_ready", gauge, "1 if tokens of the issuer can be verified, else 0.",
     sample_of<&jwks_stats::ready>, "1 if keys are loaded and not too old to be used, else 0"},
    {"latchkey_jwks_state", gauge, "1 for the state the keys are in, 0 for the others.",
     write_state,
     "1 for the state the keys are in, 0 for the others: `never_loaded`, `fresh` (within max-age), "
     "`stale` (past it, still used), `expired` (past `max_stale`), `withdrawn` (taken away by the "
     "issuer, all of them)",
     "`state`"},
    {"latchkey_jwks_fetches_total", counter, "Fetches of the issuer's keys, by how they ended.",
     write_fetches,
     "fetches that came to an end: `ok`, `not_modified` (304), `status` (another HTTP status), "
     "`invalid` (no key set, or no usable key in it), `timeout`, `connection` (none, or a refused "
     "certificate)",
     "`result`"},
    {"latchkey_jwks_fetch_duration_seconds", histogram, "How long the fetches took.",
     write_durations, "how long the fetches took"},
    {"latchkey_jwks_last_success_timestamp_seconds", gauge,
     "When the keys in use came or were confirmed; absent before.",
     sample_of<&jwks_stats::last_success>,
     "when the keys in use came or were confirmed, in seconds since 1970; absent before the first "
     "load"},
    {"latchkey_jwks_failures_in_row", gauge, "Fetches that failed since the last good one.",
     sample_of<&jwks_stats::failures_in_row>, "fetches that failed since the last good one"},
    {"latchkey_jwks_age_seconds", gauge, "Time since then; absent before.",
     sample_of<&jwks_stats::age>,
     "time since the keys in use came or were confirmed; absent before the first load"},
    {"latchkey_jwks_max_age_seconds", gauge, "The age at which they are due; absent before.",
     sample_of<known_max_age>, "the age at which they are due; absent before the first load"},
    {"latchkey_jwks_keys", gauge, "Keys of the set in use, and those of it that cannot be used.",
     write_keys,
     "keys of the set in use: `usable`, or `skipped` for those that cannot be used here",
     "`state`"},
    {"latchkey_jwks_generation", gauge, "Grows whenever the keys in use change.",
     sample_of<&jwks_stats::generation>, "grows whenever the keys in use change"},
    {"latchkey_jwks_waiters", gauge, "Requests that wait for a fetch.",
     sample_of<&jwks_stats::waiters>, "requests that wait for a fetch now"},
    {"latchkey_jwks_negative_kids", gauge, "Key ids remembered as not being the issuer's.",
     sample_of<&jwks_stats::negative_kids>, "key ids remembered as not being the issuer's"},
    {"latchkey_unknown_kid_denials_total", counter,
     "Requests refused because the issuer has no key of that kid.",
     sample_of<&jwks_stats::unknown_kids>,
     "requests refused because the issuer has no key of that id"},
});

}  // namespace

void write_key_metrics(metrics_text& out, std::span<const issuer_status> issuers) {
  std::vector<metric_source<jwks_stats>> sources;
  for (const auto& one : issuers) sources.push_back({one.keys, {{"issuer", one.issuer}}});
  write_table<jwks_stats>(out, key_rows, sources);
}

std::vector<metric_info> key_metrics() {
  std::vector<metric_info> all;
  append_info<jwks_stats>(all, key_rows);
  return all;
}

}  // namespace latchkey::app
