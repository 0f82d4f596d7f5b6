// A run of the load client with something in each of its fields, for tests of what is made of it.
// Not a likely run: no one server does all of this.
#pragma once

#include "report/run_report.hpp"

#include <chrono>
#include <cmath>

namespace latchkey::bench::test {

// `count` durations from `min` to `max`, more of them towards `min`, the last one `max`.
inline load::histogram sample_histogram(unsigned count, std::chrono::microseconds min,
                                        std::chrono::microseconds max) {
  load::histogram made;
  const auto ratio = static_cast<double>(max.count()) / static_cast<double>(min.count());
  for (unsigned i = 1; i <= count; ++i) {
    const auto share = static_cast<double>(i) / static_cast<double>(count);
    const auto value = static_cast<double>(min.count()) * std::pow(ratio, share * share * share);
    made.add(std::chrono::microseconds{std::llround(value)});
  }
  return made;
}

// Ten seconds of an open loop with a provider that changed its keys at 4 s.
inline report::run_report sample_run() {
  using std::chrono::microseconds;
  report::run_report run;
  run.started = "2026-08-24T09:30:00Z";
  run.asked = {.urls = {"https://127.0.0.1:8443/hello", "https://127.0.0.1:8443/users/me"},
               .method = "GET",
               .rate = 1000,
               .connections = 64,
               .threads = 2,
               .warmup_seconds = 2,
               .keepalive = true,
               .resume = true,
               .tokens = "4,000 distinct",
               .mix = "valid=95,expired=3,kid=2",
               .provider = "rotate/4s"};
  run.on.cpu = "A <processor> & \"more\"";
  run.on.cores = 2;
  run.on.system = "Linux 6.1.0";
  run.on.compiler = "gcc 12.2.0";
  run.on.openssl = "3.0.22";
  run.on.latchkey = "0.1.0";
  run.on.optimised = true;
  run.seconds = 10;
  run.sent = 9'960;
  run.answered = 9'950;
  run.wrong = 7;
  run.errors = 10;
  run.late = 31;
  run.dropped = 40;
  run.bytes_sent = 9'000'000;
  run.bytes_received = 2'400'000;

  run.latency = sample_histogram(9'950, microseconds{240}, microseconds{61'000});
  run.service = sample_histogram(9'950, microseconds{210}, microseconds{18'000});
  run.connect = sample_histogram(66, microseconds{35}, microseconds{900});
  run.tls = sample_histogram(66, microseconds{1'100}, microseconds{9'000});
  run.first_byte = sample_histogram(9'950, microseconds{200}, microseconds{17'500});
  run.pacing = sample_histogram(9'900, microseconds{3}, microseconds{140});

  run.statuses = {{200, 9'447}, {401, 498}, {503, 5}};
  run.error_kinds = {{"closed", 3}, {"timeout", 7}};
  run.kinds = {
      {.kind = "expired", .expected = "401", .sent = 299, .right = 298, .wrong = {{200, 1}}},
      {.kind = "kid", .expected = "401", .sent = 200, .right = 199, .wrong = {{503, 1}}},
      {.kind = "valid",
       .expected = "200",
       .sent = 9'461,
       .right = 9'446,
       .wrong = {{401, 1}, {503, 4}}}};
  for (unsigned second = 0; second < 10; ++second) {
    const bool changed = second == 4;
    run.timeline.push_back({.at = static_cast<double>(second),
                            .length = 1,
                            .answered = 995,
                            .wrong = changed ? 7U : 0U,
                            .refused = changed ? 1U : 0U,
                            .errors = changed ? 10U : 0U,
                            .p50 = 0.00028 + 0.00001 * second,
                            .p99 = changed ? 0.055 : 0.0042,
                            .max = changed ? 0.061 : 0.009,
                            .fetches = changed ? 2U : 0U});
  }

  run.connects = 66;
  run.handshakes = 66;
  run.resumed = 2;
  run.tls_version = "TLSv1.3";
  run.cipher = "TLS_AES_128_GCM_SHA256";
  run.own_cpu = 0.12;
  run.provider = report::provider_figures{
      .events = {{.at = 4, .what = "rotate: key \"k2\" signs"}, {.at = 8.5, .what = "remove k1"}},
      .fetches = 2,
      .wrongly_refused = 1};
  return run;
}

// Five seconds of a closed loop without tokens, TLS or a fault.
inline report::run_report plain_sample_run() {
  using std::chrono::microseconds;
  report::run_report run;
  run.started = "2026-08-24T10:00:00Z";
  run.asked.urls = {"http://127.0.0.1:8080/hello"};
  run.asked.connections = 8;
  run.on = {.cpu = "A processor",
            .cores = 4,
            .system = "Linux 6.1.0",
            .compiler = "gcc 12.2.0",
            .openssl = "3.0.22",
            .latchkey = "0.1.0",
            .optimised = true};
  run.seconds = 5;
  run.sent = run.answered = 60'000;
  run.bytes_sent = 6'000'000;
  run.bytes_received = 9'000'000;
  run.latency = run.service = sample_histogram(60'000, microseconds{80}, microseconds{2'600});
  run.first_byte = run.latency;
  run.connect = sample_histogram(8, microseconds{30}, microseconds{90});
  run.statuses = {{200, 60'000}};
  run.kinds = {{.kind = "any", .expected = "2xx", .sent = 60'000, .right = 60'000, .wrong = {}}};
  for (unsigned second = 0; second < 5; ++second) {
    run.timeline.push_back({.at = static_cast<double>(second),
                            .length = 1,
                            .answered = 12'000,
                            .wrong = 0,
                            .refused = 0,
                            .errors = 0,
                            .p50 = 0.00013,
                            .p99 = 0.0018,
                            .max = 0.0026,
                            .fetches = std::nullopt});
  }
  run.connects = 8;
  run.own_cpu = 0.6;
  return run;
}

}  // namespace latchkey::bench::test
