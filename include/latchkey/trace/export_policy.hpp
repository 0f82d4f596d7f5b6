// What becomes of spans by the answer of the collector, and when they are sent again (OTLP/HTTP,
// Failures). Pure. Not for sending: exporter.
#pragma once

#include <latchkey/core/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::trace {

// What came of one attempt.
struct export_answer {
  core::error_code error;  // there is no answer
  bool timed_out = false;  // with an error
  // With an error: there was an answer, but not one that is read. What it was for has arrived.
  bool unreadable = false;
  unsigned status = 0;
  std::string body;                     // bounded by whoever asked
  std::chrono::seconds retry_after{0};  // 0: not told
};

enum class export_fault : std::uint8_t { none, unreachable, timeout, busy, refused, partly };
inline constexpr std::size_t export_faults = 6;

// A stable code for the log and the metrics.
std::string_view to_string(export_fault value);

struct export_verdict {
  export_fault fault = export_fault::none;
  bool again = false;          // it may be sent once more
  std::uint64_t rejected = 0;  // of those that were sent, where it is not again
};

// Of an attempt with so many spans. 429, 502, 503 and 504, and no answer at all, are tried again;
// what another status refuses is not, nor what had an answer that cannot be read.
export_verdict judge(const export_answer& answer, std::size_t spans);

// How often one batch is sent at most.
inline constexpr unsigned most_attempts = 5;

// How long to wait after attempt number `attempt`, from 1: it doubles from a second, and chance,
// from 0 to 1, takes up to half of it; what the collector has asked for counts where it is longer.
// A minute at most.
std::chrono::milliseconds wait_after(unsigned attempt, std::chrono::seconds asked, double chance);

}  // namespace latchkey::trace
