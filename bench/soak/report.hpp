// What came of a soak, as rows with what was required, as text and as JSON. Pure.
#pragma once

#include "idp_faults/report.hpp"
#include "soak/tally.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::bench::soak {

struct descriptor_counts {
  std::size_t before = 0;            // of the server, before the load
  std::optional<std::size_t> after;  // once all that was idle has been let go; none where it ended
};

struct outcome {
  std::uint64_t seed = 0;
  std::chrono::seconds planned{};
  std::chrono::milliseconds ran{};
  bool stopped = false;
  tally counted;
  memory_growth memory;
  descriptor_counts descriptors;
  std::uint64_t ended_idle = 0;
  std::vector<std::string> troubles;
  std::optional<int> status;  // that the server ended with
  std::string fault;          // why the run could not go on; empty where it could
  std::vector<std::pair<std::string, std::uint64_t>> done;  // what happened, and how often
};

// What has not been judged because the run was stopped is left out, or skipped.
std::vector<idp_faults::row> rows_of(const outcome& made);
bool holds(const outcome& made);

std::string text_of(const outcome& made);
boost::json::object json_of(const outcome& made);

// A line of progress.
std::string progress_line(const outcome& so_far, std::size_t resident_bytes,
                          std::size_t descriptors);

}  // namespace latchkey::bench::soak
