// What one run of the load client measured: the data that every form of the report is made from.
// Not for how it was measured, nor for how it is shown.
#pragma once

#include "common/machine.hpp"
#include "load/histogram.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::report {

// What was asked for.
struct run_options {
  std::vector<std::string> urls;  // without user, password and query
  std::string method = "GET";
  std::optional<double> rate;  // requests a second; nothing: closed loop
  unsigned connections = 1;
  unsigned threads = 1;
  double warmup_seconds = 0;
  bool keepalive = true;
  bool resume = false;
  std::string tokens;    // in words, "4,000 distinct"; empty: none
  std::string mix;       // "valid=95,expired=3"; empty: all alike
  std::string provider;  // what it was made to do, "rotate/5s"; empty: there was none
};

// Requests of one kind of token ("valid", "expired", ...; "any" without tokens).
struct kind_count {
  std::string kind;
  std::string expected;  // the statuses that are right: "200", "2xx"
  std::uint64_t sent = 0;
  std::uint64_t right = 0;
  // Answers of another status than was expected, by status.
  std::map<unsigned, std::uint64_t> wrong;
};

// One step of the time axis. Requests count where they were answered, or failed.
struct moment {
  double at = 0;      // seconds since the run began, of the step's begin
  double length = 1;  // seconds
  std::uint64_t answered = 0;
  std::uint64_t wrong = 0;    // of those answered
  std::uint64_t refused = 0;  // of those wrong: a valid token that was answered 401 or 403
  std::uint64_t errors = 0;   // requests without an answer
  double p50 = 0;             // seconds, latency; 0 where nothing was answered
  double p99 = 0;
  double max = 0;
  std::optional<std::uint64_t> fetches;  // key sets the provider was asked for, with --idp
};

// What the provider was made to do, and when.
struct provider_event {
  double at = 0;  // seconds since the run began
  std::string what;
};

struct provider_figures {
  std::vector<provider_event> events;
  std::uint64_t fetches = 0;
  std::uint64_t wrongly_refused = 0;
};

// What is counted of requests, in a run and in a report that is read back.
struct load_totals {
  std::uint64_t sent = 0;      // requests begun
  std::uint64_t answered = 0;  // answers, of whatever status
  std::uint64_t wrong = 0;     // answers of a status that was not expected
  std::uint64_t errors = 0;    // requests without an answer
  std::uint64_t late = 0;      // open loop: sent over a millisecond after their time
  std::uint64_t dropped = 0;   // open loop: never sent, since no connection was free in time
  // Requests that were sent a second time since the server had ended their connection while it was
  // idle, which is its right: they count once.
  std::uint64_t repeated = 0;
};

// Their names in JSON. `repeated` is not among them: older reports do not have it.
struct total {
  std::string_view key;
  std::uint64_t load_totals::* member;
};
inline constexpr std::array<total, 6> totals{{{"sent", &load_totals::sent},
                                              {"answered", &load_totals::answered},
                                              {"wrong", &load_totals::wrong},
                                              {"errors", &load_totals::errors},
                                              {"late", &load_totals::late},
                                              {"dropped", &load_totals::dropped}}};

// All that is counted while a run goes on, in one step of the time axis or in the whole.
struct load_counts : load_totals {
  std::uint64_t bytes_sent = 0;  // of HTTP, without TLS
  std::uint64_t bytes_received = 0;

  // Latency counts from when a request should have been sent (open loop), or from its first byte
  // (closed loop); service from its first byte. Both end with the answer's last byte. The phases
  // are of new connections, but first_byte: from a request's last byte to its answer's first.
  load::histogram latency;
  load::histogram service;
  load::histogram connect;
  load::histogram tls;
  load::histogram first_byte;
  // Open loop: how much later than intended requests were sent that found a connection free.
  load::histogram pacing;

  std::map<unsigned, std::uint64_t> statuses;
  std::map<std::string, std::uint64_t> error_kinds;  // "timeout", "closed", "tls_failed", ...

  std::uint64_t connects = 0;
  std::uint64_t handshakes = 0;
  std::uint64_t resumed = 0;     // of the handshakes
  std::uint64_t ended_idle = 0;  // connections that the server had ended between two requests

  void add(const load_counts& other);
};

struct run_report : load_counts {
  std::string started;  // RFC 3339, UTC
  run_options asked;
  machine on;
  double seconds = 0;    // measured, without the warm-up
  bool stopped = false;  // by Ctrl-C, before its end

  std::vector<kind_count> kinds;
  std::vector<moment> timeline;

  std::string tls_version;  // "TLSv1.3"; empty: plain
  std::string cipher;

  // CPU seconds of the load client itself for each of its threads' wall seconds: 1 is the most.
  double own_cpu = 0;
  bool bottleneck = false;  // client_was_busy(), as it is reported

  std::optional<provider_figures> provider;

  // Whether the load client may itself have been the limit: it used that much of a core. What is
  // late while it had time is the machine's doing, and stands in the pacing.
  bool client_was_busy() const { return own_cpu > 0.9; }

  double throughput() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

}  // namespace latchkey::bench::report
