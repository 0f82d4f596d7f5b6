#include "report/summary.hpp"

#include "common/durations.hpp"
#include "common/text_table.hpp"
#include "load/errc.hpp"
#include "report/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace latchkey::bench::report {
namespace {

std::string size_text(double bytes) {
  constexpr std::array<const char*, 4> units{"B", "kB", "MB", "GB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < units.size(); ++unit) bytes /= 1000;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, units[unit]);
}

std::string heading(const run_report& run) {
  std::string text;
  for (const auto& url : run.asked.urls) text += fmt::format("{} {}\n", run.asked.method, url);
  text += run.asked.rate
              ? fmt::format(
                    "open loop, {:g}/s: latency counts from when a request should have "
                    "been sent\n",
                    *run.asked.rate)
              : "closed loop: latency is blind to queueing, since nothing is sent while an answer\n"
                "is awaited; --rate is not\n";
  text += fmt::format("{} connections, {} thread{}{}{}{}\n", run.asked.connections,
                      run.asked.threads, run.asked.threads == 1 ? "" : "s",
                      run.asked.keepalive ? "" : ", a new connection for each request",
                      run.asked.tokens.empty() ? "" : "; tokens: " + run.asked.tokens,
                      run.asked.mix.empty() ? "" : "; " + run.asked.mix);
  if (run.stopped) text += fmt::format("stopped by Ctrl-C after {:.1f} s\n", run.seconds);
  return text;
}

std::string counts(const run_report& run) {
  auto text = fmt::format("{} answers in {:.2f} s: {} a second\n",
                          grouped(static_cast<double>(run.answered)), run.seconds,
                          grouped(run.throughput()));
  text += fmt::format("{} wrong answers, {} requests without an answer",
                      grouped(static_cast<double>(run.wrong)),
                      grouped(static_cast<double>(run.errors)));
  if (run.asked.rate) {
    text += fmt::format(", {} sent late, {} never sent", grouped(static_cast<double>(run.late)),
                        grouped(static_cast<double>(run.dropped)));
  }
  return text + '\n';
}

std::string latencies(const run_report& run) {
  text_table table{run.asked.rate ? std::vector<std::string>{"", "latency", "service"}
                                  : std::vector<std::string>{"", "latency"}};
  for (const auto& one : percentiles) {
    std::vector<std::string> row{one.title, quantile_text(run.latency, one.share)};
    if (run.asked.rate) row.push_back(quantile_text(run.service, one.share));
    table.add(std::move(row));
  }
  return table.text();
}

// How many answers took how long: bars between the fastest and the slowest, each half as far again
// as the one before it.
std::string bars(const run_report& run, unsigned width) {
  if (run.latency.count() == 0) return {};
  constexpr int rows = 12;
  constexpr unsigned beside = 26;
  const auto min = std::max(in_seconds(run.latency.quantile(0)), 1e-6);
  const auto max = std::max(in_seconds(run.latency.max()), min * 1.001);
  const auto ratio = std::pow(max / min, 1.0 / rows);
  std::array<double, rows> counts_of{};
  double below = 0;
  const auto all = static_cast<double>(run.latency.count());
  for (int i = 0; i < rows; ++i) {
    const auto end = min * std::pow(ratio, i + 1);
    const auto up_to = i + 1 == rows ? all : all * run.latency.share_up_to(end);
    counts_of[static_cast<std::size_t>(i)] = std::max(up_to - below, 0.0);
    below = std::max(below, up_to);
  }
  const auto highest = *std::max_element(counts_of.begin(), counts_of.end());
  std::string text;
  for (int i = 0; i < rows; ++i) {
    const auto count = counts_of[static_cast<std::size_t>(i)];
    const auto room = static_cast<double>(width > beside + 10 ? width - beside : 10);
    const auto length = static_cast<std::size_t>(std::ceil(count / highest * room));
    text += fmt::format("{:>9} {:>13}  {}\n", duration_text(min * std::pow(ratio, i + 1)),
                        grouped(count), std::string(length, '#'));
  }
  return text;
}

std::string phases(const run_report& run) {
  text_table table{{"", "count", "50%", "99%", "max"}};
  const auto add = [&table](const char* name, const load::histogram& of) {
    if (of.count() == 0) return;
    table.add({name, grouped(static_cast<double>(of.count())), quantile_text(of, 0.5),
               quantile_text(of, 0.99), quantile_text(of, 1)});
  };
  add("connect", run.connect);
  add("TLS", run.tls);
  add("first byte", run.first_byte);
  if (run.asked.rate) add("pacing", run.pacing);
  return table.text();
}

std::string answers(const run_report& run) {
  std::string text;
  for (const auto& [status, count] : run.statuses) {
    text += fmt::format("{}{}: {}", text.empty() ? "statuses   " : ", ", status,
                        grouped(static_cast<double>(count)));
  }
  if (!text.empty()) text += '\n';
  for (const auto& one : run.kinds) {
    if (one.wrong.empty()) continue;
    text += fmt::format("WRONG      {}: expected {}, got", one.kind, one.expected);
    for (const auto& [status, count] : one.wrong) {
      text += fmt::format(" {} x {}", grouped(static_cast<double>(count)), status);
    }
    text += '\n';
  }
  for (const auto& [kind, count] : run.error_kinds) {
    text +=
        fmt::format("ERROR      {}: {}{}\n", kind, grouped(static_cast<double>(count)),
                    load::is_our_own(kind) ? " (a limit of this machine, not the server's)" : "");
  }
  return text;
}

std::string network(const run_report& run) {
  const auto seconds = std::max(run.seconds, 1e-9);
  auto text = fmt::format("bytes      {} sent, {} received ({}/s)\n",
                          size_text(static_cast<double>(run.bytes_sent)),
                          size_text(static_cast<double>(run.bytes_received)),
                          size_text(static_cast<double>(run.bytes_received) / seconds));
  text += fmt::format("TCP        {} connections\n", grouped(static_cast<double>(run.connects)));
  if (run.ended_idle > 0) {
    text += fmt::format("           {} ended by the server while idle, {} requests sent again\n",
                        grouped(static_cast<double>(run.ended_idle)),
                        grouped(static_cast<double>(run.repeated)));
  }
  if (!run.tls_version.empty()) {
    text += fmt::format("TLS        {} {}, {} handshakes, {} resumed\n", run.tls_version,
                        run.cipher, grouped(static_cast<double>(run.handshakes)),
                        grouped(static_cast<double>(run.resumed)));
  }
  text += fmt::format("client     its busiest thread used {:.0f}% of a core\n", run.own_cpu * 100);
  if (run.bottleneck) {
    text +=
        "WARNING    the load client was too busy: these figures are its own, not the server's\n";
  }
  return text;
}

std::string provider(const run_report& run) {
  if (!run.provider) return {};
  auto text = fmt::format("provider   key sets asked for {} times; tokens wrongly refused: {}\n",
                          run.provider->fetches, run.provider->wrongly_refused);
  for (const auto& event : run.provider->events) {
    text += fmt::format("  {:6.1f} s  {}\n", event.at, event.what);
  }
  return text;
}

}  // namespace

std::string quantile_text(const load::histogram& of, double share) {
  return of.count() == 0 ? "-" : duration_text(in_seconds(of.quantile(share)));
}

std::string duration_text(double seconds) {
  if (seconds < 0.9995e-3) return fmt::format("{:.0f} us", seconds * 1e6);
  if (seconds < 0.9995) return fmt::format("{:.2f} ms", seconds * 1e3);
  return fmt::format("{:.2f} s", seconds);
}

std::string summary(const run_report& run, unsigned width) {
  auto text = heading(run) + '\n' + counts(run) + '\n' + latencies(run);
  if (const auto drawn = bars(run, width); !drawn.empty()) text += '\n' + drawn;
  text += '\n' + phases(run) + '\n' + answers(run) + network(run) + provider(run);
  return text;
}

}  // namespace latchkey::bench::report
