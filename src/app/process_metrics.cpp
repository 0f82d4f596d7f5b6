#include <latchkey/app/process_metrics.hpp>

#include <sys/resource.h>

#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <unistd.h>

namespace latchkey::app {
namespace {

std::string read_whole(const char* path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// The field of that number, counted from 0, between single spaces.
std::optional<std::uint64_t> field(std::string_view text, int number) {
  for (; number > 0; --number) {
    const auto space = text.find(' ');
    if (space == text.npos) return std::nullopt;
    text.remove_prefix(space + 1);
  }
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{}) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> open_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator all{"/proc/self/fd", error};
  std::uint64_t count = 0;
  while (!error && all != std::filesystem::directory_iterator{}) {
    ++count;
    all.increment(error);
  }
  // The one the folder was read with is among them.
  if (error || count == 0) return std::nullopt;
  return count - 1;
}

// What the page says of the process; what cannot be read has no value.
struct process_figures {
  core::wall_time started;
  std::optional<process_usage> usage;
  std::optional<std::uint64_t> open_fds;
  std::optional<std::uint64_t> max_fds;
};

using enum metric_type;

void write_version(metrics_text& out, const process_figures&, metrics_text::labels with) {
  out.sample(1U, with_label(with, {"version", LATCHKEY_VERSION}));
}

double started_seconds(const process_figures& of) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(of.started.time_since_epoch());
  return static_cast<double>(since.count()) / 1000;
}

std::optional<double> cpu_seconds(const process_figures& of) {
  if (!of.usage) return std::nullopt;
  return of.usage->cpu_seconds;
}

std::optional<std::uint64_t> resident_bytes(const process_figures& of) {
  if (!of.usage) return std::nullopt;
  return of.usage->resident_bytes;
}

constexpr auto process_rows = std::to_array<metric_row<process_figures>>({
    {"latchkey_build_info", gauge, "Always 1; the version is in the label.", write_version,
     "always 1", "`version`"},
    {"process_start_time_seconds", gauge, "When the process began, in seconds since 1970.",
     sample_of<started_seconds>, "when the process began, in seconds since 1970"},
    {"process_cpu_seconds_total", counter, "CPU time in user and system mode.",
     sample_of<cpu_seconds>, "CPU time in user and system mode"},
    {"process_resident_memory_bytes", gauge, "Memory in use.", sample_of<resident_bytes>,
     "memory in use"},
    {"process_open_fds", gauge, "Open file descriptors.", sample_of<&process_figures::open_fds>,
     "open file descriptors"},
    {"process_max_fds", gauge, "How many file descriptors may be open.",
     sample_of<&process_figures::max_fds>, "how many file descriptors may be open"},
});

}  // namespace

std::optional<process_usage> parse_process_stat(std::string_view stat, std::uint64_t ticks,
                                                std::uint64_t page) {
  // The name before it may have spaces and parentheses in it.
  const auto name_end = stat.rfind(") ");
  if (name_end == stat.npos || ticks == 0) return std::nullopt;
  const auto fields = stat.substr(name_end + 2);
  const auto user = field(fields, 11);
  const auto system = field(fields, 12);
  const auto pages = field(fields, 21);
  if (!user || !system || !pages) return std::nullopt;
  return process_usage{static_cast<double>(*user + *system) / static_cast<double>(ticks),
                       *pages * page};
}

void write_process_metrics(metrics_text& out, core::wall_time started) {
  process_figures figures{
      .started = started,
      .usage = parse_process_stat(read_whole("/proc/self/stat"),
                                  static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)),
                                  static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))),
      .open_fds = open_descriptors(),
      .max_fds = std::nullopt};
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = limit.rlim_cur;
  write_table<process_figures>(out, process_rows, figures);
}

std::vector<metric_info> process_metrics() {
  std::vector<metric_info> all;
  append_info<process_figures>(all, process_rows);
  return all;
}

}  // namespace latchkey::app
