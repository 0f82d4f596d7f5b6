#include "soak/world.hpp"

#include "soak/terms.hpp"

#include <algorithm>

namespace latchkey::bench::soak {
namespace {

bool meet(span_of_time when, steady_time from, steady_time to) {
  return when.from <= to && from <= when.to;
}

steady_time recovered(const outage& one) {
  return later(one.healed.by, may_have_failed(one, one.healed.by) ? key_recovery : settle);
}

}  // namespace

const key_life* world::key(std::string_view kid) const {
  const auto found =
      std::find_if(keys.rbegin(), keys.rend(), [&](const key_life& one) { return one.kid == kid; });
  return found == keys.rend() ? nullptr : &*found;
}

key_life* world::key(std::string_view kid) {
  return const_cast<key_life*>(static_cast<const world&>(*this).key(kid));
}

outage_entry begin_outage(world& all, steady_time now, bool stall) {
  return all.outages.insert(all.outages.end(), outage{{now, never}, {}, stall});
}

bool may_have_failed(const outage& one, steady_time by) {
  return !one.stall || std::min(one.healed.by, by) - one.began.from > longest_stall;
}

steady_time later(steady_time at, core::steady_duration by) {
  return at == never ? never : at + by;
}

steady_time known_by(const world& all, steady_time at, core::steady_duration lead) {
  auto made = later(at, lead);
  for (const auto& one : all.outages) {
    if (one.began.from <= made && recovered(one) > at) made = std::max(made, recovered(one));
  }
  return made;
}

bool touches_outage(const world& all, span_of_time when) {
  return std::any_of(all.outages.begin(), all.outages.end(), [&](const outage& one) {
    return may_have_failed(one, when.to) && meet(when, one.began.from, recovered(one));
  });
}

staleness stale_keys(const world& all, span_of_time when) {
  staleness made;
  // Of outages between which the keys may not have been renewed, the first counts.
  steady_time first = never;
  steady_time well = steady_time::min();
  for (const auto& one : all.outages) {
    if (!may_have_failed(one, when.to)) continue;
    if (one.began.from > well) first = one.began.from;
    well = recovered(one);
    // The keys at hand may have been as old as can be when it began.
    const auto may_from = first + max_stale - max_age - settle;
    made.may = made.may || meet(when, may_from, well);
    const auto must_from = later(one.began.by, max_stale + settle);
    made.must = made.must || (when.from >= must_from && when.to <= one.healed.from);
  }
  return made;
}

upstream_trouble touches_fault(const world& all, span_of_time when) {
  upstream_trouble made;
  for (const auto& one : all.faults) {
    if (!meet(when, one.began.from, later(one.healed.by, upstream_recovery))) continue;
    made.any = true;
    made.cuts = made.cuts || one.cuts;
  }
  return made;
}

std::vector<site_state> states_in_use(const world& all, span_of_time when) {
  std::vector<site_state> made;
  for (const auto& one : all.sites) {
    if (meet(when, one.begun.from, later(one.replaced.by, switch_over))) made.push_back(one.state);
  }
  return made;
}

}  // namespace latchkey::bench::soak
