// The counts of a worker, for each step of the time axis and in total. Not for ratios: those are
// the report's.
#pragma once

#include "load/connection.hpp"
#include "report/run_report.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace latchkey::bench::run {

struct kind_tally {
  std::uint64_t sent = 0;
  std::uint64_t right = 0;
  std::map<unsigned, std::uint64_t> wrong;
};

struct tally : report::load_counts {
  std::uint64_t refused = 0;  // valid tokens, answered 401 or 403
  std::vector<kind_tally> kinds;

  void add_connection(const load::connecting& made, bool over_tls);
  void add(const tally& other);
};

}  // namespace latchkey::bench::run
