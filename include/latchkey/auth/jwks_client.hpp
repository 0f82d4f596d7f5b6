// The keys of one issuer: fetched once for all requests, refreshed before they expire, and kept
// during an outage. Executes the decisions of refresh_policy. Not for sockets (the fetch is a
// function) and not for verifying.
#pragma once

#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/auth/jwks_event.hpp>
#include <latchkey/auth/jwks_settings.hpp>
#include <latchkey/auth/jwks_stats.hpp>
#include <latchkey/auth/key_source.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/jwk.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace latchkey::auth {

using key_ptr = std::shared_ptr<const jose::key>;

// A key, or the reason why there is none; or neither, if a fetch has to be waited for.
struct key_lookup {
  key_ptr key;
  // Of jose::key_set::choose, or errc::keys_unavailable.
  core::error_code error;
  // Of the set in which the key was looked up; 0: there was none.
  std::uint64_t generation = 0;
  // With errc::keys_unavailable: whole seconds, at least 1, after which keys may be had again.
  unsigned retry_after = 1;

  bool must_wait() const { return !key && !error; }
};

class jwks_client {
 public:
  using observer = std::function<void(const jwks_event&)>;

  // `source` runs on `home`, as do the timers and `observe`, which may be empty. `random` gives
  // numbers in [0, 1) and is called on `home` only. Nothing is fetched before prefetch() or the
  // first request. Throws what check() throws. Documents are parsed, and their keys checked, on
  // `thread`, which belongs to this client alone; null: on `home`, which that can block for
  // seconds. The context of `home` may end before this object or after it, but not while another
  // thread calls a member. While the client is open the context does not run out of work. Each
  // thread of `readers`, which need not outlive this, keeps the set in use at hand, so that
  // lookup() takes no lock there; null: it always does.
  jwks_client(jwks_settings settings, key_source source, core::clock clock,
              const async::executor& home, std::function<double()> random, observer observe,
              std::unique_ptr<async::background_thread> thread = nullptr,
              const async::io_pool* readers = nullptr);
  // Closes. Whichever of client and context is destroyed last waits for a key check that has begun:
  // up to a second.
  ~jwks_client();
  jwks_client(const jwks_client&) = delete;
  jwks_client& operator=(const jwks_client&) = delete;

  // The members below may be called from any thread.

  // The key for a token whose header has that kid (empty: none) and that algorithm. Where that
  // takes waiting, wait_for_key has to be asked. Starts a refresh that is due; allocates nothing
  // otherwise. `client` is the address of who asks, as text: fetches for unknown kids are shared
  // out by it. Takes no lock for a key of the set in use while that is fresh.
  key_lookup lookup(std::string_view kid, jose::algorithm alg, std::string_view client);

  // The same, waiting for a fetch if need be, on the executor of the calling coroutine; until
  // `until` at the latest, then errc::keys_unavailable. `kid` and `client` must live until the task
  // ends.
  async::task<key_lookup> wait_for_key(std::string_view kid, jose::algorithm alg,
                                       std::string_view client, core::deadline until);

  // Starts the first load, and with it the refresh loop.
  void prefetch();

  // Keys are loaded and not older than max_stale allows.
  bool ready() const;
  // Increases whenever the keys in use change or are withdrawn; 0 before the first load.
  std::uint64_t generation() const;
  // Whether the keys in use are still those of that generation, and not too old. Takes no lock.
  bool current(std::uint64_t generation) const;
  jwks_stats stats() const;

  // Ends the refresh loop and wakes who waits with errc::keys_unavailable; later lookups use the
  // set in use if it is not too old. A fetch in flight runs to its end and its result is discarded.
  // When this has returned the observer may still be running, but is not called again.
  void close();

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace latchkey::auth
