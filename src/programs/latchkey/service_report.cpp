#include "service_report.hpp"

#include "notify_socket.hpp"

#include <exception>
#include <memory>

namespace latchkey::programs {

void log_manager_fault(const app::log& events, std::string_view fault) {
  events.event(app::log_level::warn, "service_manager",
               {{"fault", boost::json::string_view{fault.data(), fault.size()}}});
}

service_notifier::sender notify_sender(const service_manager& manager, const app::log& events) {
  for (const auto& one : manager.faults) log_manager_fault(events, one);
  if (manager.notify_socket.empty()) return {};
  try {
    return [to = std::make_shared<const notify_socket>(manager.notify_socket)](
               std::string_view text) { return to->send(text); };
  } catch (const std::exception& fault) {
    log_manager_fault(events, fault.what());
    return {};
  }
}

std::string standing_of(const server::server& front, const app::config_status& now) {
  std::string text = "Serving";
  for (const auto& url : front.urls()) text += (text.size() < 10 ? " at " : ", ") + url;
  text += ", configuration " + std::to_string(now.generation);
  const auto& last = now.last_reload;
  if (last && !last->taken) {
    text += "; the last reload was refused";
    if (!last->problems.empty()) text += ": " + last->problems.front();
  }
  return text;
}

reload_observer telling(service_notifier& manager, const server::server& front,
                        const reloader& reloading) {
  return {[&manager] { manager.reloading(); },
          [&manager, &front, &reloading](const app::reload_report&) {
            manager.ready(standing_of(front, reloading.status()));
          }};
}

}  // namespace latchkey::programs
