#include "carried_figures.hpp"

#include <cstddef>
#include <set>

namespace latchkey::programs {
namespace {

// Parts that deployments share are counted once.
using parts = std::set<const void*>;
using tally = carried_figures::tally;

void add_counters(jose::token_cache_stats& to, const jose::token_cache_stats& more) {
  const auto stands = to;
  to += more;
  to.limit = stands.limit;
  to.bytes = stands.bytes;
  to.entries = stands.entries;
}

// Those that are metrics.
void add_counters(auth::jwks_stats& to, const auth::jwks_stats& more) {
  for (std::size_t i = 0; i < to.fetches.size(); ++i) to.fetches[i] += more.fetches[i];
  for (std::size_t i = 0; i < to.durations.size(); ++i) to.durations[i] += more.durations[i];
  to.duration_sum += more.duration_sum;
  to.unknown_kids += more.unknown_kids;
}

// Adds the parts that have not been seen to `to`, where it is not null.
void add_parts(const deployment& of, parts& seen, tally* to) {
  const auto is_new = [&](const auto& part) { return seen.insert(part.get()).second && to; };
  if (is_new(of.verifying.thread_verifiers)) {
    to->signatures += of.verifying.thread_verifiers->counts();
    add_counters(to->cache, of.verifying.thread_verifiers->cache_stats());
  }
  for (const auto& one : of.behind) {
    if (is_new(one.of)) to->upstreams[one.of->settings().name].carry(figures_of(*one.of));
  }
  for (const auto& one : of.verifying.issuers->all()) {
    if (is_new(one.keys)) add_counters(to->issuers[one.rules.issuer], one.keys->stats());
  }
}

}  // namespace

void carried_figures::let_go(const std::vector<deployment_ptr>& gone,
                             const std::vector<deployment_ptr>& kept) {
  parts seen;
  for (const auto& one : kept) add_parts(*one, seen, nullptr);
  for (const auto& one : gone) add_parts(*one, seen, &gone_);
}

deployment_figures carried_figures::total(const deployment_ptr& current,
                                          const std::vector<deployment_ptr>& retired) const {
  auto earlier = gone_;
  parts seen;
  add_parts(*current, seen, nullptr);
  for (const auto& one : retired) add_parts(*one, seen, &earlier);

  const auto& verifiers = *current->verifying.thread_verifiers;
  deployment_figures all{verifiers.counts(), verifiers.cache_stats(), figures_of(current->behind),
                         status_of(current->verifying)};
  all.signatures += earlier.signatures;
  add_counters(all.cache, earlier.cache);
  for (auto& one : all.upstreams) one.carry(earlier.upstreams[one.name]);
  for (auto& one : all.issuers) add_counters(one.keys, earlier.issuers[one.issuer]);
  return all;
}

}  // namespace latchkey::programs
