#include <latchkey/edge/address_health.hpp>

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace latchkey::edge {
namespace {

void require(bool kept, const char* what) {
  if (!kept) throw std::invalid_argument{what};
}

core::steady_duration part(core::steady_duration whole, double share) {
  return core::steady_duration{
      static_cast<core::steady_duration::rep>(static_cast<double>(whole.count()) * share)};
}

}  // namespace

void check(const health_settings& settings) {
  using duration = core::steady_duration;
  require(settings.ejection > duration::zero(), "ejection must be longer than 0");
  require(settings.longest_ejection >= settings.ejection,
          "longest_ejection must not be shorter than ejection");
  require(settings.interval > duration::zero(), "interval must be longer than 0");
  require(settings.fall > 0, "fall must be at least 1");
  require(settings.rise > 0, "rise must be at least 1");
  require(settings.jitter >= 0 && settings.jitter < 1, "jitter must be at least 0 and less than 1");
}

exchange_end end_of_status(unsigned status) {
  return status >= 502 && status <= 504 ? exchange_end::gateway_error : exchange_end::answered;
}

address_group::address_group(std::vector<std::string> addresses, health_settings settings,
                             core::steady_time now)
    : settings_{settings} {
  check(settings_);
  replace(addresses, now);
}

void address_group::begin(std::size_t index, core::steady_time now) {
  auto& one = all_.at(index);
  ++one.outstanding;
  if (!one.proving || one.ejected(now)) return;
  // A client that takes its time with a body could make it last.
  constexpr std::chrono::seconds trial{5};
  one.on_trial = true;
  one.trial_until = now + trial;
}

void address_group::answered(std::size_t index, core::steady_time now) {
  auto& one = all_.at(index);
  if (one.ejected(now)) return;
  one.proving = one.on_trial = false;
}

address_group::event address_group::end(std::size_t index, exchange_end how,
                                        core::steady_time now) {
  auto& one = all_.at(index);
  if (one.outstanding > 0) --one.outstanding;
  if (is_failure(how)) return fail(index, now);
  if (how == exchange_end::unknown) {
    one.on_trial = false;
    return event::none;
  }
  one.failures = 0;
  answered(index, now);
  return event::none;
}

address_group::event address_group::fail(std::size_t index, core::steady_time now) {
  auto& one = all_.at(index);
  // Requests that were on their way when it was ejected say nothing new.
  if (one.ejected(now)) return event::none;
  if (one.failures < settings_.failures) ++one.failures;
  one.on_trial = false;
  const bool enough = one.failures >= settings_.failures || one.proving;
  if (settings_.failures == 0 || !enough || is_last(index, now)) return event::none;
  eject(one, now);
  return event::ejected;
}

// No other could be used in its place.
bool address_group::is_last(std::size_t index, core::steady_time now) const {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (i != index && all_[i].healthy && !all_[i].ejected(now)) return false;
  }
  return true;
}

void address_group::eject(address_state& one, core::steady_time now) {
  // Each spell of the first length that it was in use since takes one off the count.
  if (one.ejections > 0) {
    const auto good = (now - one.ejected_until) / settings_.ejection;
    const auto off = std::clamp<decltype(good)>(good, 0, one.ejections);
    one.ejections -= static_cast<unsigned>(off);
  }
  const auto most = settings_.longest_ejection / settings_.ejection + 1;
  if (one.ejections < most) ++one.ejections;
  one.ejected_until =
      now + std::min(settings_.ejection * one.ejections, settings_.longest_ejection);
  one.failures = 0;
  one.proving = true;
  one.on_trial = false;
}

address_group::event address_group::checked(std::size_t index, bool good, double jitter_sample,
                                            core::steady_time now) {
  auto& one = all_.at(index);
  const auto sway = settings_.jitter * (2 * jitter_sample - 1);
  one.next_check = now + settings_.interval + part(settings_.interval, sway);
  if (good == one.healthy) {
    one.streak = 0;
    return event::none;
  }
  if (++one.streak < (one.healthy ? settings_.fall : settings_.rise)) return event::none;
  one.streak = 0;
  one.healthy = good;
  return good ? event::rose : event::fell;
}

address_group::event address_group::set_healthy(std::size_t index, bool healthy) {
  auto& one = all_.at(index);
  if (one.healthy == healthy) return event::none;
  one.healthy = healthy;
  one.streak = 0;
  return healthy ? event::rose : event::fell;
}

std::size_t address_group::due(core::steady_time now) const {
  if (!settings_.active || all_.empty()) return all_.size();
  const auto first = std::min_element(all_.begin(), all_.end(), [](const auto& a, const auto& b) {
    return a.next_check < b.next_check;
  });
  if (first->next_check > now) return all_.size();
  return static_cast<std::size_t>(first - all_.begin());
}

core::steady_time address_group::next_due() const {
  auto first = core::steady_time::max();
  if (!settings_.active) return first;
  for (const auto& one : all_) first = std::min(first, one.next_check);
  return first;
}

void address_group::check_begins(std::size_t index, core::steady_time now) {
  all_.at(index).next_check = now + settings_.interval;
}

void address_group::replace(const std::vector<std::string>& addresses, core::steady_time now) {
  std::vector<address_state> next;
  for (const auto& name : addresses) {
    const auto is_it = [&name](const address_state& one) { return one.address == name; };
    if (std::any_of(next.begin(), next.end(), is_it)) continue;
    const auto known = std::find_if(all_.begin(), all_.end(), is_it);
    if (known != all_.end()) {
      next.push_back(*known);
      continue;
    }
    address_state fresh;
    fresh.address = name;
    fresh.ejected_until = now;
    fresh.next_check = now;
    next.push_back(std::move(fresh));
  }
  all_ = std::move(next);
}

std::string_view to_string(address_group::event value) {
  switch (value) {
    case address_group::event::none:
      return "none";
    case address_group::event::ejected:
      return "ejected";
    case address_group::event::fell:
      return "fell";
    case address_group::event::rose:
      return "rose";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, address_group::event value) {
  return out << to_string(value);
}

}  // namespace latchkey::edge
