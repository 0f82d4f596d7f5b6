// What a service manager is told of this server, and how it gets there. Not for when: serve, and
// the reloader.
#pragma once

#include "reloader.hpp"
#include "service_manager.hpp"
#include "service_notifier.hpp"

#include <latchkey/app/log.hpp>
#include <latchkey/server/server.hpp>

#include <string>
#include <string_view>

namespace latchkey::programs {

// In the log, that the manager cannot be told something.
void log_manager_fault(const app::log& events, std::string_view fault);

// Empty where nobody wants to know. What cannot be told is logged: a manager that waits for it
// gives up at some time, and then the log says why.
service_notifier::sender notify_sender(const service_manager& manager, const app::log& events);

// Where it serves and what, for people.
std::string standing_of(const server::server& front, const app::config_status& now);

// Tells the manager of reloads. The three outlive it.
reload_observer telling(service_notifier& manager, const server::server& front,
                        const reloader& reloading);

}  // namespace latchkey::programs
