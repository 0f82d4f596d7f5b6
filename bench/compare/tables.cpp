#include "compare/tables.hpp"

#include "common/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace latchkey::bench::compare {
namespace {

using figures = std::vector<double>;
using shown = std::function<std::string(double)>;
using row = std::vector<std::string>;

constexpr double kibibyte = 1024;
constexpr double mebibyte = kibibyte * kibibyte;

std::string whole(double number) {
  return grouped(number);
}
std::string micros(double seconds) {
  return decimals(seconds * 1e6, 1);
}
std::string millis(double seconds) {
  return decimals(seconds * 1e3, 2);
}
std::string mebibytes(double bytes) {
  return decimals(bytes / mebibyte, 1);
}
std::string kibibytes(double bytes) {
  return decimals(bytes / kibibyte, 1);
}

// "12.3 (12.1-12.9)".
std::string cell(const figures& all, const shown& show) {
  if (all.empty()) return "-";
  const auto reach = spread_of(all);
  if (all.size() == 1) return show(reach.median);
  return fmt::format("{} ({}-{})", show(reach.median), show(reach.min), show(reach.max));
}

std::string ratio_cell(const std::optional<double>& value) {
  return value ? decimals(*value, 2) : "-";
}

const figures& of(const std::map<contender, figures>& all, contender one) {
  static const figures none;
  const auto at = all.find(one);
  return at == all.end() ? none : at->second;
}

const closed_runs& closed_of(const workload_figures& workload, contender one) {
  static const closed_runs none;
  const auto at = workload.closed.find(one);
  return at == workload.closed.end() ? none : at->second;
}

void add_ratio(std::vector<row>& rows, std::string what, const comparison& made,
               const std::function<std::optional<double>(contender)>& value) {
  row line{std::move(what)};
  bool any = false;
  for (const auto& one : made.contenders) {
    if (one.which == contender::latchkey) continue;
    const auto got = value(one.which);
    any = any || got;
    line.push_back(ratio_cell(got));
  }
  if (any) rows.push_back(std::move(line));
}

void add_workload_ratios(std::vector<row>& rows, const comparison& made,
                         const workload_figures& workload) {
  const auto& own = closed_of(workload, contender::latchkey);
  const auto name = std::string{name_of(workload.name)};
  const auto add = [&](const char* what, const figures closed_runs::* figure) {
    add_ratio(rows, name + ": " + what, made, [&, figure](contender other) {
      return ratio(own.*figure, closed_of(workload, other).*figure);
    });
  };
  add("requests/s", &closed_runs::throughput);
  add("CPU per request", &closed_runs::cpu);
  const auto add_paced = [&](const char* what, const figures paced_runs::* figure) {
    add_ratio(rows, name + ": " + what, made,
              [&, figure](contender other) -> std::optional<double> {
                const auto at = workload.paced.find(other);
                if (at == workload.paced.end()) return std::nullopt;
                return ratio(at->second.latchkey.*figure, at->second.other.*figure);
              });
  };
  add_paced("p50, same rate", &paced_runs::p50);
  add_paced("p99, same rate", &paced_runs::p99);
  add("resident memory", &closed_runs::resident);
}

}  // namespace

std::string_view title_of(contender one) {
  switch (one) {
    case contender::latchkey:
      return "latchkey";
    case contender::haproxy:
      return "HAProxy";
    case contender::fastapi:
      return "FastAPI";
    case contender::nginx:
      return "nginx + Lua";
    case contender::hello:
      return "bare Beast hello";
  }
  return "";
}

table workload_table(const comparison& made, const workload_figures& workload) {
  table out{workload.title,
            {{"server", "requests/s", "server CPU per request, us", "resident memory, MiB"}}};
  for (const auto& one : made.contenders) {
    const auto& runs = closed_of(workload, one.which);
    out.rows.push_back({std::string{title_of(one.which)} + (runs.bottleneck ? " (*)" : ""),
                        cell(runs.throughput, whole), cell(runs.cpu, micros),
                        cell(runs.resident, mebibytes)});
  }
  return out;
}

table paced_table(const workload_figures& workload) {
  table out{std::string{name_of(workload.name)} +
                ": latency in open loop at 70 percent of the lesser peak",
            {{"server", "requests/s", "p50, ms", "p99, ms", "latchkey p50, ms", "latchkey p99, ms",
              "dropped, latchkey's"}}};
  for (const auto& [who, pair] : workload.paced) {
    out.rows.push_back({std::string{title_of(who)}, grouped(pair.rate),
                        cell(pair.other.p50, millis), cell(pair.other.p99, millis),
                        cell(pair.latchkey.p50, millis), cell(pair.latchkey.p99, millis),
                        fmt::format("{}, {}", pair.other.dropped, pair.latchkey.dropped)});
  }
  return out;
}

