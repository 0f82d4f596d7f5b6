// Decides when the keys of one issuer are used, refreshed, waited for or refused. Pure: state and
// time are arguments. Not for fetching, waiting or locking: that is jwks_client.
#pragma once

#include <latchkey/auth/client_shares.hpp>
#include <latchkey/core/siphash.hpp>
#include <latchkey/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>

namespace latchkey::auth {

struct refresh_settings {
  // Age at which keys are due for a refresh if the provider sends no max-age.
  core::steady_duration max_age = std::chrono::minutes{10};
  // The bounds for the max-age of the provider (Cache-Control).
  core::steady_duration shortest_max_age = std::chrono::seconds{60};
  core::steady_duration longest_max_age = std::chrono::hours{1};
  // The fraction of max-age after which a refresh begins, and the jitter in either direction, so
  // that many servers do not fetch at the same moment. The jitter applies to the back-off, too.
  double refresh_ahead = 0.8;
  double jitter = 0.1;
  // The minimum time between the last attempt and one that an unknown kid causes.
  core::steady_duration cooldown = std::chrono::seconds{30};
  // The fraction of those that one client may cause without success: after a fetch that did not
  // bring its kid it causes none for cooldown / client_share. 1: no limit.
  double client_share = 0.25;
  // How many kids that the provider does not have are cached, and for how long.
  std::size_t negative_kids = 128;
  core::steady_duration negative_ttl = std::chrono::seconds{60};
  // After a failure: the first wait, doubling with each further failure up to the longest.
  core::steady_duration backoff_first = std::chrono::seconds{1};
  core::steady_duration backoff_max = std::chrono::seconds{60};
  // Keys older than this, counted from the fetch that brought or confirmed them, are never used.
  // Zero: none past its max-age.
  core::steady_duration max_stale = std::chrono::hours{24};

  bool operator==(const refresh_settings&) const = default;
};

// Throws std::invalid_argument, naming the setting, for values that are invalid or contradict one
// another. For start-up.
void check(const refresh_settings& settings);

// Negative cache: kids that the provider was asked for and does not have. Bounded; the oldest is
// evicted first. It stores keyed hashes, not kids: two kids collide once in 2^64, and then the
// second is refused as long as the first.
class negative_kids {
 public:
  // `secret` is random: kids come from anybody, and with a known key all of them could be made to
  // collide.
  explicit negative_kids(core::siphash_key secret) : secret_{secret} {}
  negative_kids() = default;

  // Constant time.
  bool contains(std::string_view kid, core::steady_time now) const;
  // Adds `kid` until `until`; when there are `limit` kids the oldest is evicted.
  void add(std::string_view kid, core::steady_time until, std::size_t limit);
  void clear();

  // The number of kids that have not expired. Linear time.
  std::size_t size(core::steady_time now) const;

  // The hash of `kid` here, and the same by it.
  std::uint64_t hash(std::string_view kid) const { return core::siphash_1_3(secret_, kid); }
  void add_hash(std::uint64_t kid, core::steady_time until, std::size_t limit);

 private:
  struct entry {
    core::steady_time until;
    std::uint64_t number = 0;  // of its mention in the order
  };
  struct mention {
    std::uint64_t kid;
    std::uint64_t number;
  };
  void forget_oldest();

