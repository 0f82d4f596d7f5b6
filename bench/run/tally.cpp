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
  load_counts::add(other);
  refused += other.refused;
  kinds.resize(std::max(kinds.size(), other.kinds.size()));
  for (std::size_t i = 0; i < other.kinds.size(); ++i) {
    kinds[i].sent += other.kinds[i].sent;
    kinds[i].right += other.kinds[i].right;
    for (const auto& [status, count] : other.kinds[i].wrong) kinds[i].wrong[status] += count;
  }
}

}  // namespace latchkey::bench::run
