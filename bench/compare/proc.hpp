// What Linux tells of a running program and of those that it has started: processor time and
// memory. Reading the text is apart from reading the files. Not for the program that asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace latchkey::bench::compare {

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

// `root` and all below it, in any order. Lines that are not there are not of the tree.
std::vector<process_line> tree_below(int root, const std::vector<process_line>& all);

struct usage {
  double cpu_seconds = 0;
  std::size_t resident_bytes = 0;
};

// What that program and those it has started have used. Programs that have ended and were waited
// for are not counted. Throws std::runtime_error where it no longer runs.
usage usage_of(int pid);

// The cores this process may use, by number.
std::vector<unsigned> usable_cores();

}  // namespace latchkey::bench::compare
