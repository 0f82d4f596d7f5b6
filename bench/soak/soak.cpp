#include "soak/soak.hpp"

#include "common/descriptors.hpp"
#include "common/run_to_end.hpp"
#include "soak/report.hpp"
#include "soak/run.hpp"
#include "soak/schedule.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <exception>
#include <ostream>
#include <random>

namespace latchkey::bench {
namespace {

// Small enough to be typed, and for any JSON reader.
std::uint64_t drawn_seed() {
  return std::random_device{}();
}

}  // namespace

idp_faults_outcome run_soak(const soak_options& options, const command_env& env) {
  const auto seed = options.seed ? *options.seed : drawn_seed();
  const auto schedule = soak::make_schedule(seed, options.duration);
  if (options.list) {
    env.out << soak::text_of(schedule);
    return idp_faults_outcome::held;
  }
  if (!options.quiet) {
    env.err << fmt::format("seed {}, {} s, {} events\n", seed, options.duration.count(),
                           schedule.size())
            << std::flush;
  }
  raise_descriptor_limit();
  async::asio::io_context context{1};
  harness::test_env programs{context.get_executor(), harness::programs_beside_this(), false};
  soak::outcome made;
  made.seed = seed;
  made.planned = options.duration;
  const auto say = [&](const std::string& line) {
    if (!options.quiet) env.err << line << '\n' << std::flush;
  };
  const auto stop = [&programs] { programs.stop(); };
  const auto fault =
      run_to_end(context, soak::run(programs, options, schedule, say, made), env.stop, stop);
  made.stopped = programs.stopping();
  if (fault && !made.stopped) std::rethrow_exception(fault);
  if (options.json) {
    env.out << boost::json::serialize(soak::json_of(made)) << '\n';
  } else {
    env.out << soak::text_of(made);
  }
  env.out.flush();
  if (made.stopped) return idp_faults_outcome::stopped;
  return soak::holds(made) ? idp_faults_outcome::held : idp_faults_outcome::failed;
}

}  // namespace latchkey::bench
