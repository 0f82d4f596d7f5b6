// The connections of one thread to a PostgreSQL database: bounded, with a bounded number of calls
// that wait for one. Lives on its thread's executor. Not for what is asked on them.
#pragma once

#include "postgres_notes.hpp"
#include "postgres_way.hpp"
#include "store_state.hpp"

#include <latchkey/async/waiters.hpp>
#include <latchkey/core/counter.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace latchkey::store {

using postgres_connection_ptr = std::shared_ptr<postgres_connection>;

struct pool_terms {
  postgres_options to;
  net::resolver names;
  std::size_t connections;
  std::size_t queue;
  core::clock clock;
  // After which the server gives up a statement by itself.
  std::chrono::milliseconds statement_timeout;
};

struct new_connection {
  postgres_connection_ptr made;  // null where there is an error
  schema_outcome outcome;
};
// Connects and prepares the schema; on whichever executor calls. `terms` outlives it.
async::task<new_connection> make_connection(const pool_terms& terms, core::deadline until);

// Of all pools of one store. A database that has become one for reading alone is there, and takes
// no changes.
struct pool_states {
  pool_states(const tell_event& tell, const core::clock& clock)
      : connections{"connections", tell, clock}, changes{"changes", tell, clock} {}

  store_state connections;
  store_state changes;
};

enum class call_kind : std::uint8_t { reading, changing };

class postgres_pool {
 public:
  // `terms` and `states` outlive it.
  postgres_pool(async::executor home, const pool_terms& terms, pool_states& states)
      : home_{home}, terms_{terms}, states_{states} {}
  postgres_pool(const postgres_pool&) = delete;
  postgres_pool& operator=(const postgres_pool&) = delete;

  // A connection for one call. It goes back to the pool when this ends, unless it is of no more
  // use.
  class lease {
   public:
    lease(postgres_pool& from, postgres_connection_ptr one) : from_{from}, one_{std::move(one)} {}
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    ~lease() { from_.give_back(std::move(one_)); }
    postgres_connection& operator*() const { return *one_; }

   private:
    postgres_pool& from_;
    postgres_connection_ptr one_;
  };

  // errc::busy, errc::timed_out or errc::unavailable.
  async::task<core::result<std::unique_ptr<lease>>> take(core::deadline until);
  // Tells the states what a call has met.
  void note(call_kind kind, const core::error_code& error, postgres_connection& on);

  // On any thread.
  void add_to(gauges& sum) const;

 private:
  async::task<core::result<std::unique_ptr<lease>>> open_one(core::deadline until);
  postgres_connection_ptr take_idle();
  void give_back(postgres_connection_ptr one);
  void close_one();
  void retire_all(postgres_connection& met);
  void wake_next();
  void leave(const std::shared_ptr<async::waiter>& one, bool satisfied);

  async::executor home_;
  const pool_terms& terms_;
  pool_states& states_;
  std::vector<postgres_connection_ptr> idle_;
  std::deque<std::shared_ptr<async::waiter>> waiting_;  // who has waited longest comes first
  core::steady_time next_try_{};  // before it, a database that is not there is not asked again
  core::steady_time next_retiring_{};
  core::counter open_;            // those being made among them
  core::counter in_use_;
  core::counter waiting_count_;
};

}  // namespace latchkey::store
