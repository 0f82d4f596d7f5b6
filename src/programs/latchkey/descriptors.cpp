#include "descriptors.hpp"

#include <latchkey/store/settings.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace latchkey::programs {
namespace {

// As many as may be under way or idle at once.
std::size_t upstream_connections(const app::config& loaded) {
  std::size_t all = 0;
  for (const auto& one : loaded.upstreams) all += one.circuit.outstanding + one.max_idle;
  return all;
}

// SQLite has three files for each of its threads; of a connection to PostgreSQL there are two
// descriptors.
std::size_t descriptors_of_notes(const store::settings& notes, std::size_t threads) {
  if (notes.store.empty()) return 0;
  if (store::sqlite_path(notes.store)) return 3 * (notes.connections + 1);
  return 2 * notes.connections * threads;
}

std::size_t address_count(const app::server_config& settings) {
  std::size_t all = settings.listen.size();
  for (const auto& one : settings.listeners) all += one.listen.size();
  return all;
}

}  // namespace

descriptor_needs needs_of(const app::config& loaded, std::size_t threads) {
  return {
      .threads = threads,
      .addresses = address_count(loaded.server),
      .issuers = loaded.issuers.size(),
      .admin_connections = loaded.admin.listen.empty() ? 0 : admin_connections,
      .upstream_connections =
          upstream_connections(loaded) + descriptors_of_notes(loaded.notes, threads),
  };
}

std::size_t own_descriptors(const descriptor_needs& of) {
  // Standard streams, files that are read anew, and what libraries open for a moment.
  constexpr std::size_t process = 24;
  // What Asio and the watch over sockets take: two sets, their two wake-ups, a timer.
  constexpr std::size_t thread = 5;
  // The listening socket, and a connection that is accepted while the bound is being reached.
  constexpr std::size_t listener = 2;
  // The watch over the sockets that keys are fetched over: a set and its wake-up.
  constexpr std::size_t fetches = 2;
  // A connection, and what looks its name up.
  constexpr std::size_t issuer = 4;
  const bool admin = of.admin_connections != 0;
  return process + (of.threads + 1) * thread + of.threads * of.addresses * listener + fetches +
         of.issuers * issuer + (admin ? of.admin_connections + listener : 0);
}

std::size_t connections_within(std::size_t limit, std::size_t wanted, const descriptor_needs& of) {
  auto own = own_descriptors(of);
  if (limit > own) own += std::min(of.upstream_connections, (limit - own) / 2);
  // The server rounds up, so that each thread has the same number.
  const auto rounded = (wanted + of.threads - 1) / of.threads * of.threads;
  if (limit >= own && limit - own >= rounded) return wanted;
  if (limit < own + of.threads) {
    throw std::runtime_error{"the limit of open files is " + std::to_string(limit) +
                             ", and at least " + std::to_string(own + of.threads) +
                             " are needed: raise it (ulimit -n, LimitNOFILE), or lower "
                             "server.workers"};
  }
  return (limit - own) / of.threads * of.threads;
}

}  // namespace latchkey::programs