table connection_table(const comparison& made) {
  table out{"Connections", {{"server", "handshakes/s", "memory of an idle connection, KiB"}}};
  for (const auto& one : made.contenders) {
    const auto& handshakes = of(made.handshakes, one.which);
    const auto& idle = of(made.idle_bytes, one.which);
    if (handshakes.empty() && idle.empty()) continue;
    out.rows.push_back(
        {std::string{title_of(one.which)}, cell(handshakes, whole), cell(idle, kibibytes)});
  }
  return out;
}

table connection_scaling_table(const comparison& made) {
  const auto few = grouped(made.asked.connections);
  const auto many = grouped(made.asked.many_connections);
  table out{fmt::format("A request over {} and over {} connections, hot tokens", few, many),
            {{"server", few + ": server CPU per request, us", many + ": the same",
              "CPU, of the first", few + ": requests/s", many + ": the same"}}};
  for (const auto& one : made.contenders) {
    const auto at = made.connection_scaling.find(one.which);
    if (at == made.connection_scaling.end()) continue;
    const auto& runs = at->second;
    out.rows.push_back({std::string{title_of(one.which)}, cell(runs.few.cpu, micros),
                        cell(runs.many.cpu, micros), ratio_cell(ratio(runs.many.cpu, runs.few.cpu)),
                        cell(runs.few.throughput, whole), cell(runs.many.throughput, whole)});
  }
  return out;
}

table ratio_table(const comparison& made) {
  table out{"latchkey divided by the other", {}};
  row heads{"figure"};
  for (const auto& one : made.contenders) {
    if (one.which != contender::latchkey) heads.emplace_back(title_of(one.which));
  }
  out.rows.push_back(std::move(heads));
  for (const auto& workload : made.workloads) add_workload_ratios(out.rows, made, workload);
  const auto add = [&](const char* what, const std::map<contender, figures>& all) {
    add_ratio(out.rows, what, made,
              [&](contender other) { return ratio(of(all, contender::latchkey), of(all, other)); });
  };
  add("handshakes/s", made.handshakes);
  add("memory of an idle connection", made.idle_bytes);
  add_ratio(out.rows, "CPU per request, many connections", made,
            [&](contender other) -> std::optional<double> {
              const auto own = made.connection_scaling.find(contender::latchkey);
              const auto at = made.connection_scaling.find(other);
              if (own == made.connection_scaling.end() || at == made.connection_scaling.end())
                return std::nullopt;
              return ratio(own->second.many.cpu, at->second.many.cpu);
            });
  return out;
}

table worker_scaling_table(const comparison& made) {
  table out{"latchkey alone",
            {{"setting", "requests/s", "server CPU per request, us", "requests/s, of the first",
              "CPU, of the first"}}};
  for (const auto& pair : made.worker_scaling) {
    const auto& first = pair.one.runs;
    const auto& second = pair.other.runs;
    out.rows.push_back(
        {pair.one.title, cell(first.throughput, whole), cell(first.cpu, micros), "1", "1"});
    out.rows.push_back({pair.other.title, cell(second.throughput, whole), cell(second.cpu, micros),
                        ratio_cell(ratio(second.throughput, first.throughput)),
                        ratio_cell(ratio(second.cpu, first.cpu))});
  }
  return out;
}

std::vector<table> tables_of(const comparison& made) {
  std::vector<table> all;
  const auto add = [&](table one) {
    if (one.rows.size() > 1) all.push_back(std::move(one));
  };
  for (const auto& workload : made.workloads) {
    add(workload_table(made, workload));
    add(paced_table(workload));
  }
  add(connection_table(made));
  add(connection_scaling_table(made));
  add(ratio_table(made));
  add(worker_scaling_table(made));
  return all;
}

std::vector<std::string> notes_of(const comparison& made) {
  const auto& asked = made.asked;
  std::vector<std::string> notes;
  if (made.stopped) notes.push_back("Stopped before its end: figures may be missing.");
  notes.push_back(fmt::format("{}, {} cores, {}; {}.", made.on.cpu, made.on.cores, made.on.system,
                              made.started));
  for (const auto& one : made.contenders) {
    notes.push_back(fmt::format("{}: {}.", title_of(one.which), one.version));
  }
  if (!made.on.optimised) notes.emplace_back("latchkey was NOT built with optimisation.");
  notes.push_back(fmt::format(
      "One worker each on a core of its own, the load client on another, over loopback; {} TLS "
      "connections; {} of {} s, the servers in turn; medians (least-most).",
      grouped(asked.connections),
      asked.rounds == 1 ? "1 round" : fmt::format("{} rounds", asked.rounds), asked.seconds));
  const bool busy = std::any_of(
      made.workloads.begin(), made.workloads.end(), [](const workload_figures& workload) {
        return std::any_of(workload.closed.begin(), workload.closed.end(),
                           [](const auto& one) { return one.second.bottleneck; });
      });
  if (busy) {
    notes.emplace_back(
        "(*) The load client could do no more: the server's requests/s may be higher. CPU per "
        "request does not depend on it.");
  }
  for (const auto& one : made.left_out) notes.push_back("Left out: " + one + ".");
  notes.push_back("Again: " + command_of(asked));
  return notes;
}

}  // namespace latchkey::bench::compare
