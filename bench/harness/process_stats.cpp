#include "harness/process_stats.hpp"

#include "common/number.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <unistd.h>

namespace latchkey::bench::harness {
namespace {

// The fields after the name, the state the first: proc(5) counts them from 3.
constexpr std::size_t parent_field = 4 - 3;
constexpr std::size_t user_field = 14 - 3;
constexpr std::size_t system_field = 15 - 3;
constexpr std::size_t resident_field = 24 - 3;

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto read = parse_number<Number>(text);
  number = read.value_or(Number{});
  return read.has_value();
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<process_line> all_processes() {
  std::vector<process_line> all;
  std::error_code error;
  std::filesystem::directory_iterator at{"/proc", error};
  for (; !error && at != std::filesystem::directory_iterator{}; at.increment(error)) {
    int pid = 0;
    if (!read_number(std::string_view{at->path().filename().native()}, pid)) continue;
    // One that has ended in the meantime gives an empty text.
    if (const auto line = stat_of(pid)) all.push_back(*line);
  }
  return all;
}

}  // namespace

std::optional<process_line> parse_process_line(std::string_view text) {
  const auto open = text.find(" (");
  const auto close = text.rfind(") ");
  if (open == text.npos || close == text.npos || close < open) return std::nullopt;
  process_line line;
  if (!read_number(text.substr(0, open), line.pid)) return std::nullopt;
  std::array<std::string_view, resident_field + 1> fields;
  auto rest = text.substr(close + 2);
  for (auto& field : fields) {
    const auto end = std::min(rest.find_first_of(" \n"), rest.size());
    field = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  if (!read_number(fields[parent_field], line.parent) || !read_number(fields[user_field], user) ||
      !read_number(fields[system_field], system) ||
      !read_number(fields[resident_field], line.resident_pages)) {
    return std::nullopt;
  }
  line.ticks = user + system;
  return line;
}

std::vector<process_line> tree_below(int root, const std::vector<process_line>& all) {
  std::vector<process_line> tree;
  const auto take = [&](auto wanted) {
    std::copy_if(all.begin(), all.end(), std::back_inserter(tree), wanted);
  };
  take([root](const process_line& one) { return one.pid == root; });
  for (std::size_t at = 0; at < tree.size(); ++at) {
    const auto parent = tree[at].pid;
    // Lines that are read one after the other may name a new process of an old number: nobody is
    // taken twice.
    take([&](const process_line& one) {
      return one.parent == parent &&
             std::none_of(tree.begin(), tree.end(),
                          [&](const process_line& had) { return had.pid == one.pid; });
    });
  }
  return tree;
}

std::optional<process_line> stat_of(int pid) {
  return parse_process_line(text_of("/proc/" + std::to_string(pid) + "/stat"));
}

std::size_t resident_bytes_of(const process_line& one) {
  return static_cast<std::size_t>(one.resident_pages) *
         static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

usage usage_of(int pid) {
  const auto tree = tree_below(pid, all_processes());
  if (tree.empty()) throw std::runtime_error{"a server has ended by itself"};
  const auto ticks_a_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  usage sum;
  for (const auto& one : tree) {
    sum.cpu_seconds += static_cast<double>(one.ticks) / ticks_a_second;
    sum.resident_bytes += resident_bytes_of(one);
  }
  return sum;
}

std::optional<std::size_t> open_descriptors_of(int pid) {
  std::error_code error;
  std::filesystem::directory_iterator at{"/proc/" + std::to_string(pid) + "/fd", error};
  std::size_t count = 0;
  for (; !error && at != std::filesystem::directory_iterator{}; at.increment(error)) ++count;
  if (error) return std::nullopt;
  return count;
}

std::vector<unsigned> usable_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  std::vector<unsigned> cores;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return cores;
  for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) cores.push_back(core);
  }
  return cores;
}

}  // namespace latchkey::bench::harness
