#include "sandbox.hpp"

#include "seccomp.hpp"

#include <latchkey/app/config_paths.hpp>
#include <latchkey/core/file.hpp>
#include <latchkey/store/files.hpp>

#include <openssl/x509.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace latchkey::programs {
namespace {

namespace fs = std::filesystem;

// Of the system: names of hosts, time zones, authorities, what the C library loads for them, and
// what /metrics and the number of threads are read from. Where a name is a link that is replaced
// with its target, its folder is listed.
constexpr const char* of_the_system[] = {
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/local/ssl",
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
    "/proc",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
    "/dev/urandom",
    "/dev/random",
};

// "/" and the folders in it are everybody's.
bool is_at_top(const fs::path& folder) {
  return std::distance(folder.begin(), folder.end()) <= 2;
}

class collector {
 public:
  // The name and where it leads.
  void add(const fs::path& file, file_access access) {
    std::error_code unknown;
    add_one(file.lexically_normal(), access);
    const auto led = fs::weakly_canonical(file, unknown);
    if (!unknown && led != file) add_one(led, access);
  }
  void add_rule(const fs::path& path, file_access access) { rules_.push_back({path, access}); }
  std::vector<file_rule> take() { return std::move(rules_); }

 private:
  void add_one(const fs::path& file, file_access access) {
    const auto folder = file.parent_path();
    const auto& opened = is_at_top(folder) ? file : folder;
    const bool known = std::any_of(rules_.begin(), rules_.end(), [&](const file_rule& one) {
      return one.path == opened && one.access == access;
    });
    if (!known) add_rule(opened, access);
  }

  std::vector<file_rule> rules_;
};

// All files that are read for a configuration, with the keys that name them; also again and again.
std::vector<app::named_path> files_to_read(const app::config& loaded, const fs::path& file) {
  std::vector<app::named_path> all{{"", file}};
  for (auto& one : app::config_paths(loaded)) {
    if (one.key != "log.file.path") all.push_back(std::move(one));
  }
  return all;
}

std::string reason_of(const core::error_code& error) {
  if (error.value() == ENOSYS || error.value() == EOPNOTSUPP) return "this system has none";
  return error.message();
}

bool wants(app::sandbox_mode mode, app::sandbox_mode part) {
  return mode == app::sandbox_mode::on || mode == app::sandbox_mode::automatic || mode == part;
}

// Throws where it must be had.
void miss(sandbox& made, app::sandbox_mode mode, const std::string& what,
          const core::error_code& why) {
  const auto text = what + ": " + reason_of(why);
  if (mode == app::sandbox_mode::automatic) {
    made.missing.push_back(text);
    return;
  }
  throw std::runtime_error{"server.sandbox cannot be had: " + text +
                           "; \"auto\" takes what there is, \"off\" none"};
}

}  // namespace

std::vector<file_rule> sandbox_files(const app::config& loaded, const fs::path& file,
                                     const app::environment_map& environment) {
  collector all;
  for (const auto& [key, path] : files_to_read(loaded, fs::absolute(file))) {
    all.add(path, file_access::read);
  }
  if (!loaded.log.file.path.empty()) all.add(loaded.log.file.path, file_access::keep);
  if (const auto notes = store::sqlite_path(loaded.notes.store)) {
    all.add(*notes, file_access::keep);
  }
  for (const auto& one : store::files_of(loaded.notes.store)) {
    all.add(fs::absolute(one), file_access::read);
  }
  all.add_rule("/dev/null", file_access::write);
  for (const auto* one : of_the_system) all.add_rule(one, file_access::read);
  for (const auto* name : {X509_get_default_cert_file_env(), X509_get_default_cert_dir_env()}) {
    const auto found = environment.find(name);
    if (found != environment.end()) all.add_rule(found->second, file_access::read);
  }
  all.add_rule(X509_get_default_cert_area(), file_access::read);
  return all.take();
}

sandbox enter_sandbox(const app::config& loaded, const fs::path& file,
                      const app::environment_map& environment) {
  const auto mode = loaded.server.sandbox;
  sandbox made;
  if (mode == app::sandbox_mode::off) return made;
  made.asked = true;
  if (wants(mode, app::sandbox_mode::landlock)) {
    if (const auto error = restrict_files(sandbox_files(loaded, file, environment))) {
      miss(made, mode, "landlock", error);
    } else {
      made.landlock = landlock_version();
    }
  }
  if (wants(mode, app::sandbox_mode::seccomp)) {
    const auto error = restrict_system_calls();
    made.seccomp = !error;
    if (error) miss(made, mode, "seccomp", error);
  }
  return made;
}

app::diagnostics beyond_sandbox(const app::config& loaded, const fs::path& file) {
  app::diagnostics problems;
  for (const auto& [key, path] : files_to_read(loaded, file)) {
    const auto opened = core::open_file::open(path);
    if (opened || opened.error() != boost::system::errc::permission_denied) continue;
    // The user's rights are not what is missing.
    if (::access(path.c_str(), R_OK) != 0) continue;
    problems.push_back({file.string(), 0, 0, key,
                        path.string() + " is outside of what the sandbox of the start lets this "
                                        "process read (server.sandbox); restart, or put it beside "
                                        "the files that were configured then"});
  }
  return problems;
}

}  // namespace latchkey::programs
