#include "common/machine.hpp"

#include <openssl/crypto.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <sched.h>
#include <thread>

namespace latchkey::bench {
namespace {

std::string cpu_model() {
  std::ifstream info{"/proc/cpuinfo"};
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with("model name")) continue;
    const auto at = line.find(": ");
    if (at != line.npos) return line.substr(at + 2);
  }
  return "unknown";
}

// Those a container or taskset left to us, which may be fewer than the machine has.
unsigned usable_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    return static_cast<unsigned>(std::max(CPU_COUNT(&allowed), 1));
  }
  return std::max(std::thread::hardware_concurrency(), 1U);
}

std::string system_name() {
  utsname about{};
  if (uname(&about) != 0) return "unknown";
  return std::string{about.sysname} + ' ' + about.release + ' ' + about.machine;
}

constexpr const char* compiler =
#if defined(__clang__)
    "clang " __clang_version__;
#elif defined(__GNUC__)
    "gcc " __VERSION__;
#else
    "unknown";
#endif

constexpr bool optimised =
#ifdef __OPTIMIZE__
    true;
#else
    false;
#endif

}  // namespace

machine this_machine() {
  return {cpu_model(),
          usable_cores(),
          system_name(),
          compiler,
          OpenSSL_version(OPENSSL_FULL_VERSION_STRING),
          LATCHKEY_VERSION,
          optimised};
}

boost::json::object json_of(const machine& on) {
  boost::json::object made;
  made["cpu"] = on.cpu;
  made["cores"] = on.cores;
  made["system"] = on.system;
  made["compiler"] = on.compiler;
  made["openssl"] = on.openssl;
  made["latchkey"] = on.latchkey;
  made["optimised"] = on.optimised;
  return made;
}

}  // namespace latchkey::bench
