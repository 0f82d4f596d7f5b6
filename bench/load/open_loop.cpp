#include "load/open_loop.hpp"

#include "common/durations.hpp"
#include "load/when_all.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

namespace latchkey::bench::load {
namespace {

using clock = core::steady_time::clock;

// What the connections of one loop share; they live on one executor.
struct shared {
  open_loop_options options;
  std::function<request()> next;
  std::function<void(const sample&)> done;
  std::uint64_t total = 0;
  std::uint64_t taken = 0;
  core::steady_time start;
};

async::task<> connect(connection& over, core::deadline until) {
  // What failed here fails again with the first request, and is counted there.
  [[maybe_unused]] const auto ignored = co_await over.open(until);
}

async::task<> send_in_turn(async::executor where, connection& over, shared& all) {
  while (all.taken < all.total && !(all.options.stop && all.options.stop())) {
    sample made;
    made.intended = all.start + intended_after(all.taken++, all.options.per_second);
    if (clock::now() < made.intended) co_await sleep_until(where, made.intended);
    const auto asked = all.next();
    made.tag = asked.tag;
    made.sent = clock::now();
    const core::deadline until{made.sent + all.options.timeout};
    const auto got = co_await over.exchange(asked.bytes, until);
    made.answered = clock::now();
    if (got) {
      made.status = got->head.status;
      made.retry_after = got->head.retry_after;
    } else {
      made.error = got.error();
    }
    all.done(made);
  }
}

}  // namespace

core::steady_duration intended_after(std::uint64_t number, double per_second) {
  const std::chrono::duration<double> after{static_cast<double>(number) / per_second};
  return std::chrono::duration_cast<core::steady_duration>(after);
}

std::uint64_t requests_of(const open_loop_options& options) {
  return static_cast<std::uint64_t>(std::llround(in_seconds(options.length) * options.per_second));
}

async::task<> open_loop(async::socket_waits& waits, target to, open_loop_options options,
                        std::function<request()> next, std::function<void(const sample&)> done) {
  shared all{std::move(options), std::move(next), std::move(done), 0, 0, {}};
  all.total = requests_of(all.options);
  std::vector<std::unique_ptr<connection>> connections;
  for (std::size_t i = 0; i < all.options.connections; ++i) {
    connections.push_back(std::make_unique<connection>(waits, to));
  }
  std::vector<async::task<>> connecting;
  const core::deadline until{clock::now() + all.options.timeout};
  for (auto& one : connections) connecting.push_back(connect(*one, until));
  co_await when_all(waits.where, std::move(connecting));
  all.start = clock::now();
  std::vector<async::task<>> sending;
  for (auto& one : connections) sending.push_back(send_in_turn(waits.where, *one, all));
  co_await when_all(waits.where, std::move(sending));
}

}  // namespace latchkey::bench::load
