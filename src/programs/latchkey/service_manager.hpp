// What a service manager has set for this process in its environment: whom to tell how it stands,
// how often, and the sockets it has opened for it. Pure; not for telling (service_notifier), nor
// for what the sockets are (given_sockets).
#pragma once

#include <latchkey/app/config_load.hpp>

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::programs {

struct service_manager {
  std::string notify_socket;  // a path, or "@name" of an abstract one; empty: nobody wants to know
  // After so long without a sign of life the process is taken for hung.
  std::optional<std::chrono::microseconds> watchdog;
  // The names of the descriptors from first_given_descriptor on, "unknown" of one without.
  std::vector<std::string> given;
  std::vector<std::string> faults;  // what of it cannot be understood
};

constexpr int first_given_descriptor = 3;
constexpr std::size_t max_given_descriptors = 256;

// sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3). What is meant for another process is
// ignored. Throws std::runtime_error that says why where descriptors were given that cannot be told
// apart: they would stay open, and nobody would serve them.
service_manager service_manager_from(const app::environment_map& environment, ::pid_t self);

// The variables above, for who has read them: a child would take them for its own.
const std::vector<std::string>& service_variables();

}  // namespace latchkey::programs
