#include <latchkey/app/upstream_metrics.hpp>

#include <algorithm>
#include <array>

namespace latchkey::app {
namespace {

using enum metric_type;
using labels = metrics_text::labels;
using figures = upstream_figures;

void write_answers(metrics_text& out, const figures& of, labels with) {
  constexpr std::array<std::string_view, 6> classes{"", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (std::size_t i = 1; i < classes.size(); ++i) {
    out.sample(of.answers.at(i), with_label(with, {"status", classes.at(i)}));
  }
}

void write_failures(metrics_text& out, const figures& of, labels with) {
  const auto write = [&](std::string_view reason, std::uint64_t count) {
    out.sample(count, with_label(with, {"reason", reason}));
  };
  write("connect", of.connect_failures);
  write("timeout", of.timeouts);
  write("bad_answer", of.bad_answers);
  write("refused", of.refused);
}

constexpr auto rows = std::to_array<metric_row<figures>>({
    {"latchkey_upstream_answers_total", counter, "Answers of the upstream, by class of status.",
     write_answers, "heads of answers that came from the upstream", "`status`"},
    {"latchkey_upstream_failures_total", counter, "Attempts that brought no answer.",
     write_failures,
     "attempts that brought no answer: `connect` (no connection), `timeout` (no answer in time), "
     "`bad_answer` (none, or not HTTP), `refused` (too many under way, or no address healthy)",
     "`reason`"},
    {"latchkey_upstream_connects_total", counter, "Connections made to the upstream.",
     sample_of<&figures::connects>},
    {"latchkey_upstream_connect_seconds_total", counter, "Time that making them took.",
     sample_of<&figures::connect_seconds>},
    {"latchkey_upstream_reused_total", counter,
     "Requests on a connection that had carried another.", sample_of<&figures::reused>},
    {"latchkey_upstream_retries_total", counter, "Requests sent again.",
     sample_of<&figures::retries>},
    {"latchkey_upstream_first_byte_seconds_total", counter,
     "Time from requests to the heads of their answers.", sample_of<&figures::first_byte_seconds>},
    {"latchkey_upstream_ejections_total", counter,
     "Times that a thread took an address out after failures in a row.",
     sample_of<&figures::ejections>},
    {"latchkey_upstream_cut_by_token_total", counter,
     "Streams and tunnels that ended with their token.", sample_of<&figures::cut_by_token>},
    {"latchkey_upstream_tunnels_total", counter, "Connections upgraded to another protocol.",
     sample_of<&figures::tunnels>},
    {"latchkey_upstream_requests", gauge, "Requests under way.", sample_of<&figures::outstanding>},
    {"latchkey_upstream_waiting", gauge, "Requests that wait for one of these to end.",
     sample_of<&figures::waiting>},
    {"latchkey_upstream_idle_connections", gauge, "Idle connections kept.",
     sample_of<&figures::idle>},
    {"latchkey_upstream_addresses", gauge, "Addresses that are known.",
     sample_of<&figures::addresses>},
    {"latchkey_upstream_healthy_addresses", gauge, "Those that checks found healthy.",
     sample_of<&figures::healthy>},
});

double seconds(std::uint64_t microseconds) {
  return static_cast<double>(microseconds) / 1e6;
}

}  // namespace

void upstream_figures::add(const edge::upstream_counts& of) {
  for (std::size_t i = 0; i < answers.size(); ++i) answers.at(i) += of.answers.at(i).get();
  connects += of.connects.get();
  connect_failures += of.connect_failures.get();
  reused += of.reused.get();
  retries += of.retries.get();
  refused += of.refused.get();
  timeouts += of.timeouts.get();
  bad_answers += of.bad_answers.get();
  ejections += of.ejections.get();
  cut_by_token += of.cut_by_token.get();
  tunnels += of.tunnels.get();
  outstanding += of.outstanding.get();
  waiting += of.waiting.get();
  idle += of.idle.get();
  healthy = std::max(healthy, of.healthy.get());
  addresses = std::max(addresses, of.addresses.get());
  connect_seconds += seconds(of.connect_us.get());
  first_byte_seconds += seconds(of.first_byte_us.get());
}

void upstream_figures::carry(const upstream_figures& earlier) {
  for (std::size_t i = 0; i < answers.size(); ++i) answers.at(i) += earlier.answers.at(i);
  connects += earlier.connects;
  connect_failures += earlier.connect_failures;
  reused += earlier.reused;
  retries += earlier.retries;
  refused += earlier.refused;
  timeouts += earlier.timeouts;
  bad_answers += earlier.bad_answers;
  ejections += earlier.ejections;
  cut_by_token += earlier.cut_by_token;
  tunnels += earlier.tunnels;
  connect_seconds += earlier.connect_seconds;
  first_byte_seconds += earlier.first_byte_seconds;
}

void write_upstream_metrics(metrics_text& out, const std::vector<upstream_figures>& all) {
  if (all.empty()) return;
  std::vector<metric_source<figures>> sources;
  sources.reserve(all.size());
  for (const auto& one : all) sources.push_back({one, {{"upstream", one.name}}});
  write_table(out, std::span<const metric_row<figures>>{rows},
              std::span<const metric_source<figures>>{sources});
}

std::vector<metric_info> upstream_metrics() {
  std::vector<metric_info> all;
  append_info(all, std::span<const metric_row<figures>>{rows});
  return all;
}

}  // namespace latchkey::app
