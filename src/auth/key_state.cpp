#include "key_state.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/jose/errc.hpp>

#include <cstddef>
#include <utility>

namespace latchkey::auth {
namespace {

jwks_event describe(const key_state& state, const fetch_outcome& outcome) {
  jwks_event event{};
  event.error = outcome.error;
  event.status = outcome.status;
  event.skipped = outcome.skipped;
  const auto& before = state.cached.keys;
  if (before) event.old_kids = before->kids();
  event.skipped_changed = before ? before->skipped() != outcome.skipped : !outcome.skipped.empty();
  if (!outcome.keys) return event;
  event.new_kids = outcome.keys->kids();
  event.noted = outcome.keys->noted();
  if (outcome.error) {
    event.changed = !event.old_kids.empty();
    return event;
  }
  event.changed = !before || !before->same_keys(*outcome.keys);
  event.noted_changed = before ? before->noted() != event.noted : !event.noted.empty();
  return event;
}

fetch_end end_of(const fetch_outcome& outcome, bool changed, std::span<const std::string> names,
                 core::wall_time wall) {
  if (!outcome.error) return keys_loaded{outcome.max_age, changed, names, wall};
  if (outcome.keys) return keys_withdrawn{};
  return fetch_failed{outcome.retry_after};
}

}  // namespace

std::string policy_name(std::string_view kid, jose::algorithm alg) {
  return std::string{jose::name_of(alg)}.append(1, ' ').append(kid);
}

std::vector<std::string> policy_names(const jose::key_set& keys) {
  auto kids = keys.kids();
  kids.emplace_back();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < jose::algorithm_count; ++i) {
    const auto alg = static_cast<jose::algorithm>(i);
    for (const auto& kid : kids) {
      if (is_known(keys.choose(kid, alg))) names.push_back(policy_name(kid, alg));
    }
  }
  return names;
}

core::result<std::shared_ptr<const jose::key>> choose(const jose::key_set* keys,
                                                      std::string_view kid, jose::algorithm alg) {
  if (keys == nullptr) return jose::errc::unknown_key;
  return keys->choose(kid, alg);
}

bool is_known(const core::result<std::shared_ptr<const jose::key>>& chosen) {
  return chosen.has_value() || chosen.error() == jose::errc::kid_missing;
}

jwks_event apply(key_state& state, const fetch_outcome& outcome, std::span<const std::string> names,
                 double jitter_sample, core::steady_time now, core::wall_time wall,
                 const refresh_settings& settings) {
  // What may throw comes first.
  auto event = describe(state, outcome);
  auto skipped = outcome.skipped;
  cached_jwks next{outcome.keys, outcome.etag, outcome.max_age};
  // Without the tag: the document before these keys were taken away must come in full again.
  if (outcome.error) next = {outcome.keys, {}, state.cached.max_age};

  if (outcome.keys) std::swap(state.cached, next);
  if (!outcome.error || !skipped.empty()) state.skipped.swap(skipped);
  if (outcome.error == errc::other_document) state.cached.etag.clear();
  const auto effect = apply(state.policy, end_of(outcome, event.changed, names, wall),
                            jitter_sample, now, settings);
  event.what = effect.event;
  event.failures = effect.failures;
  event.backoff = effect.backoff;
  return event;
}

}  // namespace latchkey::auth
