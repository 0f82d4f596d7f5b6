// What the log costs for each request: making the line, and handing it to a sink whose thread
// writes it to /dev/null. The time is that of the whole process, the sink's thread included.
#include <latchkey/app/log.hpp>

#include <benchmark/benchmark.h>

namespace latchkey::bench {
namespace {

http::exchange usual_request() {
  http::exchange ended;
  ended.at = std::chrono::system_clock::now();
  ended.request_id = "4d1c7c5be5a84a5a9d1b0f0a6a6a1c11";
  ended.peer = "192.0.2.117";
  ended.client = ended.peer;
  ended.method = "GET";
  ended.path = "/notes/2026/11?page=3";
  ended.route = "/notes/{year}/{month}";
  ended.status = 200;
  ended.took = std::chrono::microseconds{87};
  return ended;
}

void log_format_request(benchmark::State& state) {
  const auto ended = usual_request();
  for (auto _ : state) {
    benchmark::DoNotOptimize(app::format_request(app::log_format::json, ended));
  }
}
BENCHMARK(log_format_request);

void log_request(benchmark::State& state) {
  app::log_config settings;
  settings.sinks = {app::log_sink::file};
  settings.file.path = "/dev/null";
  const app::log events{settings, core::system_clock()};
  const auto ended = usual_request();
  for (auto _ : state) events.request(ended);
  const auto lost = events.losses().at(0).lost;
  if (lost != app::lost_lines{}) state.SkipWithError("lines were lost");
}
BENCHMARK(log_request)->MeasureProcessCPUTime();

void log_below_the_level(benchmark::State& state) {
  app::log_config settings;
  settings.level = app::log_level::warn;
  const app::log events{settings, core::system_clock()};
  const auto ended = usual_request();
  for (auto _ : state) events.request(ended);
}
BENCHMARK(log_below_the_level);

}  // namespace
}  // namespace latchkey::bench
