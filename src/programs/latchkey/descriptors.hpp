// How many of the descriptors that a process may have are left for clients' connections: a pure
// function. A server whose clients take the last one could neither fetch keys nor answer probes.
// Not for raising the limit.
#pragma once

#include <latchkey/app/config.hpp>

#include <cstddef>

namespace latchkey::programs {

// Connections of the admin listener that may be open at once.
inline constexpr std::size_t admin_connections = 64;

// What a server needs descriptors for, beside its clients.
struct descriptor_needs {
  std::size_t threads = 1;            // that serve clients
  std::size_t addresses = 1;          // that each of them listens on
  std::size_t issuers = 1;            // whose keys are fetched
  std::size_t admin_connections = 0;  // 0: no admin listener
  // To upstreams, at most: clients leave room for them, half of what there is if need be.
  std::size_t upstream_connections = 0;
};

// Those of a configuration whose clients are served by so many threads.
descriptor_needs needs_of(const app::config& loaded, std::size_t threads);

std::size_t own_descriptors(const descriptor_needs& of);

// How many connections of clients may be open at once: `wanted`, or what `limit` descriptors leave
// room for, so that each thread can have the same number. Throws std::runtime_error that says how
// many are needed where that is not one for each thread.
std::size_t connections_within(std::size_t limit, std::size_t wanted, const descriptor_needs& of);

}  // namespace latchkey::programs
