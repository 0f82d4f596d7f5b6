// The keys of one issuer: fetched once for everybody, renewed before they are due, kept through an
// outage. The decisions are refresh_policy's; this does what it says. Not for sockets (they come as
// a function) nor for verifying.
#pragma once

#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/auth/jwks_settings.hpp>
#include <latchkey/auth/key_answer.hpp>
#include <latchkey/auth/key_source.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/key_set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::auth {

using key_ptr = std::shared_ptr<const jose::key>;

// Something an operator may want to know of. Holds no secrets.
struct jwks_event {
  enum class kind : std::uint8_t {
    refreshed,  // a fetch brought a set
    recovered,  // the same, after failures
    failed,     // a fetch failed; the set in use stays, unless `changed`: it was taken away
  };
  kind what;
  bool usable = false;           // tokens can be verified now
  bool changed = false;          // other keys than before
  bool skipped_changed = false;  // other keys are left out than before, or for other reasons
  std::vector<std::string> old_kids;
  std::vector<std::string> new_kids;
  std::vector<jose::key_set::noted_key> noted;
  bool noted_changed = false;  // other keys are noted than before, or for other reasons
  // Keys of the document that are not used, and why; also where that is why the fetch failed.
  std::vector<jose::key_set::skipped_key> skipped;
  // For failed.
  core::error_code error;
  unsigned status = 0;              // of the answer, 0 where there was none
  core::steady_duration backoff{};  // until the next attempt
  bool news = false;                // not the same failure, at the same usability, as the last one
  // In a row: before this event for recovered, with it for failed.
  unsigned failures = 0;
};

// Upper bounds, in seconds, of the classes that durations of fetches are counted in.
inline constexpr std::array fetch_duration_bounds{0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0};

struct jwks_stats {
  std::uint64_t fetches_ok = 0;  // not_modified among them
  std::uint64_t fetches_failed = 0;
  std::array<std::uint64_t, fetch_result_count> fetches{};  // by fetch_result
  // Classes of duration, the last one for what took longer than all bounds; and the sum.
  std::array<std::uint64_t, fetch_duration_bounds.size() + 1> durations{};
  core::steady_duration duration_sum{};
  keys_state state = keys_state::never_loaded;
  std::optional<core::wall_time> last_success;
  std::optional<core::wall_time> last_attempt;        // its end
  core::error_code last_error;                        // of the last attempt, if it failed
  unsigned last_status = 0;                           // of its HTTP answer, 0 where there was none
  std::optional<core::steady_duration> next_attempt;  // from now, without a request asking for it
  core::steady_duration max_age{};                    // of the set in use
  std::vector<jose::key_set::skipped_key> skipped;    // of the last document with any keys
  std::vector<jose::key_set::noted_key> noted;        // of the set in use
  std::uint64_t unknown_kids = 0;                     // requests refused for one
  unsigned failures_in_row = 0;
  bool in_flight = false;
  bool ready = false;
  std::uint64_t generation = 0;
  std::vector<std::string> kids;
  std::size_t keys_without_kid = 0;
  std::optional<core::steady_duration> age;  // of the set in use
  std::size_t waiters = 0;
  std::size_t negative_kids = 0;
};

class jwks_client {
 public:
  using observer = std::function<void(const jwks_event&)>;

  // `source` runs on `home`, as do the timers and `observe`, which may be empty. `random` gives
  // numbers in [0, 1) and is called on `home` only. Nothing is fetched before prefetch() or the
  // first request. Throws what check() throws.
  // What a fetch brings is read, and its keys checked, on `thread`, which this client has to
  // itself; null: on `home`, which that can keep from all else for seconds. The context of `home`
  // may end before this object or after it, but not while another thread calls a member. While the
  // client is open the context does not run out of work.
  jwks_client(jwks_settings settings, key_source source, core::clock clock,
              const async::executor& home, std::function<double()> random, observer observe,
              std::unique_ptr<async::background_thread> thread = nullptr);
  // Closes. The last of client and context waits for a check of keys that has begun: up to a
  // second.
  ~jwks_client();
  jwks_client(const jwks_client&) = delete;
  jwks_client& operator=(const jwks_client&) = delete;

  // The members below may be called from any thread.

  // The key for a token whose header has that kid (empty: none) and that algorithm, or why there is
  // none: an error of jose::key_set::choose or errc::keys_unavailable; nothing if that takes
  // waiting: then ask key_for. Starts a refresh that is due. Allocates nothing otherwise.
  // `client` is the address of who asks, as text: fetches for unknown kids are shared out by it.
  std::optional<core::result<key_ptr>> try_key(std::string_view kid, jose::algorithm alg,
                                               std::string_view client);

  // The same, waiting for a fetch if need be, on the executor of the calling coroutine; until
  // `until` at the latest, then errc::keys_unavailable. `kid` and `client` must live until the task
  // ends.
  async::task<core::result<key_ptr>> key_for(std::string_view kid, jose::algorithm alg,
                                             std::string_view client, core::deadline until);

  // Starts the first load, and with it the refresh loop.
  void prefetch();

  // Keys are loaded and not too old to be used.
  bool ready() const;
  // Grows whenever the keys in use change or are taken away; 0 before the first load.
  std::uint64_t generation() const;
  // The keys in use are still those of that generation, and not too old to be used. Takes no lock.
  bool current(std::uint64_t generation) const;
  // Whole seconds, at least 1, after which keys may be had again.
  unsigned retry_after() const;
  jwks_stats stats() const;

  // Ends the refresh loop and wakes who waits with errc::keys_unavailable; later requests are
  // answered from the set in use, if they can be. A fetch in flight runs to its end without effect.
  // The observer may be running, but is not called anew, once this has returned.
  void close();

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace latchkey::auth
