#include "judge_machine.hpp"

#include <latchkey/app/listen_name.hpp>
#include <latchkey/net/address.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <string_view>
#include <system_error>

namespace latchkey::doctor {
namespace {

std::string reason_of(int error) {
  return std::error_code{error, std::generic_category()}.message();
}

finding judge_held(const seen_port& seen) {
  const auto& by = seen.holder;
  if (!by) {
    return fault(
        "port", seen.subject, seen.address + " is held by another program",
        "end that program (as root, ss -ltnp names it), or choose another port in " + seen.subject);
  }
  const auto text =
      seen.address + " is held by " + by->name + " (process " + std::to_string(by->id) + ')';
  if (by->name == "latchkey") {
    return warning(
        "port", seen.subject, text,
        "well if that is this very server, running; else end it, or choose another port");
  }
  return fault(
      "port", seen.subject, text,
      "end it (kill " + std::to_string(by->id) + "), or choose another port in " + seen.subject);
}

std::string host_of(std::string_view listen) {
  auto host = listen.substr(0, listen.rfind(':'));
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return std::string{host};
}

bool needs(app::sandbox_mode mode, app::sandbox_mode half) {
  return mode == app::sandbox_mode::on || mode == half;
}

}  // namespace

finding judge_port(const seen_port& seen) {
  if (app::listen_name(seen.address)) {
    return good("port", seen.subject, seen.address + " is opened by the service manager");
  }
  switch (seen.error) {
    case 0:
      return good("port", seen.subject, seen.address + " is free");
    case EADDRINUSE:
      return judge_held(seen);
    case EACCES:
      return fault("port", seen.subject,
                   seen.address + " is not open to this user: ports below 1024 need a privilege",
                   "have systemd open it (\"systemd:NAME\", docs/operate.md), give the program "
                   "CAP_NET_BIND_SERVICE, or choose a port from 1024 on");
    case EADDRNOTAVAIL:
      return fault("port", seen.subject, seen.address + " is no address of this machine",
                   "take one of those that `ip address` shows, or 0.0.0.0 or [::] for all");
    default:
      return fault("port", seen.subject, seen.address + ": " + reason_of(seen.error),
                   "correct the address in " + seen.subject);
  }
}

std::optional<finding> judge_secret_file(const std::string& subject, const std::string& file,
                                         ::mode_t mode) {
  if ((mode & (S_IWGRP | S_IWOTH)) != 0) {
    return warning("file", subject, file + " can be written by others",
                   "whoever writes it decides what the server does: chmod go-w " + file);
  }
  if ((mode & S_IROTH) == 0) return std::nullopt;
  return warning("file", subject, file + " can be read by everybody on this machine",
                 "it holds a secret: chmod o= " + file);
}

finding judge_descriptors(std::size_t limit, std::optional<std::size_t> room, std::size_t wanted) {
  const auto text = "the limit of open files is " + std::to_string(limit);
  const std::string advice =
      "raise it (ulimit -n, LimitNOFILE of the service), or lower server.limits.connections";
  if (!room) return fault("limits", "server.limits", text + ", too few to start", advice);
  if (*room < wanted) {
    return warning("limits", "server.limits.connections",
                   text + ", which has room for " + std::to_string(*room) + " clients of " +
                       std::to_string(wanted),
                   advice);
  }
  return good("limits", "server.limits.connections",
              text + ", room for all " + std::to_string(wanted) + " clients");
}

finding judge_sandbox(app::sandbox_mode mode, int landlock, bool seccomp) {
  using app::sandbox_mode;
  const std::string subject = "server.sandbox";
  const auto has = "this system has " +
                   (landlock > 0 ? "landlock (version " + std::to_string(landlock) + ")"
                                 : std::string{"no landlock"}) +
                   (seccomp ? " and seccomp" : " and no seccomp");
  if (mode == sandbox_mode::off) return good("sandbox", subject, "off; " + has);
  const bool lacks_files = landlock == 0 && needs(mode, sandbox_mode::landlock);
  const bool lacks_calls = !seccomp && needs(mode, sandbox_mode::seccomp);
  if (lacks_files || lacks_calls) {
    return fault("sandbox", subject, has + ", so the server does not start",
                 "server.sandbox = \"auto\" takes what there is");
  }
  if (mode == sandbox_mode::automatic && (landlock == 0 || !seccomp)) {
    return warning("sandbox", subject, has, "the rest is not to be had on this system");
  }
  return good("sandbox", subject, has);
}

finding judge_admin(const std::string& listen) {
  const std::string subject = "admin.listen";
  if (listen.empty()) {
    return good("admin", subject, "none: nobody can ask whether the server is ready");
  }
  if (app::listen_name(listen)) {
    return good("admin", subject, listen + ", whose address only the service manager knows");
  }
  if (net::is_loopback(host_of(listen))) return good("admin", subject, "for this machine only");
  return warning("admin", subject, listen + " can be asked from other machines, in plain HTTP",
                 "it shows /metrics and /status to whoever reaches it: listen on 127.0.0.1, or "
                 "have a firewall hold it to those who watch");
}

}  // namespace latchkey::doctor
