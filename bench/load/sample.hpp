// The record of one request: when it was due, sent and answered, and its status or error. Not for
// sums: see histogram.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace latchkey::bench::load {

// What to send next. `tag` is the caller's own and comes back with the sample.
struct request {
  std::string_view bytes;  // must live until its sample has been told
  std::uint64_t tag = 0;
};

struct sample {
  std::uint64_t tag = 0;
  core::steady_time intended;  // when it should have been sent
  core::steady_time sent;      // when its turn came, which is later where the connections were busy
  core::steady_time answered;
  unsigned status = 0;  // 0: no answer, then `error` says why
  std::optional<unsigned> retry_after;
  core::error_code error;

  core::steady_duration latency() const { return answered - intended; }
};

}  // namespace latchkey::bench::load
