#include "service_manager.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <stdexcept>

namespace latchkey::programs {
namespace {

std::string value_of(const app::environment_map& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

// A whole number without sign, and nothing beside it.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || rest != end) return std::nullopt;
  return value;
}

bool is_for(const app::environment_map& environment, const std::string& name, ::pid_t self) {
  return number(value_of(environment, name)) == static_cast<std::uint64_t>(self);
}

void read_watchdog(const app::environment_map& environment, ::pid_t self, service_manager& made) {
  const auto text = value_of(environment, "WATCHDOG_USEC");
  if (text.empty()) return;
  if (!value_of(environment, "WATCHDOG_PID").empty() &&
      !is_for(environment, "WATCHDOG_PID", self)) {
    return;
  }
  constexpr std::uint64_t a_day = std::uint64_t{86'400} * 1'000'000;
  const auto limit = number(text);
  if (!limit || *limit == 0) {
    made.faults.emplace_back("WATCHDOG_USEC is not a number of microseconds");
    return;
  }
  made.watchdog = std::chrono::microseconds{std::min(*limit, a_day)};
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> all;
  for (;;) {
    const auto colon = text.find(':');
    all.emplace_back(text.substr(0, colon));
    if (colon == text.npos) return all;
    text.remove_prefix(colon + 1);
  }
}

std::vector<std::string> read_given(const app::environment_map& environment, ::pid_t self) {
  const auto text = value_of(environment, "LISTEN_FDS");
  if (text.empty() || !is_for(environment, "LISTEN_PID", self)) return {};
  const auto count = number(text);
  if (!count || *count > max_given_descriptors) {
    throw std::runtime_error{"LISTEN_FDS is not a number of up to " +
                             std::to_string(max_given_descriptors) + " sockets"};
  }
  std::vector<std::string> given(*count, "unknown");
  const auto names = value_of(environment, "LISTEN_FDNAMES");
  if (names.empty()) return given;
  auto said = split(names);
  if (said.size() != given.size()) {
    throw std::runtime_error{"LISTEN_FDNAMES has " + std::to_string(said.size()) +
                             " names, and LISTEN_FDS says " + std::to_string(given.size()) +
                             " sockets"};
  }
  return said;
}

}  // namespace

service_manager service_manager_from(const app::environment_map& environment, ::pid_t self) {
  service_manager made;
  made.notify_socket = value_of(environment, "NOTIFY_SOCKET");
  read_watchdog(environment, self, made);
  made.given = read_given(environment, self);
  return made;
}

const std::vector<std::string>& service_variables() {
  static const std::vector<std::string> all{"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
                                            "LISTEN_FDS",    "LISTEN_PID",    "LISTEN_FDNAMES"};
  return all;
}

}  // namespace latchkey::programs
