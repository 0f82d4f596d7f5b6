// What has been done to the provider, the upstream and the configuration in a soak, with the times
// between which it took effect, and what follows for the server. Pure; not for doing any of it.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::soak {

using core::steady_time;

inline constexpr steady_time never = steady_time::max();

// Something was asked for at `from` and had been done at `by`; never where it has not been.
struct change {
  steady_time from = never;
  steady_time by = never;
};

struct key_life {
  std::string kid;
  change published;
  change removed;  // from the key set
};

// Every fetch of keys fails; in a stall it is answered late, and fails if that is very late.
struct outage {
  change began;
  change healed;
  bool stall = false;
};

struct upstream_fault {
  change began;
  change healed;
  bool cuts = false;  // answers and tunnels that had begun
};

// What is in use of the configuration.
struct site_state {
  bool extra = false;  // there is a route /extra
  std::size_t body_bytes = 0;

  bool operator==(const site_state&) const = default;
};
struct site_period {
  site_state state;
  change begun;
  change replaced;
};

// One request: from before its first byte was sent until its answer was there.
struct span_of_time {
  steady_time from;
  steady_time to;
};

struct world {
  std::vector<key_life> keys;
  std::list<outage> outages;           // in the order of time
  std::vector<upstream_fault> faults;  // likewise
  std::vector<site_period> sites;      // likewise

  // Null for one that never was.
  const key_life* key(std::string_view kid) const;
  key_life* key(std::string_view kid);
};

// One that begins now and has not ended: it stays where it is.
using outage_entry = std::list<outage>::iterator;
outage_entry begin_outage(world& all, steady_time now, bool stall = false);
// Whether it had made a fetch fail by then, or may have.
bool may_have_failed(const outage& one, steady_time by);

// Later; never stays never.
steady_time later(steady_time at, core::steady_duration by);

// When the server has surely fetched what was published at `at`, if it does so by `at + lead`
// while the provider is well.
steady_time known_by(const world& all, steady_time at, core::steady_duration lead);

// Some of that time fell into an outage, or into what the server takes to recover from it.
bool touches_outage(const world& all, span_of_time when);

// Whether the keys may be, and are for sure, too old to be used.
struct staleness {
  bool may = false;
  bool must = false;
};
staleness stale_keys(const world& all, span_of_time when);

// The fault of the upstream that a request of that time may have met; null for none.
struct upstream_trouble {
  bool any = false;
  bool cuts = false;
};
upstream_trouble touches_fault(const world& all, span_of_time when);

// The states that may have been in use in that time.
std::vector<site_state> states_in_use(const world& all, span_of_time when);

}  // namespace latchkey::bench::soak
