// Which traces are recorded: a share of them, told by 56 random bits, so that all who use the same
// share decide alike of one trace. Pure. Not for what others have decided: request_trace.
#pragma once

#include <cstdint>

namespace latchkey::trace {

class ratio_sampler {
 public:
  // From 0, none, to 1, all. Throws std::invalid_argument for anything else.
  explicit ratio_sampler(double ratio);

  // By the low 56 bits, of a trace id as OpenTelemetry's TraceIdRatioBased has it: sampled are the
  // largest.
  bool samples(std::uint64_t bits) const { return (bits & mask) >= threshold_; }

 private:
  static constexpr std::uint64_t mask = (std::uint64_t{1} << 56U) - 1;
  std::uint64_t threshold_;
};

}  // namespace latchkey::trace
