#include <latchkey/server/worker_counts.hpp>

namespace latchkey::server {

std::string_view to_string(close_reason why) {
  constexpr std::array<std::string_view, close_reason_count> names{
      "client",    "idle",     "answered", "refused", "failed", "tunnel",
      "handshake", "too_many", "replaced", "drain",   "fault"};
  return names[static_cast<std::size_t>(why)];
}

std::string_view to_string(tls_version version) {
  constexpr std::array<std::string_view, tls_version_count> names{"1.2", "1.3", "other"};
  return names[static_cast<std::size_t>(version)];
}

// What is closed is read first: a connection is counted as accepted before it is counted as closed.
server_totals& server_totals::operator+=(const worker_counts& more) {
  std::uint64_t ended = 0;
  for (std::size_t i = 0; i < closed.size(); ++i) {
    const auto count = more.closed[i].get();
    closed[i] += count;
    ended += count;
  }
  const auto begun = more.accepted.get();
  accepted += begun;
  open += begun > ended ? begun - ended : 0;
  in_flight += more.in_flight.get();
  for (std::size_t i = 0; i < handshakes.size(); ++i) {
    for (std::size_t resumed = 0; resumed < 2; ++resumed) {
      handshakes[i][resumed] += more.handshakes[i][resumed].get();
    }
  }
  more.failed_handshakes.each([this](std::string_view reason, std::uint64_t count) {
    failed_handshakes[std::string{reason}] += count;
  });
  return *this;
}

}  // namespace latchkey::server