  core::siphash_key secret_{};
  std::unordered_map<std::uint64_t, entry> by_hash_;
  std::deque<mention> oldest_first_;  // also of kids that were mentioned anew since
  std::uint64_t mentions_ = 0;
};

// The client whose request made a fetch necessary, and the unknown kid.
struct refresh_cause {
  std::string client;
  std::string kid;
};

// The state of the policy for one issuer, without the key set. In every function of this file `now`
// is core::clock::age_now.
struct refresh_state {
  std::optional<core::steady_time> last_attempt;  // when it started
  // When its response came; none: never loaded, or the provider has withdrawn all keys.
  std::optional<core::steady_time> last_success;
  std::optional<core::wall_time> last_success_wall;  // the same moment by the wall clock
  // How much older the set is by the wall clock than by `now`: see note_wall.
  core::steady_duration wall_lead{};
  unsigned failures = 0;  // in a row, since the last success
  bool in_flight = false;
  core::steady_duration max_age{};  // of the set in use
  core::steady_time refresh_at;     // of the set in use: its refresh-ahead moment
  core::steady_time retry_at;       // after a failure: when the back-off ends
  std::uint64_t generation = 0;     // of the set in use; grows with each set that differs
  negative_kids negative;
  std::optional<refresh_cause> cause;  // of the fetch in flight; none: no unknown kid
  client_shares shares;
  // Unknown kids that wait for the fetch in flight, by their hashes in `negative`; bounded.
  std::unordered_set<std::uint64_t> asked;
};

enum class key_lookup_action : std::uint8_t {
  use,               // the key at hand
  use_and_refresh,   // the key at hand, and start a fetch
  wait,              // for the fetch in flight, then look once more
  refresh_and_wait,  // start a fetch, wait for it, then look once more
  unknown_key,       // refuse: the provider has no such key
  unavailable,       // refuse: the keys cannot be had
};

std::string_view to_string(key_lookup_action value);
std::ostream& operator<<(std::ostream& out, key_lookup_action value);

// What to do for a request of `client` whose token names `kid`; `known`: the set in use has it.
// What is called a kid in this file is whatever text the caller names keys by; it is only compared.
//
// An unknown kid that may cause no fetch (the cool-down, the client's share, the back-off) is
// refused as unknown if the last attempt answered (that answer lacked the kid), and as unavailable
// if it failed: then nobody knows whether the kid exists.
key_lookup_action decide(const refresh_state& state, std::string_view kid, std::string_view client,
                         bool known, core::steady_time now, const refresh_settings& settings);

// The second look, by one who has waited: use, unknown_key or unavailable; never a further wait.
key_lookup_action decide_after_wait(const refresh_state& state, bool known, core::steady_time now,
                                    const refresh_settings& settings);

// The keys at hand may be used.
bool usable(const refresh_state& state, core::steady_time now, const refresh_settings& settings);

// How the keys of an issuer stand.
enum class keys_state : std::uint8_t {
  never_loaded,
  fresh,      // within max-age
  stale,      // past it, and still used
  expired,    // not used any more
  withdrawn,  // the provider has taken away all of them and named no other
};
std::string_view to_string(keys_state value);
keys_state state_of(const refresh_state& state, core::steady_time now,
                    const refresh_settings& settings);

// The age at which the keys in use expire.
core::steady_duration longest_use(const refresh_state& state, const refresh_settings& settings);

// After some kinds of suspension (virtual machines) only the wall clock has advanced: the age of
// the set is the larger of the two. To be called before anything that depends on the age of the
// set.
void note_wall(refresh_state& state, core::steady_time now, core::wall_time wall);

// A fetch begins; `cause` if an unknown kid made it necessary. Precondition: none is in flight.
void begin_fetch(refresh_state& state, core::steady_time now,
                 std::optional<refresh_cause> cause = std::nullopt) noexcept;

// A request with an unknown kid waits for the fetch in flight.
void join_fetch(refresh_state& state, std::string_view kid, const refresh_settings& settings);

// How a fetch ended. With a set, or the confirmation that the one in use still holds:
struct keys_loaded {
  core::steady_duration max_age{};                     // see effective_max_age
  bool changed = true;                                 // the set differs from the one in use
  std::span<const std::string> kids;                   // of the set
  std::optional<core::wall_time> wall = std::nullopt;  // now by the wall clock; none: unknown
};
// With a failure; the set in use stays.
struct fetch_failed {
  // What the provider asked for, zero if nothing; it lengthens the back-off, up to the longest.
  core::steady_duration retry_after{};
};
// With a failure that takes away all keys in use.
struct keys_withdrawn {};

using fetch_end = std::variant<keys_loaded, fetch_failed, keys_withdrawn>;

enum class refresh_event : std::uint8_t {
  refreshed,  // a fetch brought a set
  recovered,  // the same, after failures
  failed,     // a fetch failed
};

// What follows from the end of a fetch. Whoever waits for it is to be woken in each case.
struct refresh_effect {
  refresh_event event;
  unsigned failures = 0;            // in a row: before this end for recovered, with it for failed
  core::steady_duration backoff{};  // until the next attempt; for failed
};

// The fetch in flight has ended. `jitter_sample` in [0, 1) determines the jitter of the
// refresh-ahead time or of the back-off. After a set, unknown kids that waited for it and are not
// in it become negative, and the client whose request caused it in vain is charged with it, as far
// as there is memory for that. Does not throw.
refresh_effect apply(refresh_state& state, const fetch_end& end, double jitter_sample,
                     core::steady_time now, const refresh_settings& settings);

// When the next fetch is due without a request: the refresh-ahead time or the end of the back-off;
// steady_time::max while one is in flight and before the first one.
core::steady_time next_refresh(const refresh_state& state);

// The value of Retry-After for clients: whole seconds, at least 1.
unsigned retry_after(const refresh_state& state, core::steady_time now);

}  // namespace latchkey::auth
