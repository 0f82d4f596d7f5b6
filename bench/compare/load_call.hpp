// The load client as a child process on its own core: its command line, and the figures read from
// its report. Not for what it does.
#pragma once

#include "compare/rounds.hpp"
#include "harness/test_env.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::compare {

struct load_call_options {
  load_shape shape;
  std::string url;
  std::filesystem::path tokens;  // one a line, taken in turn
  std::filesystem::path authority;
  unsigned core = 1;
};

// The arguments of latchkey-bench.
std::vector<std::string> load_arguments(const load_call_options& options);

// What its --json printed. Throws std::runtime_error for any other text.
load_figures read_load_figures(std::string_view text);

// The load client while it runs, and the file that its report goes to.
struct load_in_flight {
  std::shared_ptr<harness::child> program;
  std::filesystem::path report;
};
load_in_flight start_load(harness::test_env& env, const load_call_options& options);
// Waits for its end. Throws std::runtime_error where it takes far too long or leaves no report.
async::task<load_figures> end_of_load(harness::test_env& env, load_in_flight load, double seconds);

// Both.
async::task<load_figures> measure_load(harness::test_env& env, load_call_options options);

}  // namespace latchkey::bench::compare
