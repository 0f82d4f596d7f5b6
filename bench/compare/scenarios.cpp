#include "compare/scenarios.hpp"

#include "common/durations.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace latchkey::bench::compare {
namespace {

using harness::clock;

constexpr std::chrono::seconds connecting{60};
constexpr std::chrono::milliseconds poll_interval{50};
// Before the first look and after the last one the load is to be as it is between them.
constexpr std::chrono::seconds settling{1};

async::task<> await_connections(testbed& bed, running_server server, const harness::child& client,
                                std::size_t wanted) {
  const auto until = clock::now() + connecting;
  while (server.program->open_descriptors().value_or(0) < wanted) {
    if (clock::now() > until || !client.open_descriptors()) {
      throw std::runtime_error{
          fmt::format("{}: {} connections could not be opened", name_of(server.which), wanted)};
    }
    co_await bed.env().sleep(poll_interval);
  }
}

// The load begins once all connections are open, and lasts longer than the two looks are apart.
async::task<measured_run> between_two_looks(testbed& bed, running_server server,
                                            unsigned connections, double seconds) {
  const double margins = 2 * in_seconds(settling);
  const load_shape shape{seconds + margins, connections, std::nullopt};
  const auto load = start_load(bed.env(), bed.order_for(server, shape, part::hot));
  co_await await_connections(bed, server, *load.program, connections);
  co_await bed.env().sleep(settling);
  const auto begun = clock::now();
  const auto first = harness::usage_of(server.program->pid());
  co_await bed.env().sleep(
      std::chrono::duration_cast<core::steady_duration>(std::chrono::duration<double>{seconds}));
  const auto last = harness::usage_of(server.program->pid());
  const auto share = in_seconds(clock::now() - begun);
  measured_run made;
  made.load = co_await end_of_load(bed.env(), load, shape.seconds);
  if (const auto fault = fault_of(made.load); !fault.empty()) {
    throw std::runtime_error{
        fmt::format("{}, {} connections: {}", name_of(server.which), connections, fault)};
  }
  // For as many answers as the whole run had.
  made.cpu_seconds = (last.cpu_seconds - first.cpu_seconds) / share * made.load.seconds;
  made.resident_bytes = last.resident_bytes;
  co_return made;
}

// --- idle connections

constexpr std::chrono::seconds idle_timeout{30};
constexpr std::chrono::milliseconds idle_settling{300};
constexpr std::size_t at_once = 16;

using connections = std::vector<std::unique_ptr<load::connection>>;

// Every at_once-th of them, from `first` on.
async::task<> ask_each(const connections& all, std::size_t first, const std::string& request) {
  for (auto i = first; i < all.size(); i += at_once) {
    const core::deadline until{clock::now() + idle_timeout};
    const auto got = co_await all[i]->exchange(request, until);
    if (got.has_error()) throw std::runtime_error{"an idle connection: " + got.error().message()};
    if (got->head.status != 200 || !got->head.keep_alive) {
      throw std::runtime_error{fmt::format("an idle connection: status {}", got->head.status)};
    }
  }
}

async::task<> open_all(testbed& bed, const connections& all) {
  const auto request = harness::get_request(guarded_path, bed.a_token());
  std::vector<async::task<>> some;
  for (std::size_t first = 0; first < std::min(at_once, all.size()); ++first) {
    some.push_back(ask_each(all, first, request));
  }
  co_await load::when_all(bed.env().home(), std::move(some));
}

}  // namespace

bool handles_many_connections(contender which) {
  return which != contender::fastapi;
}

async::task<> measure_connection_scaling(testbed& bed, std::vector<contender> all,
                                         compare_options asked, progress_fn on_progress,
                                         std::map<contender, connection_scaling_figures>& into) {
  const latchkey_setting usual;
  for (unsigned round = 0; round < asked.rounds; ++round) {
    for (const auto which : all) {
      if (!handles_many_connections(which)) continue;
      on_progress(
          fmt::format("connections: round {} of {}, {}", round + 1, asked.rounds, name_of(which)));
      const auto server = co_await bed.start(which, usual);
      const auto few = co_await between_two_looks(bed, server, asked.connections, asked.seconds);
      add(into[which].few, few);
      const auto many =
          co_await between_two_looks(bed, server, asked.many_connections, asked.seconds);
      add(into[which].many, many);
    }
  }
}

async::task<double> idle_connection_bytes(testbed& bed, contender which, unsigned count) {
  const latchkey_setting usual;
  const auto server = co_await bed.start(which, usual);
  const auto before = harness::usage_of(server.program->pid()).resident_bytes;
  connections all;
  for (unsigned i = 0; i < count; ++i) {
    all.push_back(std::make_unique<load::connection>(bed.env().waits(), bed.target_of(server)));
  }
  co_await open_all(bed, all);
  co_await bed.env().sleep(idle_settling);
  const auto after = harness::usage_of(server.program->pid()).resident_bytes;
  // Memory may have been given back meanwhile, when there are few of them.
  co_return after > before ? static_cast<double>(after - before) / count : 0;
}

async::task<> measure_worker_scaling(testbed& bed, compare_options asked, progress_fn on_progress,
                                     setting_pair& into) {
  into.what = "workers";
  into.one.title = "1 worker, distinct tokens";
  into.other.title = "2 workers, distinct tokens";
  const latchkey_setting single{1, false};
  const latchkey_setting twin{2, false};
  const auto one = co_await bed.start(contender::latchkey, single);
  const auto two = co_await bed.start(contender::latchkey, twin);
  const load_shape shape{asked.seconds, asked.connections, std::nullopt};
  const load_shape warmup{warmup_seconds, asked.connections, std::nullopt};
  co_await bed.load(one, warmup, part::distinct);
  co_await bed.load(two, warmup, part::distinct);
  for (unsigned round = 0; round < asked.rounds; ++round) {
    on_progress(fmt::format("workers: round {} of {}", round + 1, asked.rounds));
    const auto of_one = co_await bed.load(one, shape, part::distinct);
    add(into.one.runs, of_one);
    const auto of_two = co_await bed.load(two, shape, part::distinct);
    add(into.other.runs, of_two);
  }
}

}  // namespace latchkey::bench::compare
