// What one thread uses of an upstream: its addresses with what is known of them, the idle
// connections, and how many requests are under way. Nothing here is locked. Not for exchanges
// (edge/exchange), and not for what is decided: that is in pool_policy, balance and retry_policy.
#pragma once

#include <latchkey/async/coarse_timers.hpp>
#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/spare.hpp>
#include <latchkey/edge/address_event.hpp>
#include <latchkey/edge/address_health.hpp>
#include <latchkey/edge/balance.hpp>
#include <latchkey/edge/place.hpp>
#include <latchkey/edge/pool_policy.hpp>
#include <latchkey/edge/settings.hpp>
#include <latchkey/edge/upstream_counts.hpp>
#include <latchkey/edge/workspace.hpp>
#include <latchkey/net/client_tls.hpp>
#include <latchkey/net/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// A connection to one address, at rest or of one exchange.
struct pooled_connection {
  std::unique_ptr<net::transport> over;
  core::steady_time made = {};
  core::steady_time idle_since = {};
  std::optional<unsigned> told_max = {};
  // Before that it is not used again: what still comes would be taken for another's answer.
  core::steady_time rests_until = {};
  bool reused = false;
};

class pool {
 public:
  // An address of the upstream as this thread uses it. Indexes are of one `epoch` only.
  struct place_state {
    place at;
    std::vector<pooled_connection> idle;  // the last used at the end
    std::optional<std::chrono::seconds> told_timeout = {};
    // It has ended a connection under a request: until then what cannot be sent again goes on fresh
    // ones.
    core::steady_time distrusted_until = {};
    net::session_ptr session = {};  // of TLS, to be taken up again
    core::steady_time session_until = {};
  };

  // The share of one of `threads` threads. `tell` may be empty.
  pool(std::shared_ptr<const upstream_settings> of, core::clock clock, std::size_t threads,
       std::size_t index, std::uint64_t seed, std::function<void(const address_event&)> tell = {});
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;

  // The addresses are others now; what is known of those that stay is kept. On the thread, as all
  // that follows.
  void replace(std::vector<place> all);
  // What active checks found.
  void set_healthy(std::string_view text, bool healthy);
  // Closes what is idle, and keeps nothing idle any more.
  void retire();

  std::uint64_t epoch() const { return epoch_; }
  place_state& at(std::size_t index) { return places_[index]; }
  const address_group& group() const { return group_; }
  upstream_counts& counts() { return counts_; }
  const upstream_counts& counts() const { return counts_; }
  const in_flight& under_way() const { return under_way_; }
  std::unique_ptr<exchange_buffer> take_buffer();
  void give_back(std::unique_ptr<exchange_buffer> one) { buffers_.give_back(std::move(one)); }
  std::unique_ptr<workspace> take_workspace();
  void give_back(std::unique_ptr<workspace> one);

  // A place among the requests under way, which has to be given back by leave(). `wait`: one may
  // become free by enter().
  admission try_enter();
  // Waits for one. False: none was free in time, or it was given up. Meanwhile `here` is where it
  // waits, else null; it must live until the task ends.
  struct waiting_place;
  async::task<bool> enter(core::deadline until, waiting_place*& here);
  static void give_up(waiting_place& one);
  void leave();
  void begin_retry() { ++under_way_.retries; }
  void end_retry() { --under_way_.retries; }

  // The address for a request; `key`: what requests are spread by, if anything.
  choice choose(std::optional<std::string_view> key, std::span<const std::size_t> tried,
                core::steady_time now);
  void begin(std::size_t index, core::steady_time now) { group_.begin(index, now); }
  void answered(std::size_t index, core::steady_time now) { group_.answered(index, now); }
  // Where what was at `index` in `epoch` is now, by its text; nothing where it is gone.
  std::optional<std::size_t> now_at(std::uint64_t epoch, std::size_t index,
                                    std::string_view text) const;
  void end(std::size_t index, exchange_end how, core::steady_time now);

  // An idle connection that can carry the request, or one without a transport. See pool_policy.
  pooled_connection take(std::size_t index, bool repeatable, core::steady_time now);
  // Keeps it idle where there is room; else it is closed.
  void give_back(std::size_t index, pooled_connection one, const keep_alive& told,
                 core::steady_time now);
  // The TLS session of an earlier connection to the address; null where there is none, or where it
  // has been an hour since a certificate was looked at.
  net::session_ptr take_session(std::size_t index, core::steady_time now);
  // Keeps that of a connection made at `made` for the next one.
  void keep_session(std::size_t index, net::session_ptr one, bool resumed, core::steady_time made);
  // A connection of the address ended under a request that it was reused for.
  void distrust(std::size_t index, core::steady_time now);
  // Closes all idle ones of an address: it has sent what nobody asked for.
  void close_idle(std::size_t index);
  // Of all addresses: descriptors have run out.
  void close_all_idle();
  std::size_t idle_count() const { return idle_count_; }

  // By which its connections wait: those of the server of the thread, where there is one, so that
  // one look at the system finds what both sides have. The same for each call.
  async::socket_waits& waits(const async::executor& here, async::socket_waits* of_server);

 private:
  static constexpr std::size_t max_spare = 64;

  void note_health();
  void look();
  void close_expired(place_state& of, core::steady_time now, core::steady_time& next);
  void expect_look(core::steady_time at);
  std::uint32_t random();

  std::shared_ptr<const upstream_settings> settings_;
  core::clock clock_;
  circuit_limits limits_;
  std::size_t max_idle_;
  address_group group_;
  std::vector<place_state> places_;
  std::uint64_t epoch_ = 0;
  in_flight under_way_;
  std::list<waiting_place*> waiting_;
  std::size_t idle_count_ = 0;
  bool retired_ = false;
  std::uint64_t random_;
  std::function<void(const address_event&)> tell_;
  upstream_counts counts_;
  core::spare<exchange_buffer, max_spare> buffers_;
  core::spare<workspace, max_spare> workspaces_;
  async::socket_waits* waits_ = nullptr;
  std::optional<async::coarse_timers::entry> looks_;
  core::steady_time next_look_ = core::steady_time::max();
};

}  // namespace latchkey::edge
