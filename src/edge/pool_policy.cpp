#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/pool_policy.hpp>
#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <ostream>

namespace latchkey::edge {
namespace {

constexpr unsigned longest_timeout = 24 * 60 * 60;
constexpr unsigned most_requests = 1'000'000;

std::optional<unsigned> read_number(std::string_view text, unsigned most) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return std::min(value, most);
}

}  // namespace

keep_alive parse_keep_alive(std::string_view value) {
  std::optional<unsigned> timeout;
  std::optional<unsigned> max;
  unsigned timeouts = 0;
  unsigned maxima = 0;
  while (!value.empty()) {
    auto parameter = http::take_element(value);
    const auto name = http::take_element(parameter, '=');
    if (core::iequals(name, "timeout")) {
      ++timeouts;
      timeout = read_number(http::trim(parameter), longest_timeout);
    } else if (core::iequals(name, "max")) {
      ++maxima;
      max = read_number(http::trim(parameter), most_requests);
    }
  }
  keep_alive told;
  if (timeouts == 1 && timeout) told.timeout = std::chrono::seconds{*timeout};
  if (maxima == 1) told.max = max;
  return told;
}

keep_alive keep_alive_of(const http1::response_head& head) {
  const http::field* only = nullptr;
  for (const auto& field : head.fields) {
    if (!http::same_name(field.name, "keep-alive")) continue;
    if (only != nullptr) return {};
    only = &field;
  }
  return only == nullptr ? keep_alive{} : parse_keep_alive(only->value);
}

core::steady_duration longest_idle(const std::optional<std::chrono::seconds>& told_timeout,
                                   const pool_settings& settings) {
  if (!told_timeout) return std::min(settings.unlearned, settings.idle);
  const core::steady_duration safe = *told_timeout - settings.margin;
  return std::clamp(safe, core::steady_duration::zero(), settings.idle);
}

reuse decide(const idle_connection& connection, peeked found, bool repeatable,
             core::steady_time now, const pool_settings& settings) {
  if (found != peeked::nothing || connection.told_max == 0U) return reuse::close;
  if (now >= expires_at(connection, settings)) return reuse::close;
  if (repeatable) return reuse::use;
  auto certain = settings.certain_unlearned;
  if (connection.told_timeout) {
    const auto longest = longest_idle(connection.told_timeout, settings);
    certain = core::steady_duration{static_cast<core::steady_duration::rep>(
        static_cast<double>(longest.count()) * settings.certain)};
  }
  return now - connection.idle_since < certain ? reuse::use : reuse::leave;
}

core::steady_time expires_at(const idle_connection& connection, const pool_settings& settings) {
  return std::min(connection.idle_since + longest_idle(connection.told_timeout, settings),
                  connection.made + settings.life);
}

std::string_view to_string(reuse value) {
  switch (value) {
    case reuse::use:
      return "use";
    case reuse::leave:
      return "leave";
    case reuse::close:
      return "close";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, reuse value) {
  return out << to_string(value);
}

}  // namespace latchkey::edge
