#include <latchkey/app/process_metrics.hpp>

#include <sys/resource.h>

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
  out.gauge("process_start_time_seconds", "When the process began, in seconds since 1970.");
  const auto since = std::chrono::floor<std::chrono::milliseconds>(started.time_since_epoch());
  out.sample(static_cast<double>(since.count()) / 1000);
  const auto usage = parse_process_stat(read_whole("/proc/self/stat"),
                                        static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)),
                                        static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  if (usage) {
    out.counter("process_cpu_seconds_total", "CPU time in user and system mode.");
    out.sample(usage->cpu_seconds);
    out.gauge("process_resident_memory_bytes", "Memory in use.");
    out.sample(usage->resident_bytes);
  }
  if (const auto count = open_descriptors()) {
    out.gauge("process_open_fds", "Open file descriptors.");
    out.sample(*count);
  }
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    out.gauge("process_max_fds", "How many file descriptors may be open.");
    out.sample(std::uint64_t{limit.rlim_cur});
  }
}

}  // namespace latchkey::app
