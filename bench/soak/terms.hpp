// How the server of a soak is configured where the oracle has to know it, and what the oracle
// allows around moments of change, each with its reason. Not for anything that is measured.
#pragma once

#include <chrono>

namespace latchkey::bench::soak {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Of the configuration.
inline constexpr seconds max_age{3};      // of keys: renewed by then
inline constexpr seconds max_stale{6};    // of keys that cannot be renewed: used until then
inline constexpr seconds cooldown{1};     // between two fetches for unknown kids
inline constexpr seconds backoff_max{1};  // between two fetches after failures
inline constexpr milliseconds fetch_timeout{2'000};
inline constexpr milliseconds answer_timeout{1'000};  // of the upstream

// A fetch that succeeds: its connection and the check of the keys, on a machine that has other
// things to do.
inline constexpr milliseconds settle{700};
// The issuer answers nothing while it makes a key (0.2 s to 2 s). Only what takes longer than this
// can make a fetch fail.
inline constexpr milliseconds longest_stall = fetch_timeout - settle;
// From the provider's healing until keys have surely come: a fetch that hangs times out, the wait
// after it, which chance lengthens by 10 per cent, and a fetch.
inline constexpr milliseconds key_recovery =
    fetch_timeout + std::chrono::duration_cast<milliseconds>(backoff_max) * 11 / 10 + settle;
// The same of an upstream: connections that were made while it failed are found to be broken.
inline constexpr milliseconds upstream_recovery{300};
// From the answer that a configuration is in use until both workers have begun to use it.
inline constexpr milliseconds switch_over{200};
// The server may have read its clock for an earlier event of the same turn of its loop.
inline constexpr milliseconds clock_grain{10};
// A tunnel ends with its token: at the next tick of the server's timers, and this program has to
// see it.
inline constexpr milliseconds tunnel_end{1'000};

}  // namespace latchkey::bench::soak
