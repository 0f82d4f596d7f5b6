#include <latchkey/core/processors.hpp>

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <sched.h>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::core {
namespace {

using files = std::map<std::string, std::string>;

struct quota_case {
  std::string name;
  files present;
  std::optional<double> quota;
};

std::ostream& operator<<(std::ostream& out, const quota_case& one) {
  return out << one.name;
}

const std::string unified =
    "25 1 0:23 / /sys rw - sysfs sysfs rw\n"
    "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
const std::string separate =
    "33 25 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
    "34 25 0:30 /docker/abc /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset\n";

class CpuQuota : public testing::TestWithParam<quota_case> {};

TEST_P(CpuQuota, is_found) {
  const auto read = [](const std::string& path) -> std::optional<std::string> {
    const auto& present = GetParam().present;
    const auto found = present.find(path);
    if (found == present.end()) return std::nullopt;
    return found->second;
  };
  EXPECT_EQ(cpu_quota(read), GetParam().quota);
}

files v2(const std::string& group, files more) {
  more["/proc/self/cgroup"] = "0::" + group + "\n";
  more["/proc/self/mountinfo"] = unified;
  return more;
}

files v1(const std::string& group, files more) {
  more["/proc/self/cgroup"] =
      "5:cpuset:/other\n4:cpu,cpuacct:" + group + "\n1:name=systemd:/\n0::/\n";
  more["/proc/self/mountinfo"] = separate;
  return more;
}

INSTANTIATE_TEST_SUITE_P(
    table, CpuQuota,
    testing::ValuesIn(std::vector<quota_case>{
        {"nothing_can_be_read", {}, std::nullopt},
        {"v2_of_a_container", v2("/", {{"/sys/fs/cgroup/cpu.max", "50000 100000\n"}}), 0.5},
        {"v2_without_quota", v2("/", {{"/sys/fs/cgroup/cpu.max", "max 100000\n"}}), std::nullopt},
        {"v2_without_period", v2("/", {{"/sys/fs/cgroup/cpu.max", "150000\n"}}), 1.5},
        {"v2_of_a_service",
         v2("/system.slice/latchkey.service",
            {{"/sys/fs/cgroup/system.slice/latchkey.service/cpu.max", "200000 100000\n"}}),
         2.0},
        {"v2_of_a_group_around_it",
         v2("/a/b", {{"/sys/fs/cgroup/a/b/cpu.max", "400000 100000\n"},
                     {"/sys/fs/cgroup/a/cpu.max", "150000 100000\n"}}),
         1.5},
        {"v2_outside_of_what_is_seen",
         v2("/../other", {{"/sys/fs/cgroup/cpu.max", "50000 100000\n"}}), 0.5},
        {"v2_not_a_number", v2("/", {{"/sys/fs/cgroup/cpu.max", "5e4 100000\n"}}), std::nullopt},
        {"v2_period_of_zero", v2("/", {{"/sys/fs/cgroup/cpu.max", "50000 0\n"}}), std::nullopt},
        {"v2_empty_file", v2("/", {{"/sys/fs/cgroup/cpu.max", ""}}), std::nullopt},
        {"v1_of_a_container",
         v1("/docker/abc", {{"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000\n"},
                            {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}}),
         2.5},
        {"v1_without_quota",
         v1("/docker/abc", {{"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"},
                            {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}}),
         std::nullopt},
        {"v1_of_a_group_within",
         v1("/docker/abc/inner",
            {{"/sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_quota_us", "100000\n"},
             {"/sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_period_us", "50000\n"}}),
         2.0},
        {"v1_of_a_name_that_only_begins_alike",
         v1("/docker/abcd", {{"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "100000\n"},
                             {"/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"}}),
         1.0},
        {"a_mount_point_with_a_space",
         {{"/proc/self/cgroup", "0::/\n"},
          {"/proc/self/mountinfo", "30 25 0:26 / /my\\040groups rw - cgroup2 none rw\n"},
          {"/my groups/cpu.max", "50000 100000\n"}},
         0.5},
        {"lines_of_another_form",
         {{"/proc/self/cgroup", "\n:\n0::a\n"}, {"/proc/self/mountinfo", "\n - \n1 2 - cgroup2\n"}},
         std::nullopt},
    }),
    [](const auto& one) { return one.param.name; });

TEST(processors, usable_is_the_quota_rounded_up_within_what_is_allowed) {
  const struct {
    unsigned allowed;
    std::optional<double> quota;
    unsigned usable;
  } cases[] = {{2, std::nullopt, 2}, {2, 0.5, 1}, {2, 1.0, 1},  {2, 1.01, 2},        {2, 8.0, 2},
               {8, 2.5, 3},          {8, 3.0, 3}, {8, 0.01, 1}, {0, std::nullopt, 1}};
  for (const auto& one : cases) {
    EXPECT_EQ((processors{one.allowed, one.quota}.usable()), one.usable)
        << one.allowed << ' ' << one.quota.value_or(-1);
  }
}

TEST(processors, are_counted_by_affinity) {
  unsigned seen = 0;
  // A thread of its own, for affinity is one of the thread's.
  std::thread{[&seen] {
    ::cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    ::cpu_set_t one;
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (!CPU_ISSET(i, &before)) continue;
      CPU_SET(i, &one);
      break;
    }
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    seen = available_processors().allowed;
  }}.join();
  EXPECT_EQ(seen, 1U);
}

}  // namespace
}  // namespace latchkey::core
