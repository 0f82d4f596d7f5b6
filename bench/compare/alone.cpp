#include "compare/alone.hpp"

#include <fmt/format.h>

namespace latchkey::bench::compare {

async::task<> measure_workers(field& on, compare_options asked, tell say, setting_pair& into) {
  into.what = "workers";
  into.one.title = "1 worker, distinct tokens";
  into.other.title = "2 workers, distinct tokens";
  const latchkey_setting single{1, false};
  const latchkey_setting twin{2, false};
  const auto one = co_await on.start(contender::latchkey, single);
  const auto two = co_await on.start(contender::latchkey, twin);
  const load_shape shape{asked.seconds, asked.connections, std::nullopt};
  const load_shape warmup{warmup_seconds, asked.connections, std::nullopt};
  co_await on.load(one, warmup, part::distinct);
  co_await on.load(two, warmup, part::distinct);
  for (unsigned round = 0; round < asked.rounds; ++round) {
    say(fmt::format("workers: round {} of {}", round + 1, asked.rounds));
    const auto of_one = co_await on.load(one, shape, part::distinct);
    add(into.one.runs, of_one);
    const auto of_two = co_await on.load(two, shape, part::distinct);
    add(into.other.runs, of_two);
  }
}

}  // namespace latchkey::bench::compare
