// An upstream as requests find it: what is set of it, the pool of each thread, and what keeps its
// addresses known and checked. Shared by all routes that lead to it, and by configurations that
// follow one another. Not for exchanges: edge/forward.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/per_thread.hpp>
#include <latchkey/client/authority_cache.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/edge/address_event.hpp>
#include <latchkey/edge/pool.hpp>
#include <latchkey/edge/settings.hpp>
#include <latchkey/net/client_tls.hpp>
#include <latchkey/net/resolve.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

struct upstream_parts {
  async::io_pool& threads;  // that serve requests
  async::executor control;  // where names are looked up and addresses are checked
  core::clock clock;
  std::shared_ptr<client::authority_cache> trusted;
  net::resolver names;
  std::function<std::uint64_t()> random;
  std::function<void(const address_event&)> tell;  // may be empty; on any thread
};

// An address for those who watch.
struct address_report {
  std::string text;  // as in logs
  bool healthy = true;
  // By what requests met there; of the threads the one that has it out for longest. 0: none has.
  core::steady_duration ejected_for{0};
};

class upstream {
 public:
  // Throws std::runtime_error that names a file which cannot be used, std::invalid_argument for
  // settings that check() refuses or an address that parse_place does.
  upstream(upstream_settings settings, const upstream_parts& parts);
  upstream(const upstream&) = delete;
  upstream& operator=(const upstream&) = delete;
  // What is idle is closed, by the threads themselves. Not while a request still uses it.
  ~upstream();

  const upstream_settings& settings() const { return *settings_; }
  // Of what its files held when it was made.
  const net::client_tls* tls() const { return tls_.get(); }
  const core::clock& clock() const { return clock_; }
  // The calling thread's; null outside of the pool of threads.
  std::shared_ptr<pool> here() const;
  // Of all threads: only counts() may be asked of another thread's.
  const std::vector<std::shared_ptr<pool>>& pools() const { return pools_; }
  // Every name has been looked up, whether or not it was found.
  bool settled() const;
  // The addresses that are known now. On the thread of `control`, or before it runs.
  std::vector<address_report> addresses() const;

 private:
  struct watch;

  std::shared_ptr<const upstream_settings> settings_;
  core::clock clock_;
  std::shared_ptr<const net::client_tls> tls_;
  const async::io_pool* threads_;
  std::vector<async::executor> homes_;
  std::vector<std::shared_ptr<pool>> pools_;
  std::shared_ptr<watch> watch_;
};

}  // namespace latchkey::edge
