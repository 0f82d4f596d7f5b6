#include "carried_figures.hpp"

#include <algorithm>
#include <set>

namespace latchkey::programs {
namespace {

// Parts that deployments share are counted once.
using parts = std::set<const void*>;

void add_counters(jose::token_cache_stats& to, const jose::token_cache_stats& more) {
  const auto stands = to;
  to += more;
  to.limit = stands.limit;
  to.bytes = stands.bytes;
  to.entries = stands.entries;
}

// Calls verifiers(of) and upstream(of) for those parts that have not been seen.
template <class Verifiers, class Upstream>
void each_new(const deployment& of, parts& seen, const Verifiers& verifiers,
              const Upstream& upstream) {
  const auto& own = of.verifying.thread_verifiers;
  if (seen.insert(own.get()).second) verifiers(*own);
  for (const auto& one : of.behind) {
    if (seen.insert(one.of.get()).second) upstream(*one.of);
  }
}

void see(const deployment& of, parts& seen) {
  each_new(of, seen, [](const auto&) {}, [](const auto&) {});
}

}  // namespace

void carried_figures::let_go(const std::vector<deployment_ptr>& gone,
                             const std::vector<deployment_ptr>& kept) {
  parts seen;
  for (const auto& one : kept) see(*one, seen);
  for (const auto& one : gone) {
    each_new(
        *one, seen,
        [this](const auth::thread_verifiers& of) {
          signatures_ += of.counts();
          add_counters(cache_, of.cache_stats());
        },
        [this](const edge::upstream& of) { upstreams_[of.settings().name].carry(figures_of(of)); });
  }
}

deployment_figures carried_figures::total(const deployment_ptr& current,
                                          const std::vector<deployment_ptr>& retired) const {
  deployment_figures all;
  all.signatures = current->verifying.thread_verifiers->counts();
  all.cache = current->verifying.thread_verifiers->cache_stats();
  all.upstreams = figures_of(current->behind);
  const auto carry = [&all](const std::string& name, const app::upstream_figures& of) {
    for (auto& one : all.upstreams) {
      if (one.name == name) one.carry(of);
    }
  };
  parts seen;
  see(*current, seen);
  for (const auto& one : retired) {
    each_new(
        *one, seen,
        [&all](const auth::thread_verifiers& of) {
          all.signatures += of.counts();
          add_counters(all.cache, of.cache_stats());
        },
        [&](const edge::upstream& of) { carry(of.settings().name, figures_of(of)); });
  }
  all.signatures += signatures_;
  add_counters(all.cache, cache_);
  for (const auto& [name, of] : upstreams_) carry(name, of);
  return all;
}

}  // namespace latchkey::programs
