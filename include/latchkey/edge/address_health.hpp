// Whether the addresses of one upstream are to be used: passive ejection by what requests met
// there, and active checks. Pure state machines: time and randomness are arguments. Not for
// choosing among them (balance), and not for asking them.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

struct health_settings {
  // Passive: so many failures in a row take an address out for `ejection` times how often that has
  // happened of late, up to the longest. 0 failures: never.
  unsigned failures = 5;
  core::steady_duration ejection = std::chrono::seconds{30};
  core::steady_duration longest_ejection = std::chrono::seconds{300};
  // Active: a check every `interval`, earlier or later by up to the share `jitter` of it; so many
  // bad ones in a row take an address out, so many good ones bring it back.
  bool active = false;
  core::steady_duration interval = std::chrono::seconds{5};
  unsigned fall = 3;
  unsigned rise = 2;
  double jitter = 0.2;

  bool operator==(const health_settings&) const = default;
};

// Throws std::invalid_argument, naming the setting, for durations that are not positive, an
// ejection longer than the longest, a fall or rise of 0, and a jitter outside [0, 1).
void check(const health_settings& settings);

// How a request to an address ended, as far as it says something of the address.
enum class exchange_end : std::uint8_t {
  answered,       // any answer but the next
  gateway_error,  // 502, 503 and 504: it says itself that it cannot
  failed,         // no connection, none in time, no well-formed head, or a body cut off
  unknown,        // others ended it before it could tell
};
// A 500 is of a request, which a client can choose; it would let one client take an address away.
exchange_end end_of_status(unsigned status);
inline bool is_failure(exchange_end end) {
  return end == exchange_end::gateway_error || end == exchange_end::failed;
}

struct address_state {
  std::string address;              // names it, and decides where hashing puts it
  unsigned outstanding = 0;         // requests on their way there; kept by whoever sends them
  unsigned failures = 0;            // in a row
  unsigned ejections = 0;           // how many of late
  core::steady_time ejected_until;  // in the past: not ejected
  bool healthy = true;              // by active checks
  unsigned streak = 0;              // checks in a row that spoke against `healthy`
  core::steady_time next_check;     // active checks only

  // It was ejected, and no request has been answered since. One at a time may try it.
  bool proving = false;
  bool on_trial = false;          // by one that is on its way
  core::steady_time trial_until;  // then by another, whatever that one waits for

  bool ejected(core::steady_time now) const { return now < ejected_until; }
  // Not ejected, and no other request finds out just now whether it works again.
  bool usable(core::steady_time now) const {
    return !ejected(now) && !(proving && on_trial && now < trial_until);
  }
};

// The addresses of one upstream, all on one executor.
class address_group {
 public:
  // Throws std::invalid_argument as check(). The first checks are due at once.
  address_group(std::vector<std::string> addresses, health_settings settings,
                core::steady_time now);

  std::size_t size() const { return all_.size(); }
  const address_state& at(std::size_t index) const { return all_.at(index); }
  const health_settings& settings() const { return settings_; }

  void begin(std::size_t index, core::steady_time now);
  // The head of an answer has come: it works, however long the rest takes.
  void answered(std::size_t index, core::steady_time now);
  enum class event : std::uint8_t { none, ejected, fell, rose };
  // The end of what begin() began. Ejected is an address with the failures in a row that the
  // settings name, or with one where it has been ejected before and has not answered since, unless
  // none that is healthy would be left.
  event end(std::size_t index, exchange_end how, core::steady_time now);
  // A failure beside requests, such as a connection that was made in advance.
  event fail(std::size_t index, core::steady_time now);

  // The result of an active check. `jitter_sample` in [0, 1) decides when the next one is due.
  event checked(std::size_t index, bool good, double jitter_sample, core::steady_time now);
  // What was found by checks that somebody else makes.
  event set_healthy(std::size_t index, bool healthy);
  // The address whose check is due first, if it is due; else size().
  std::size_t due(core::steady_time now) const;
  // When that will be; steady_time::max without active checks.
  core::steady_time next_due() const;
  // A check of the address has begun: it is not due again before its result, at the latest after
  // one interval.
  void check_begins(std::size_t index, core::steady_time now);

  // Names have been resolved again: what is known of those that stay is kept. Those that are gone
  // are forgotten with their outstanding requests, whose ends must not be told to this group; so
  // must indexes not be kept across it.
  void replace(const std::vector<std::string>& addresses, core::steady_time now);

 private:
  bool is_last(std::size_t index, core::steady_time now) const;
  void eject(address_state& one, core::steady_time now);

  std::vector<address_state> all_;
  health_settings settings_;
};

std::string_view to_string(address_group::event value);
std::ostream& operator<<(std::ostream& out, address_group::event value);

}  // namespace latchkey::edge
