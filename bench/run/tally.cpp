#include "run/tally.hpp"

#include <algorithm>

namespace latchkey::bench::run {

void tally::add_connection(const load::connecting& made, bool over_tls) {
  ++connects;
  connect.add(made.connect);
  if (!over_tls) return;
  ++handshakes;
  if (made.resumed) ++resumed;
  tls.add(made.tls);
}

void tally::add(const tally& other) {
  sent += other.sent;
  answered += other.answered;
  wrong += other.wrong;
  refused += other.refused;
  errors += other.errors;
  late += other.late;
  dropped += other.dropped;
  bytes_sent += other.bytes_sent;
  bytes_received += other.bytes_received;
  connects += other.connects;
  handshakes += other.handshakes;
  resumed += other.resumed;
  ended_idle += other.ended_idle;
  repeated += other.repeated;
  latency.add(other.latency);
  service.add(other.service);
  connect.add(other.connect);
  tls.add(other.tls);
  first_byte.add(other.first_byte);
  pacing.add(other.pacing);
  for (const auto& [status, count] : other.statuses) statuses[status] += count;
  for (const auto& [kind, count] : other.error_kinds) error_kinds[kind] += count;
  kinds.resize(std::max(kinds.size(), other.kinds.size()));
  for (std::size_t i = 0; i < other.kinds.size(); ++i) {
    kinds[i].sent += other.kinds[i].sent;
    kinds[i].right += other.kinds[i].right;
    for (const auto& [status, count] : other.kinds[i].wrong) kinds[i].wrong[status] += count;
  }
}

}  // namespace latchkey::bench::run
