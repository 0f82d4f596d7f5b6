#include "splitmix.hpp"

#include <latchkey/core/siphash.hpp>
#include <latchkey/edge/balance.hpp>

#include <algorithm>
#include <optional>

namespace latchkey::edge {
namespace {

class candidates {
 public:
  candidates(const address_group& group, std::span<const std::size_t> tried, core::steady_time now)
      : group_{group}, tried_{tried}, now_{now} {
    bool any_in_use = false;
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (!group.at(i).healthy) continue;
      any_healthy_ = true;
      if (is_tried(i)) continue;
      any_in_use = any_in_use || standing(i) < 2;
      worst_ = std::min(worst_, standing(i));
    }
    if (any_in_use) worst_ = std::min(worst_, 1U);
    for (std::size_t i = 0; i < group.size(); ++i) size_ += has(i) ? 1U : 0U;
  }

  bool has(std::size_t index) const {
    return group_.at(index).healthy && standing(index) <= worst_ && !is_tried(index);
  }
  std::size_t size() const { return size_; }

  // The index of the candidate that so many others stand before.
  std::size_t nth(std::size_t number) const {
    for (std::size_t i = 0; i < group_.size(); ++i) {
      if (has(i) && number-- == 0) return i;
    }
    return group_.size();
  }

  // Why there is none.
  choice none() const {
    if (any_healthy_) return {choice::outcome::none_left, 0, {}};
    const auto& settings = group_.settings();
    auto wait = core::steady_duration::zero();
    if (settings.active && group_.size() > 0) {
      wait = group_.next_due() - now_ + settings.interval * (settings.rise - 1);
    }
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
    return {choice::outcome::none_healthy, 0, std::max(seconds, std::chrono::seconds{1})};
  }

 private:
  // The lower the better: usable, on trial, ejected.
  unsigned standing(std::size_t index) const {
    const auto& one = group_.at(index);
    return one.usable(now_) ? 0 : one.ejected(now_) ? 2 : 1;
  }
  bool is_tried(std::size_t index) const {
    return std::find(tried_.begin(), tried_.end(), index) != tried_.end();
  }

  const address_group& group_;
  std::span<const std::size_t> tried_;
  core::steady_time now_;
  bool any_healthy_ = false;
  unsigned worst_ = 2;
  std::size_t size_ = 0;
};

// Evenly from [0, below), as far as 32 bits go.
std::size_t scale(std::uint32_t random, std::size_t below) {
  return static_cast<std::size_t>((std::uint64_t{random} * below) >> 32U);
}

}  // namespace

choice choose_least(const address_group& group, two_random random,
                    std::span<const std::size_t> tried, core::steady_time now) {
  const candidates among{group, tried, now};
  if (among.size() == 0) return among.none();
  const auto first = scale(random.first, among.size());
  const auto one = among.nth(first);
  if (among.size() == 1) return {choice::outcome::found, one, {}};
  // Another one: from those that are left, counted around.
  const auto step = 1 + scale(random.second, among.size() - 1);
  const auto other = among.nth((first + step) % among.size());
  const bool fewer = group.at(other).outstanding < group.at(one).outstanding;
  return {choice::outcome::found, fewer ? other : one, {}};
}

choice choose_by_key(const address_group& group, std::string_view key,
                     std::span<const std::size_t> tried, core::steady_time now) {
  const candidates among{group, tried, now};
  if (among.size() == 0) return among.none();
  constexpr core::siphash_key same_everywhere{};
  const auto hash = core::siphash_1_3(same_everywhere, key);
  std::optional<std::uint64_t> best;
  std::size_t index = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (!among.has(i)) continue;
    const auto weight = mix(hash ^ core::siphash_1_3(same_everywhere, group.at(i).address));
    if (best && weight <= *best) continue;
    best = weight;
    index = i;
  }
  return {choice::outcome::found, index, {}};
}

}  // namespace latchkey::edge
