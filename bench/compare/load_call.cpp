#include "compare/load_call.hpp"

#include "compare/programs.hpp"
#include "report/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

namespace latchkey::bench::compare {
namespace {

using harness::clock;

constexpr std::chrono::seconds timeout{60};  // beyond the time it was asked to take

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

std::vector<std::string> load_arguments(const load_call_options& options) {
  const auto& shape = options.shape;
  std::vector<std::string> args{
      "load",          options.url,
      "--connections", fmt::format("{}", shape.connections),
      "--duration",    fmt::format("{}ms", std::lround(shape.seconds * 1000)),
      "--tokens",      "file=" + options.tokens.string(),
      "--ca",          options.authority.string(),
      "--json"};
  if (shape.rate) {
    // A rate of less than one a second is none.
    args.insert(args.end(), {"--rate", fmt::format("{}", std::max(1L, std::lround(*shape.rate)))});
  }
  if (!shape.keepalive) args.insert(args.end(), {"--keepalive", "off"});
  if (shape.resume) args.emplace_back("--resume");
  return args;
}

load_figures read_load_figures(std::string_view text) {
  const auto run = report::read_saved(text, "the load client's report");
  load_figures made{run};
  made.seconds = run.seconds;
  const auto latency = [&run](const char* name) {
    const auto value = report::figure(run, name);
    return std::isinf(value) ? 0 : value;  // of no answers
  };
  made.p50 = latency("p50");
  made.p99 = latency("p99");
  made.bottleneck = run.bottleneck;
  made.resumed = run.resumed;
  return made;
}

load_in_flight start_load(harness::test_env& env, const load_call_options& options) {
  load_in_flight load;
  load.report = env.write("load.json", "");
  // The report is one long line: it goes to a file, its complaints to us.
  std::vector<std::string> args{"-c", R"(exec "$@" > "$0")", load.report.string()};
  const auto pinned = pinned_command(
      {options.core}, std::filesystem::read_symlink("/proc/self/exe"), load_arguments(options));
  args.insert(args.end(), pinned.begin(), pinned.end());
  load.program = env.start("/bin/sh", std::move(args));
  return load;
}

async::task<load_figures> end_of_load(harness::test_env& env, load_in_flight load, double seconds) {
  const auto length = std::chrono::duration_cast<core::steady_duration>(
      std::chrono::duration<double>{seconds} + timeout);
  const core::deadline until{clock::now() + length};
  const auto status = co_await load.program->ended(until);
  env.check();
  const auto text = text_of(load.report);
  std::error_code ignored;
  std::filesystem::remove(load.report, ignored);
  if (!status || text.empty()) {
    const auto& lines = load.program->lines();
    throw std::runtime_error{"the load client " +
                             (status ? fmt::format("ended with status {}", *status)
                                     : std::string{"did not end in time"}) +
                             (lines.empty() ? std::string{} : ": " + lines.back())};
  }
  co_return read_load_figures(text);
}

async::task<load_figures> measure_load(harness::test_env& env, load_call_options options) {
  const auto load = start_load(env, options);
  co_return co_await end_of_load(env, load, options.shape.seconds);
}

}  // namespace latchkey::bench::compare
