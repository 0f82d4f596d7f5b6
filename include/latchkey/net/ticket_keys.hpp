// The keys that session tickets are sealed with (RFC 5077 section 4): the present one and the one
// before, changed by time, so that a key which leaks later opens only what was said shortly before.
// Pure: time and randomness come in. Not for the sealing itself, which is net/tls's.
#pragma once

#include <latchkey/core/time.hpp>

#include <array>
#include <functional>
#include <optional>
#include <span>

namespace latchkey::net {

// Not for several threads at once.
class ticket_keys {
 public:
  struct key {
    std::array<unsigned char, 16> name;  // goes with the ticket, in the clear
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
  };
  struct match {
    const key* which;  // the ring's own, until the next call
    bool renew;        // the ticket should be replaced by one under the present key
  };

  // `fill` makes all bytes random, or says that it cannot. A key seals for `period`, and opens for
  // twice as long.
  ticket_keys(core::steady_duration period, std::function<bool(std::span<unsigned char>)> fill);
  ticket_keys(const ticket_keys&) = delete;
  ticket_keys& operator=(const ticket_keys&) = delete;
  // What it held is overwritten.
  ~ticket_keys();

  // The key to seal with, a new one where its time has come; null where none could be made. The
  // ring's own, until the next call.
  const key* present(core::steady_time now);

  // The key of that name, if it may still open tickets.
  std::optional<match> find(std::span<const unsigned char, 16> name, core::steady_time now);

 private:
  struct aged {
    key bytes{};
    core::steady_time born{};
    bool usable = false;
  };
  void forget(aged& one) const;
  void forget_old(core::steady_time now);

  core::steady_duration period_;
  std::function<bool(std::span<unsigned char>)> fill_;
  aged present_;
  aged before_;
};

}  // namespace latchkey::net
