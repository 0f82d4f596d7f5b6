// What the log costs for each request: making the line, and handing it to a sink whose thread
// writes it to /dev/null. The time is that of the whole process, the sink's thread included.
#include <latchkey/app/log.hpp>

#include <benchmark/benchmark.h>

namespace latchkey::bench {
namespace {

middleware::access_record usual_record() {
  middleware::access_record record;
  record.at = std::chrono::system_clock::now();
  record.request_id = "4d1c7c5be5a84a5a9d1b0f0a6a6a1c11";
  record.peer = "192.0.2.117";
  record.method = "GET";
  record.path = "/notes/2026/11?page=3";
  record.route = "/notes/{year}/{month}";
  record.status = 200;
  record.took = std::chrono::microseconds{87};
  return record;
}

void log_format_access(benchmark::State& state) {
  const auto record = usual_record();
  for (auto _ : state) {
    benchmark::DoNotOptimize(app::format_access(app::log_format::json, record));
  }
}
BENCHMARK(log_format_access);

void log_access(benchmark::State& state) {
  app::log_config settings;
  settings.sinks = {app::log_sink::file};
  settings.file.path = "/dev/null";
  const app::log events{settings, core::system_clock()};
  const auto record = usual_record();
  for (auto _ : state) events.access(record);
  const auto lost = events.losses().at(0).lost;
  if (lost != app::lost_lines{}) state.SkipWithError("lines were lost");
}
BENCHMARK(log_access)->MeasureProcessCPUTime();

void log_below_the_level(benchmark::State& state) {
  app::log_config settings;
  settings.level = app::log_level::warn;
  const app::log events{settings, core::system_clock()};
  const auto record = usual_record();
  for (auto _ : state) events.access(record);
}
BENCHMARK(log_below_the_level);

}  // namespace
}  // namespace latchkey::bench
