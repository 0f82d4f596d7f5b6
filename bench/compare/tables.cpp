#include "compare/tables.hpp"

#include "common/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace latchkey::bench::compare {
namespace {

using values = std::vector<double>;
using row = std::vector<std::string>;

// "12.3 (12.1-12.9)".
std::string cell(const values& all, const unit& in) {
  if (all.empty()) return "-";
  const auto range = spread_of(all);
  if (all.size() == 1) return shown(range.median, in);
  return fmt::format("{} ({}-{})", shown(range.median, in), shown(range.min, in),
                     shown(range.max, in));
}

template <class Runs>
std::string cell(const Runs& runs, const figure<Runs>& of) {
  return cell(runs.*of.member, of.in);
}

template <class Runs, class Values>
std::string head(const figure<Runs, Values>& of) {
  return with_unit(of.title, of.in);
}

std::string ratio_cell(const std::optional<double>& value) {
  return value ? decimals(*value, 2) : "-";
}

const values& of(const contender_values& all, contender one) {
  static const values none;
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

void add_closed_ratios(std::vector<row>& rows, const comparison& made,
                       const workload_figures& workload, bool memory) {
  const auto& own = closed_of(workload, contender::latchkey);
  for (const auto& one : closed_figures) {
    if (one.is_memory != memory) continue;
    add_ratio(rows, fmt::format("{}: {}", name_of(workload.name), one.name), made,
              [&](contender other) {
                return ratio(own.*one.member, closed_of(workload, other).*one.member);
              });
  }
}

void add_paced_ratios(std::vector<row>& rows, const comparison& made,
                      const workload_figures& workload) {
  for (const auto& one : paced_figures) {
    add_ratio(rows, fmt::format("{}: {}", name_of(workload.name), one.name), made,
              [&](contender other) -> std::optional<double> {
                const auto at = workload.paced.find(other);
                if (at == workload.paced.end()) return std::nullopt;
                return ratio(at->second.latchkey.*one.member, at->second.other.*one.member);
              });
  }
}

void add_workload_ratios(std::vector<row>& rows, const comparison& made,
                         const workload_figures& workload) {
  add_closed_ratios(rows, made, workload, false);
  add_paced_ratios(rows, made, workload);
  add_closed_ratios(rows, made, workload, true);
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
  table out{workload.title, {{"server"}}};
  for (const auto& one : closed_figures) out.rows.front().push_back(head(one));
  for (const auto& server : made.contenders) {
    const auto& runs = closed_of(workload, server.which);
    row line{std::string{title_of(server.which)} + (runs.bottleneck ? " (*)" : "")};
    for (const auto& one : closed_figures) line.push_back(cell(runs, one));
    out.rows.push_back(std::move(line));
  }
  return out;
}

table paced_table(const workload_figures& workload) {
  row heads{"server", "requests/s"};
  for (const auto& one : paced_figures) heads.push_back(head(one));
  for (const auto& one : paced_figures) heads.push_back("latchkey " + head(one));
  heads.emplace_back("dropped, latchkey's");
  table out{std::string{name_of(workload.name)} +
                ": latency in open loop at 70 percent of the lesser peak",
            {std::move(heads)}};
  for (const auto& [who, pair] : workload.paced) {
    row line{std::string{title_of(who)}, grouped(pair.rate)};
    for (const auto* runs : {&pair.other, &pair.latchkey}) {
      for (const auto& one : paced_figures) line.push_back(cell(*runs, one));
    }
    line.push_back(fmt::format("{}, {}", pair.other.dropped, pair.latchkey.dropped));
    out.rows.push_back(std::move(line));
  }
  return out;
}

table connection_table(const comparison& made) {
  table out{"Connections", {{"server"}}};
  each_connection_figure(
      made, [&](const auto& one, const auto&) { out.rows.front().push_back(head(one)); });
  for (const auto& server : made.contenders) {
    row line{std::string{title_of(server.which)}};
    bool any = false;
    each_connection_figure(made, [&](const auto& one, const contender_values& values_of_all) {
      const auto& all = of(values_of_all, server.which);
      any = any || !all.empty();
      line.push_back(cell(all, one.in));
    });
    if (any) out.rows.push_back(std::move(line));
  }
  return out;
}

table connection_scaling_table(const comparison& made) {
  const auto few = grouped(made.asked.connections);
  const auto many = grouped(made.asked.many_connections);
  table out{fmt::format("A request over {} and over {} connections, hot tokens", few, many),
            {{"server", few + ": " + head(cpu_per_request), many + ": the same",
              "CPU, of the first", few + ": " + head(throughput), many + ": the same"}}};
  for (const auto& one : made.contenders) {
    const auto at = made.connection_scaling.find(one.which);
    if (at == made.connection_scaling.end()) continue;
    const auto& runs = at->second;
    out.rows.push_back({std::string{title_of(one.which)}, cell(runs.few, cpu_per_request),
                        cell(runs.many, cpu_per_request),
                        ratio_cell(ratio(runs.many.cpu, runs.few.cpu)), cell(runs.few, throughput),
                        cell(runs.many, throughput)});
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
  each_connection_figure(made, [&](const auto& one, const contender_values& all) {
    add_ratio(out.rows, std::string{one.name}, made,
              [&](contender other) { return ratio(of(all, contender::latchkey), of(all, other)); });
  });
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
            {{"setting", head(throughput), head(cpu_per_request), "requests/s, of the first",
              "CPU, of the first"}}};
  for (const auto& pair : made.worker_scaling) {
    const auto& first = pair.one.runs;
    const auto& second = pair.other.runs;
    out.rows.push_back(
        {pair.one.title, cell(first, throughput), cell(first, cpu_per_request), "1", "1"});
    out.rows.push_back({pair.other.title, cell(second, throughput), cell(second, cpu_per_request),
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
