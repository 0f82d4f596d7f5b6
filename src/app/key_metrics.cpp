#include <latchkey/app/key_metrics.hpp>

#include <array>
#include <chrono>
#include <cstddef>

namespace latchkey::app {
namespace {

using auth::fetch_result;
using auth::jwks_stats;
using auth::keys_state;
using issuers_view = std::span<const issuer_status>;

double seconds(core::steady_duration length) {
  return std::chrono::duration<double>{length}.count();
}

void write_fetches(metrics_text& out, issuers_view issuers) {
  out.counter("latchkey_jwks_fetches_total", "Fetches of the issuer's keys, by how they ended.");
  for (const auto& one : issuers) {
    for (std::size_t i = 0; i < auth::fetch_result_count; ++i) {
      const std::array labels{
          metric_label{"issuer", one.issuer},
          metric_label{"result", auth::to_string(static_cast<fetch_result>(i))}};
      out.sample(one.keys.fetches[i], labels);
    }
  }
  out.histogram("latchkey_jwks_fetch_duration_seconds", "How long the fetches took.");
  for (const auto& one : issuers) {
    const std::array issuer{metric_label{"issuer", one.issuer}};
    out.buckets(auth::fetch_duration_bounds, one.keys.durations, seconds(one.keys.duration_sum),
                issuer);
  }
}

void write_states(metrics_text& out, issuers_view issuers) {
  out.gauge("latchkey_jwks_keys", "Keys of the set in use, and those of it that cannot be used.");
  for (const auto& one : issuers) {
    const std::array usable{metric_label{"issuer", one.issuer}, metric_label{"state", "usable"}};
    const std::array skipped{metric_label{"issuer", one.issuer}, metric_label{"state", "skipped"}};
    out.sample(one.keys.kids.size(), usable);
    out.sample(one.keys.skipped.size(), skipped);
  }
  out.gauge("latchkey_jwks_state", "1 for the state the keys are in, 0 for the others.");
  for (const auto& one : issuers) {
    for (const auto state : {keys_state::never_loaded, keys_state::fresh, keys_state::stale,
                             keys_state::expired, keys_state::withdrawn}) {
      const std::array labels{metric_label{"issuer", one.issuer},
                              metric_label{"state", auth::to_string(state)}};
      out.sample(one.keys.state == state ? 1U : 0U, labels);
    }
  }
}

// Left out for issuers whose keys never came.
template <class ValueOf>
void write_where_known(metrics_text& out, issuers_view issuers, ValueOf value_of) {
  for (const auto& one : issuers) {
    const std::array issuer{metric_label{"issuer", one.issuer}};
    if (const auto value = value_of(one.keys)) out.sample(*value, issuer);
  }
}

void write_times(metrics_text& out, issuers_view issuers) {
  out.gauge("latchkey_jwks_last_success_timestamp_seconds",
            "When the keys in use came or were confirmed; absent before.");
  write_where_known(out, issuers, [](const jwks_stats& keys) -> std::optional<double> {
    if (!keys.last_success) return std::nullopt;
    return std::chrono::duration<double>{keys.last_success->time_since_epoch()}.count();
  });
  out.gauge("latchkey_jwks_age_seconds", "Time since then; absent before.");
  write_where_known(out, issuers, [](const jwks_stats& keys) -> std::optional<double> {
    if (!keys.age) return std::nullopt;
    return seconds(*keys.age);
  });
  out.gauge("latchkey_jwks_max_age_seconds", "The age at which they are due; absent before.");
  write_where_known(out, issuers, [](const jwks_stats& keys) -> std::optional<double> {
    if (!keys.age) return std::nullopt;
    return seconds(keys.max_age);
  });
}

}  // namespace

void write_key_metrics(metrics_text& out, issuers_view issuers) {
  write_fetches(out, issuers);
  write_states(out, issuers);
  write_times(out, issuers);
  const auto each = [&](auto value_of) {
    for (const auto& one : issuers) {
      const std::array issuer{metric_label{"issuer", one.issuer}};
      out.sample(value_of(one.keys), issuer);
    }
  };
  out.counter("latchkey_unknown_kid_denials_total",
              "Requests refused because the issuer has no key of that kid.");
  each([](const jwks_stats& keys) { return keys.unknown_kids; });
  const auto gauge = [&](const char* name, const char* help, auto value_of) {
    out.gauge(name, help);
    each(value_of);
  };
  gauge("latchkey_jwks_failures_in_row", "Fetches that failed since the last good one.",
        [](const jwks_stats& keys) { return keys.failures_in_row; });
  gauge("latchkey_jwks_ready", "1 if tokens of the issuer can be verified, else 0.",
        [](const jwks_stats& keys) { return keys.ready ? 1U : 0U; });
  gauge("latchkey_jwks_waiters", "Requests that wait for a fetch.",
        [](const jwks_stats& keys) { return keys.waiters; });
  gauge("latchkey_jwks_negative_kids", "Key ids remembered as not being the issuer's.",
        [](const jwks_stats& keys) { return keys.negative_kids; });
  gauge("latchkey_jwks_generation", "Grows whenever the keys in use change.",
        [](const jwks_stats& keys) { return keys.generation; });
}

}  // namespace latchkey::app
