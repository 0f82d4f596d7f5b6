// When the bursts of the stale-pool row come, and what its answers amount to: pure functions. Not
// for sending.
#pragma once

#include <latchkey/core/time.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace latchkey::bench::edge {

// No connection waits longer between two requests.
inline constexpr std::chrono::milliseconds max_gap{6'000};

// The moments of so many bursts, from 0 on. Half of the pauses between them are of any length up to
// max_gap, the others as long as the upstream keeps idle connections, give or take a little: there
// a request meets the end of its connection. The same `seed` gives the same moments.
std::vector<std::chrono::milliseconds> bursts(std::size_t count,
                                              std::chrono::milliseconds keep_alive,
                                              std::uint32_t seed);

// What a number of requests has come to.
struct outcome_counts {
  std::uint64_t sent = 0;
  std::uint64_t right = 0;                   // 200, whole, with its own id
  std::uint64_t mixed = 0;                   // with another one's
  std::uint64_t no_status = 0;               // no head came
  std::map<unsigned, std::uint64_t> others;  // by status, cut ones included

  void add(const outcome_counts& more);
};

// "1,000 right, 3 x 502, 1 without a status".
std::string text_of(const outcome_counts& counts);

// The body that carries `id`: "id=ID" and a line feed, or what follows.
bool carries(std::string_view body, std::uint64_t id);

// What the upstream has seen of POST.
struct seen_posts {
  std::uint64_t posts = 0;
  std::uint64_t twice = 0;
  std::uint64_t connections = 0;  // over which all requests came
};
seen_posts seen_posts_of(const boost::json::object& report);

}  // namespace latchkey::bench::edge
