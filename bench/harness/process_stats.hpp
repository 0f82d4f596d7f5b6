// CPU time, memory and descriptors of a running program and of those it has started, from /proc
// (proc(5)). Parsing is apart from reading the files. Not for this process: that is
// process_metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace latchkey::bench::harness {

// Of one line of /proc/PID/stat (proc(5)).
struct process_line {
  int pid = 0;
  int parent = 0;
  std::uint64_t ticks = 0;  // of processor time, in user and kernel mode
  std::uint64_t resident_pages = 0;

  bool operator==(const process_line&) const = default;
};

// Nothing for any other text. A program's name may have spaces, brackets and line feeds in it.
std::optional<process_line> parse_process_line(std::string_view text);

// `root` and its descendants among `all`, in any order.
std::vector<process_line> tree_below(int root, const std::vector<process_line>& all);

// Of a process that runs; nothing where it does not.
std::optional<process_line> stat_of(int pid);
std::size_t resident_bytes_of(const process_line& one);

struct usage {
  double cpu_seconds = 0;
  std::size_t resident_bytes = 0;
};

// Of that program and its descendants together; children that were waited for are not counted.
// Throws std::runtime_error if it no longer runs.
usage usage_of(int pid);

// How many descriptors that program has open; nothing where it no longer runs.
std::optional<std::size_t> open_descriptors_of(int pid);

// The cores this process may use, by number.
std::vector<unsigned> usable_cores();

}  // namespace latchkey::bench::harness
