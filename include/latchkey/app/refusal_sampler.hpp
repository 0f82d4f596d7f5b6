// Which refusals have a line of their own in the log, so that who is refused a thousand times a
// second does not fill it: the first of each reason and client in a second. The rest is counted, by
// reason. A table of fixed size, which all threads share without a lock. Not for writing lines.
#pragma once

#include <latchkey/core/siphash.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/exchange.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {

struct unlogged_refusals {
  std::string reason;
  std::uint64_t count = 0;
};

class refusal_sampler {
 public:
  // Lines a second, of whatever clients and reasons; further ones are counted only.
  static constexpr std::size_t most_lines = 1024;

  // `key` is random: nobody is to find a client whose lines stand in for another's.
  refusal_sampler(const core::siphash_key& key, bool enabled) : key_{key}, enabled_{enabled} {}
  ~refusal_sampler();
  refusal_sampler(const refusal_sampler&) = delete;
  refusal_sampler& operator=(const refusal_sampler&) = delete;

  // Whether the refusal is to be logged; one that is not has been counted. Clients are told apart
  // as addresses of IPv4 and networks of 64 bits of IPv6. Any thread.
  bool admits(std::string_view reason, std::string_view client, core::wall_time at);
  // Of an exchange that has ended: true for what is no refusal.
  bool admits(const http::exchange& ended);

  // Any thread.
  void set_enabled(bool enabled) { enabled_.store(enabled, std::memory_order_relaxed); }
  // Those that were not logged, since the start, by reason.
  std::vector<unlogged_refusals> totals() const;

 private:
  struct counted {
    std::string reason;
    std::atomic<std::uint64_t> count{0};
  };
  static constexpr std::size_t places = 4;
  static constexpr std::size_t most_reasons = 256;

  bool is_first(std::uint64_t hash, std::uint32_t second);
  void count(std::string_view reason);

  const core::siphash_key key_;
  std::atomic<bool> enabled_;
  // The upper half of a hash above the second in which its line was written.
  std::array<std::atomic<std::uint64_t>, most_lines> seen_{};
  // Made once for each reason; the last place is for those that find no room.
  std::array<std::atomic<counted*>, most_reasons> counts_{};
  std::atomic<std::uint64_t> others_{0};
};

// What a refusal is counted as: the reason of a 4xx, which answers of upstreams, 404 and 405 do not
// have. Empty for all other answers.
std::string_view refusal_reason(const http::exchange& ended);

// What has been added since `before`, which becomes `now`.
std::vector<unlogged_refusals> take_news(std::vector<unlogged_refusals>& before,
                                         std::vector<unlogged_refusals> now);

}  // namespace latchkey::app
