#include "landlock.hpp"

#include <latchkey/core/descriptor.hpp>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace latchkey::programs {
namespace {

// By number and layout, as of the system's interface: the headers may be older than the system.
constexpr long create_ruleset_call = 444;
constexpr long add_rule_call = 445;
constexpr long restrict_self_call = 446;
constexpr std::uint32_t ask_version = 1;
constexpr int path_beneath = 1;

struct ruleset_settings {
  std::uint64_t handled_fs = 0;
};
struct [[gnu::packed]] path_rule {
  std::uint64_t allowed = 0;
  std::int32_t parent = -1;
};

enum right : std::uint64_t {
  execute = 1U << 0,
  write_file = 1U << 1,
  read_file = 1U << 2,
  read_dir = 1U << 3,
  remove_file = 1U << 5,
  make_reg = 1U << 8,
  refer = 1U << 13,     // from version 2 on
  truncate = 1U << 14,  // from version 3 on
  of_version_1 = (1U << 13) - 1,
};

std::uint64_t handled_by(int version) {
  std::uint64_t all = of_version_1;
  if (version >= 2) all |= refer;
  if (version >= 3) all |= truncate;
  return all;
}

std::uint64_t rights_of(file_access access, bool folder) {
  std::uint64_t all = read_file;
  if (folder) all |= read_dir;
  if (access != file_access::read) all |= write_file | truncate;
  if (access == file_access::keep && folder) all |= make_reg | remove_file;
  return all;
}

core::error_code last_error() {
  return {errno, boost::system::system_category()};
}

using core::descriptor;

core::error_code add(const descriptor& ruleset, const file_rule& rule, std::uint64_t handled) {
  const descriptor opened{::open(rule.path.c_str(), O_PATH | O_CLOEXEC)};
  if (opened.get() < 0) {
    const bool is_there = errno != ENOENT && errno != ENOTDIR && errno != EACCES && errno != ELOOP;
    return is_there ? last_error() : core::error_code{};
  }
  struct ::stat seen{};
  if (::fstat(opened.get(), &seen) != 0) return last_error();
  const path_rule made{rights_of(rule.access, S_ISDIR(seen.st_mode)) & handled, opened.get()};
  if (::syscall(add_rule_call, ruleset.get(), path_beneath, &made, 0) == 0) return {};
  // What is no file of a file system, such as the pipe behind /dev/stdout, needs no rule.
  return errno == EBADFD ? core::error_code{} : last_error();
}

}  // namespace

int landlock_version() {
  const auto version = ::syscall(create_ruleset_call, nullptr, 0, ask_version);
  return version < 0 ? 0 : static_cast<int>(version);
}

core::error_code restrict_files(const std::vector<file_rule>& rules) {
  const int version = landlock_version();
  if (version == 0) return {ENOSYS, boost::system::system_category()};
  const ruleset_settings settings{handled_by(version)};
  const descriptor ruleset{
      static_cast<int>(::syscall(create_ruleset_call, &settings, sizeof settings, 0))};
  if (ruleset.get() < 0) return last_error();
  for (const auto& one : rules) {
    if (const auto error = add(ruleset, one, settings.handled_fs)) return error;
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return last_error();
  if (::syscall(restrict_self_call, ruleset.get(), 0) != 0) return last_error();
  return {};
}

}  // namespace latchkey::programs
