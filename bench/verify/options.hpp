// The options of `latchkey-bench verify`, and their validation. Not for parsing a command line:
// that is cli.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench {

// The parts of the report.
enum class section { stages, steps, threads, keys };

// What a second is: of the thread's own CPU time, or of the clock on the wall.
enum class time_kind { cpu, wall };

struct verify_options {
  unsigned keys = 4;
  unsigned tokens = 4000;  // distinct, taken in turn
  unsigned hot = 16;       // of them, for the cache
  unsigned rounds = 7;
  double seconds = 0.3;  // of each case in each round
  unsigned threads = 1;  // the most
  time_kind time = time_kind::cpu;
  bool batch = true;  // take the kernel for eight signatures where there is one
  bool json = false;
  std::vector<section> only;  // empty: all

  bool wants(section part) const;
};

// "stages" and so on; nothing for any other text.
std::optional<section> section_named(std::string_view name);
std::string_view name_of(section part);
std::string_view name_of(time_kind time);

// What is wrong with them and what to do about it; nothing where they can be used.
std::optional<std::string> problem_of(const verify_options& options);

}  // namespace latchkey::bench
