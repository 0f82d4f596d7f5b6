#include <latchkey/core/processors.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <sched.h>
#include <string_view>
#include <thread>
#include <vector>

namespace latchkey::core {
namespace {

// Up to `end`, which is taken away with it.
std::string_view take(std::string_view& text, char end) {
  const auto size = std::min(text.find(end), text.size());
  const auto piece = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return piece;
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) pieces.push_back(take(text, by));
  return pieces;
}

bool lists(std::string_view commas, std::string_view name) {
  const auto all = split(commas, ',');
  return std::find(all.begin(), all.end(), name) != all.end();
}

std::optional<std::int64_t> number(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || rest != end) return std::nullopt;
  return value;
}

// Spaces and the like stand in mountinfo as a backslash and three octal digits.
std::string unescaped(std::string_view text) {
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) &&
        octal(text[i + 3])) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                 (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

enum class version { one, two };

// Where the controller of processors is mounted, and what of its tree is seen there.
struct mount {
  std::string root;
  std::string point;
};

// "36 35 98:0 /root /point opts [optional...] - type source super_opts" (proc(5))
std::optional<mount> find_mount(std::string_view mountinfo, version which) {
  for (const auto line : split(mountinfo, '\n')) {
    const auto dash = line.find(" - ");
    if (dash == line.npos) continue;
    const auto before = split(line.substr(0, dash), ' ');
    const auto after = split(line.substr(dash + 3), ' ');
    if (before.size() < 5 || after.empty()) continue;
    const bool fits = which == version::two
                          ? after[0] == "cgroup2"
                          : after[0] == "cgroup" && after.size() > 2 && lists(after[2], "cpu");
    if (fits) return mount{unescaped(before[3]), unescaped(before[4])};
  }
  return std::nullopt;
}

// "0::/path" or "4:cpu,cpuacct:/path"
std::optional<std::string> find_group(std::string_view groups, version which) {
  for (auto line : split(groups, '\n')) {
    const auto hierarchy = take(line, ':');
    const auto controllers = take(line, ':');
    if (which == version::two ? hierarchy == "0" && controllers.empty()
                              : lists(controllers, "cpu")) {
      return std::string{line};
    }
  }
  return std::nullopt;
}

// The group's path below the mount point, "" for the mount point itself: for a group that is not
// seen from here that is the nearest that is.
std::string below(const mount& where, const std::string& group) {
  if (group.find("..") != group.npos) return {};
  auto path = group;
  if (where.root != "/") {
    if (!path.starts_with(where.root)) return {};
    path.erase(0, where.root.size());
  }
  if (!path.starts_with('/')) return {};
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path;
}

std::optional<double> share(std::optional<std::int64_t> quota, std::optional<std::int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::optional<double> quota_of(const std::string& folder, version which, const read_text& read) {
  if (which == version::one) {
    const auto quota = read(folder + "/cpu.cfs_quota_us");
    const auto period = read(folder + "/cpu.cfs_period_us");
    if (!quota || !period) return std::nullopt;
    return share(number(*quota), number(*period));
  }
  const auto text = read(folder + "/cpu.max");
  if (!text) return std::nullopt;
  std::string_view rest{*text};
  const auto quota = number(take(rest, ' '));
  constexpr std::int64_t usual_period = 100'000;
  return share(quota, rest.empty() ? usual_period : number(rest));
}

std::optional<double> least(std::optional<double> one, std::optional<double> other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

unsigned allowed_processors() {
  // A set that is too small for the machine is refused with EINVAL.
  constexpr std::size_t most = 1U << 16;
  for (std::size_t size = 1024; size <= most; size *= 2) {
    const auto release = [](::cpu_set_t* one) { CPU_FREE(one); };
    const std::unique_ptr<::cpu_set_t, decltype(release)> set{CPU_ALLOC(size), release};
    const auto bytes = CPU_ALLOC_SIZE(size);
    if (set && ::sched_getaffinity(0, bytes, set.get()) == 0) {
      return static_cast<unsigned>(std::max(1, CPU_COUNT_S(bytes, set.get())));
    }
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

std::optional<double> cpu_quota(const read_text& read) {
  const auto groups = read("/proc/self/cgroup");
  const auto mountinfo = read("/proc/self/mountinfo");
  if (!groups || !mountinfo) return std::nullopt;
  std::optional<double> found;
  for (const auto which : {version::one, version::two}) {
    const auto where = find_mount(*mountinfo, which);
    const auto group = find_group(*groups, which);
    if (!where || !group) continue;
    // Each group is bound by those around it.
    for (auto path = below(*where, *group);;) {
      found = least(found, quota_of(where->point + path, which, read));
      if (path.empty()) break;
      path.erase(path.rfind('/'));
    }
  }
  return found;
}

unsigned processors::usable() const {
  const auto most = std::max(1U, allowed);
  if (!quota || *quota >= most) return most;
  // Without the last bit of a division that should have been whole.
  return std::max(1U, static_cast<unsigned>(std::ceil(*quota - 1e-6)));
}

processors available_processors() {
  const auto from_disk = [](const std::string& path) -> std::optional<std::string> {
    std::ifstream file{path};
    if (!file) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>{file}, {}};
  };
  return {allowed_processors(), cpu_quota(from_disk)};
}

}  // namespace latchkey::core
