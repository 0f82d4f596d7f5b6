// What a worker counts, in one step of the time axis or in all of them. Not for shares and ratios:
// those are the report's.
#pragma once

#include "load/connection.hpp"
#include "load/histogram.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace latchkey::bench::run {

struct kind_tally {
  std::uint64_t sent = 0;
  std::uint64_t right = 0;
  std::map<unsigned, std::uint64_t> wrong;
};

struct tally {
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t wrong = 0;
  std::uint64_t refused = 0;  // valid tokens, answered 401 or 403
  std::uint64_t errors = 0;
  std::uint64_t late = 0;
  std::uint64_t dropped = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t connects = 0;
  std::uint64_t handshakes = 0;
  std::uint64_t resumed = 0;
  std::uint64_t ended_idle = 0;  // connections that the server had ended between two requests
  std::uint64_t repeated = 0;    // requests that were therefore sent a second time
  load::histogram latency;
  load::histogram service;
  load::histogram connect;
  load::histogram tls;
  load::histogram first_byte;
  load::histogram pacing;
  std::map<unsigned, std::uint64_t> statuses;
  std::map<std::string, std::uint64_t> error_kinds;
  std::vector<kind_tally> kinds;

  void add_connection(const load::connecting& made, bool over_tls);
  void add(const tally& other);
};

}  // namespace latchkey::bench::run
