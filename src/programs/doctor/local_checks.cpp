#include "local_checks.hpp"

#include "judge_certificate.hpp"
#include "judge_machine.hpp"
#include "latchkey/descriptors.hpp"
#include "latchkey/landlock.hpp"
#include "latchkey/seccomp.hpp"
#include "notes_checks.hpp"

#include <latchkey/app/config_load.hpp>
#include <latchkey/app/config_paths.hpp>
#include <latchkey/app/listen_name.hpp>
#include <latchkey/app/loaded_files.hpp>
#include <latchkey/core/file.hpp>
#include <latchkey/core/processors.hpp>
#include <latchkey/net/pem_file.hpp>
#include <latchkey/server/server.hpp>
#include <latchkey/store/settings.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace latchkey::doctor {
namespace {

namespace fs = std::filesystem;

finding judge_missing(const named_pair& files, const std::string& file,
                      const core::error_code& why) {
  const bool absent = why == boost::system::errc::no_such_file_or_directory;
  return fault("certificate", files.subject, file + ' ' + core::fault_of_file(why),
               absent ? app::missing_pair_advice(files.certificate, files.key)
                      : "let the user of the server read it (chown, chmod)");
}

findings check_pair(const named_pair& files, core::wall_time now) {
  const auto certificate = net::read_pem_file(files.certificate);
  const auto key = net::read_pem_file(files.key);
  findings all;
  if (certificate.has_error()) {
    all.push_back(judge_missing(files, files.certificate, certificate.error()));
  }
  if (key.has_error()) all.push_back(judge_missing(files, files.key, key.error()));
  if (!all.empty()) return all;
  return judge_certificate(files, read_certificate_facts(*certificate, *key), now);
}

// Told by check_pair already, in more words.
bool is_of_our_certificate(std::string_view key) {
  return key.starts_with("server.tls") || key.starts_with("server.certificate");
}

constexpr std::string_view notes_key = "notes.store";

// Of a database on this machine.
findings check_notes(const app::config& loaded, const fs::path& file) {
  const auto database = store::sqlite_path(loaded.notes.store);
  if (!database) return {};
  const auto problems = app::check_files(loaded, file);
  const auto found = std::find_if(problems.begin(), problems.end(),
                                  [](const app::diagnostic& one) { return one.key == notes_key; });
  if (found == problems.end()) return {check_sqlite(*database)};
  return {fault("notes", std::string{notes_key}, found->message,
                "let the user of the server write the file and its folder, where a log is kept "
                "beside it, or correct notes.store")};
}

findings check_files(const app::config& loaded, const fs::path& file, core::wall_time now) {
  findings all = check_pair({"server.tls", loaded.server.tls.certificate.string(),
                             loaded.server.tls.private_key.string()},
                            now);
  for (std::size_t i = 0; i < loaded.server.certificates.size(); ++i) {
    const auto& one = loaded.server.certificates[i];
    append(all, check_pair({"server.certificate." + std::to_string(i), one.certificate.string(),
                            one.private_key.string()},
                           now));
  }
  const bool told = std::any_of(all.begin(), all.end(),
                                [](const finding& one) { return one.state == grade::fault; });
  for (const auto& one : app::check_files(loaded, file)) {
    if ((told && is_of_our_certificate(one.key)) || one.key == notes_key) continue;
    all.push_back(fault("file", one.key, one.message,
                        "put it there, readable by the user of the server, or correct " + one.key));
  }
  for (const auto& one : app::foresee_files(loaded, file, now)) {
    if (is_of_our_certificate(one.key)) continue;
    all.push_back(warning("file", one.key, one.message, "have it renewed"));
  }
  return all;
}

bool is_secret(std::string_view key) {
  return key.ends_with("private_key") || key.ends_with("client_key") || key.ends_with("value_file");
}

bool has_secrets(const app::config& loaded) {
  const auto has_value = [](const auto& headers) {
    return std::any_of(headers.begin(), headers.end(),
                       [](const auto& one) { return !one.value.empty(); });
  };
  const auto tells = [&](const app::issuer_config& one) {
    return has_value(one.headers) || one.proxy.find('@') != one.proxy.npos;
  };
  return has_value(loaded.trace.headers) || store::has_password(loaded.notes.store) ||
         std::any_of(loaded.issuers.begin(), loaded.issuers.end(), tells);
}

findings check_modes(const app::config& loaded, const fs::path& file) {
  auto secret = app::config_paths(loaded);
  std::erase_if(secret, [](const app::named_path& one) { return !is_secret(one.key); });
  if (has_secrets(loaded)) secret.push_back({"configuration", file});
  findings all;
  for (const auto& [key, path] : secret) {
    struct ::stat seen{};
    if (::stat(path.c_str(), &seen) != 0) continue;
    if (auto one = judge_secret_file(key, path.string(), seen.st_mode)) {
      all.push_back(std::move(*one));
    }
  }
  if (all.empty()) {
    all.push_back(good("file", "", "files with secrets cannot be read or written by everybody"));
  }
  return all;
}

finding check_port(const std::string& subject, const std::string& address) {
  seen_port seen{subject, address, 0, std::nullopt};
  if (app::listen_name(address)) return judge_port(seen);
  const auto where = server::parse_endpoint(address);
  if (where.port() == 0) return good("port", subject, address + " takes a free port");
  seen.error = try_to_bind(where);
  if (seen.error == EADDRINUSE) seen.holder = holder_of(where);
  return judge_port(seen);
}

findings check_ports(const app::config& loaded) {
  findings all;
  const auto& server = loaded.server;
  for (const auto& one : server.listen) all.push_back(check_port("server.listen", one));
  for (std::size_t i = 0; i < server.listeners.size(); ++i) {
    for (const auto& one : server.listeners[i].listen) {
      all.push_back(check_port("server.listener." + std::to_string(i), one));
    }
  }
  const auto& admin = loaded.admin.listen;
  if (!admin.empty()) all.push_back(check_port("admin.listen", admin));
  all.push_back(judge_admin(admin));
  return all;
}

finding check_descriptors(const app::config& loaded) {
  ::rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return good("limits", "server.limits", "the system does not tell its limit of open files");
  }
  const auto workers = loaded.server.workers;
  const auto threads = workers != 0 ? workers : core::available_processors().usable();
  const auto wanted = loaded.server.limits.connections;
  std::optional<std::size_t> room;
  try {
    // The server asks for as many as it may have.
    room =
        programs::connections_within(limit.rlim_max, wanted, programs::needs_of(loaded, threads));
  } catch (const std::runtime_error&) {
    room.reset();
  }
  return judge_descriptors(limit.rlim_max, room, wanted);
}

}  // namespace

findings check_machine(const app::config& loaded, const fs::path& file, core::wall_time now) {
  findings all = check_files(loaded, file, now);
  append(all, check_modes(loaded, file));
  append(all, check_notes(loaded, file));
  append(all, check_ports(loaded));
  all.push_back(check_descriptors(loaded));
  all.push_back(
      judge_sandbox(loaded.server.sandbox, programs::landlock_version(), programs::has_seccomp()));
  return all;
}

}  // namespace latchkey::doctor
