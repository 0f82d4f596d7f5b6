#include "report/run_report.hpp"

namespace latchkey::bench::report {

void load_counts::add(const load_counts& other) {
  for (const auto& one : totals) this->*one.member += other.*one.member;
  repeated += other.repeated;
  bytes_sent += other.bytes_sent;
  bytes_received += other.bytes_received;
  latency.add(other.latency);
  service.add(other.service);
  connect.add(other.connect);
  tls.add(other.tls);
  first_byte.add(other.first_byte);
  pacing.add(other.pacing);
  for (const auto& [status, count] : other.statuses) statuses[status] += count;
  for (const auto& [kind, count] : other.error_kinds) error_kinds[kind] += count;
  connects += other.connects;
  handshakes += other.handshakes;
  resumed += other.resumed;
  ended_idle += other.ended_idle;
}

}  // namespace latchkey::bench::report
