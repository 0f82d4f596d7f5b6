// Chooses one of an upstream's addresses for a request. Pure: randomness is an argument. Not for
// whether an address is to be used: address_health.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/edge/address_health.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace latchkey::edge {

// Two numbers, any of their type equally likely.
struct two_random {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
};

struct choice {
  enum class outcome : std::uint8_t {
    found,
    none_left,     // those that could be used have all been tried for this request
    none_healthy,  // 503: no address is healthy, or there is none
  };
  outcome result = outcome::none_healthy;
  std::size_t index = 0;               // for found
  std::chrono::seconds retry_after{};  // for none_healthy: when one may be back, at least 1 s

  explicit operator bool() const { return result == outcome::found; }
};

// Candidates are those that are healthy and not among `tried`: of these the usable ones, and
// without any those that are on trial. Where every healthy one is ejected all of them are
// candidates: an address that may fail is better than none.

// Of two candidates chosen at random the one with fewer requests outstanding, of equals the first.
choice choose_least(const address_group& group, two_random random,
                    std::span<const std::size_t> tried, core::steady_time now);

// The same one for the same key as long as it is a candidate, of the others another for each key
// (rendezvous hashing: Thaler and Ravishankar, 1998): when an address goes, only its keys move. The
// same in every process. The key is a claim's: whoever can have tokens made with claims of their
// choice can also choose an address.
choice choose_by_key(const address_group& group, std::string_view key,
                     std::span<const std::size_t> tried, core::steady_time now);

}  // namespace latchkey::edge
