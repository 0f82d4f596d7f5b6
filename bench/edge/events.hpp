// Server-sent events off a connection's bytes, and what a proxy adds to their latency. Pure.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace latchkey::bench::edge {

// By the event's number: how long it took from the upstream's clock, which is this machine's.
using event_latencies = std::map<std::uint64_t, core::steady_duration>;

// Takes events "data: NUMBER NANOSECONDS" out of bytes as they come, whatever is around them.
class event_reader {
 public:
  // `now`: when the bytes have come.
  void take(std::string_view bytes, core::steady_time now);
  const event_latencies& seen() const { return seen_; }

 private:
  std::string rest_;
  event_latencies seen_;
};

struct added_latency {
  std::size_t events = 0;  // that came both ways
  core::steady_duration median{};
  core::steady_duration tail{};  // the 99th percentile
};
// Of each event how much later it came through the proxy.
added_latency added_by(const event_latencies& through, const event_latencies& direct);

}  // namespace latchkey::bench::edge
