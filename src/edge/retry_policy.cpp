#include <latchkey/edge/retry_policy.hpp>

#include <algorithm>
#include <ostream>
#include <stdexcept>

namespace latchkey::edge {
namespace {

bool within_budget(const in_flight& now, const retry_settings& settings) {
  const auto share = static_cast<std::size_t>(settings.budget * static_cast<double>(now.requests));
  return now.retries < std::max<std::size_t>(share, settings.least);
}

std::size_t part_of(std::size_t whole, std::size_t threads, std::size_t index) {
  const auto part = whole / threads + (index < whole % threads ? 1U : 0U);
  return whole == 0 ? 0 : std::max<std::size_t>(part, 1);
}

}  // namespace

bool is_idempotent(http::verb method) {
  switch (method) {
    case http::verb::get:
    case http::verb::head:
    case http::verb::options:
    case http::verb::trace:
    case http::verb::put:
    case http::verb::delete_:
      return true;
    default:
      return false;
  }
}

void check(const retry_settings& settings) {
  if (settings.attempts == 0) throw std::invalid_argument{"attempts must be at least 1"};
  // Written so that it is false for what is no number.
  if (!(settings.budget >= 0 && settings.budget <= 1)) {
    throw std::invalid_argument{"budget must be from 0 to 1"};
  }
}

retry decide(const failed_attempt& attempt, const in_flight& now, const retry_settings& settings) {
  if (attempt.attempts >= settings.attempts || attempt.body_begun || attempt.answer_begun) {
    return retry::no;
  }
  // Costs nobody anything: the one address has seen nothing of it, and the other one sees it once.
  if (!attempt.connected) return retry::another_address;
  if (!within_budget(now, settings)) return retry::no;
  const bool harmless = attempt.reused && attempt.peer_ended && is_idempotent(attempt.method);
  return harmless && !attempt.repeated ? retry::once_more : retry::no;
}

admission admit(std::size_t outstanding, std::size_t waiting, const circuit_limits& limits) {
  // Nobody overtakes those that wait.
  if (outstanding < limits.outstanding && waiting == 0) return admission::go;
  return waiting < limits.waiting ? admission::wait : admission::refuse;
}

circuit_limits share_of(const circuit_limits& whole, std::size_t threads, std::size_t index) {
  if (threads == 0) return whole;
  return {part_of(whole.outstanding, threads, index), part_of(whole.waiting, threads, index)};
}

std::string_view to_string(retry value) {
  switch (value) {
    case retry::no:
      return "no";
    case retry::another_address:
      return "another_address";
    case retry::once_more:
      return "once_more";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, retry value) {
  return out << to_string(value);
}

std::string_view to_string(admission value) {
  switch (value) {
    case admission::go:
      return "go";
    case admission::wait:
      return "wait";
    case admission::refuse:
      return "refuse";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, admission value) {
  return out << to_string(value);
}

}  // namespace latchkey::edge
