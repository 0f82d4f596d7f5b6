#include "compare/crowd.hpp"

#include "common/text_table.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>

namespace latchkey::bench::compare {
namespace {

using idp_faults::clock;

constexpr std::chrono::seconds connecting{60};
constexpr std::chrono::milliseconds look_again{50};
// Before the first look and after the last one the load is to be as it is between them.
constexpr std::chrono::seconds settling{1};

std::size_t descriptors_of(int pid) {
  std::size_t count = 0;
  std::error_code error;
  std::filesystem::directory_iterator at{fmt::format("/proc/{}/fd", pid), error};
  for (; !error && at != std::filesystem::directory_iterator{}; at.increment(error)) ++count;
  return count;
}

async::task<> await_connections(field& on, contestant server, const child& client,
                                std::size_t wanted) {
  const auto until = clock::now() + connecting;
  while (descriptors_of(server.program->pid()) < wanted) {
    if (clock::now() > until || descriptors_of(client.pid()) == 0) {
      throw std::runtime_error{
          fmt::format("{}: {} connections could not be opened", name_of(server.which), wanted)};
    }
    co_await on.stage().sleep(look_again);
  }
}

// The load begins once all connections are open, and lasts longer than the two looks are apart.
async::task<measured_run> between_two_looks(field& on, contestant server, unsigned connections,
                                            double seconds) {
  const double margins = 2 * std::chrono::duration<double>(settling).count();
  const load_shape shape{seconds + margins, connections, std::nullopt};
  const auto load = start_load(on.stage(), on.order_for(server, shape, part::hot));
  co_await await_connections(on, server, *load.program, connections);
  co_await on.stage().sleep(settling);
  const auto begun = clock::now();
  const auto first = usage_of(server.program->pid());
  co_await on.stage().sleep(
      std::chrono::duration_cast<core::steady_duration>(std::chrono::duration<double>{seconds}));
  const auto last = usage_of(server.program->pid());
  const auto share = std::chrono::duration<double>(clock::now() - begun).count();
  measured_run made;
  made.load = co_await end_of_load(on.stage(), load, shape.seconds);
  if (const auto fault = fault_of(made.load); !fault.empty()) {
    throw std::runtime_error{
        fmt::format("{}, {} connections: {}", name_of(server.which), connections, fault)};
  }
  // For as many answers as the whole run had.
  made.cpu_seconds = (last.cpu_seconds - first.cpu_seconds) / share * made.load.seconds;
  made.resident_bytes = last.resident_bytes;
  co_return made;
}

}  // namespace

bool bears_crowds(contender which) {
  return which != contender::fastapi;
}

async::task<> measure_crowds(field& on, std::vector<contender> all, compare_options asked, tell say,
                             std::map<contender, crowd_figures>& into) {
  const latchkey_setting usual;
  for (unsigned round = 0; round < asked.rounds; ++round) {
    for (const auto which : all) {
      if (!bears_crowds(which)) continue;
      say(fmt::format("connections: round {} of {}, {}", round + 1, asked.rounds, name_of(which)));
      const auto server = co_await on.start(which, usual);
      const auto few = co_await between_two_looks(on, server, asked.connections, asked.seconds);
      add(into[which].few, few);
      const auto many =
          co_await between_two_looks(on, server, asked.many_connections, asked.seconds);
      add(into[which].many, many);
    }
  }
}

}  // namespace latchkey::bench::compare
