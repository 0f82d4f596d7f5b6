#include <latchkey/app/log.hpp>
#include <latchkey/app/reload.hpp>

#include <boost/json/array.hpp>

#include <array>
#include <chrono>

namespace latchkey::app {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& all) {
  json::array made;
  for (const auto& one : all) made.emplace_back(one);
  return made;
}

double seconds_since_epoch(core::wall_time at) {
  return std::chrono::duration<double>{at.time_since_epoch()}.count();
}

json::object certificate_json(const certificate_status& one, core::wall_time now) {
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(one.until - now);
  return {{"file", one.file},
          {"names", texts(one.names)},
          {"key", one.key},
          {"not_before", format_time(one.from)},
          {"not_after", format_time(one.until)},
          {"seconds_left", left.count()}};
}

}  // namespace

std::vector<std::string> keep_until_restart(const config& running, config& next) {
  std::vector<std::string> kept;
  const auto keep = [&kept](const char* key, const auto& present, auto& wanted) {
    if (present == wanted) return;
    wanted = present;
    kept.emplace_back(key);
  };
  keep("server.ipv6_only", running.server.ipv6_only, next.server.ipv6_only);
  keep("server.share_addresses", running.server.share_addresses, next.server.share_addresses);
  keep("server.workers", running.server.workers, next.server.workers);
  keep("server.reload", running.server.reload, next.server.reload);
  keep("server.limits.connections_per_client", running.server.limits.connections_per_client,
       next.server.limits.connections_per_client);
  keep("server.timeouts.drain", running.server.timeouts.drain, next.server.timeouts.drain);
  keep("admin.listen", running.admin.listen, next.admin.listen);
  keep("admin.hosts", running.admin.hosts, next.admin.hosts);
  keep("log.sinks", running.log.sinks, next.log.sinks);
  keep("log.format", running.log.format, next.log.format);
  keep("log.file", running.log.file, next.log.file);
  return kept;
}

json::object to_json(const reload_report& report) {
  json::object made{{"reloaded", report.taken},
                    {"generation", report.generation},
                    {"restart", texts(report.restart)}};
  if (!report.taken) made["problems"] = texts(report.problems);
  return made;
}

json::object to_json(const config_status& status, core::wall_time now) {
  json::array certificates;
  for (const auto& one : status.certificates) certificates.emplace_back(certificate_json(one, now));
  json::object made{{"generation", status.generation},
                    {"since", format_time(status.since)},
                    {"reloads", json::object{{"taken", status.reloads_taken},
                                             {"refused", status.reloads_refused}}},
                    {"last_reload", nullptr},
                    {"certificates", std::move(certificates)}};
  if (status.last_reload) {
    auto last = to_json(*status.last_reload);
    last["at"] = format_time(status.last_reload->at);
    made["last_reload"] = std::move(last);
  }
  return made;
}

void write_config_metrics(metrics_text& out, const config_status& status) {
  out.gauge("latchkey_config_generation",
            "The configuration in use, counted from 1 at the start of the process.");
  out.sample(status.generation);
  out.counter("latchkey_config_reloads_total", "Reloads of the configuration, by outcome.");
  const std::array taken{metric_label{"outcome", "taken"}};
  const std::array refused{metric_label{"outcome", "refused"}};
  out.sample(status.reloads_taken, taken);
  out.sample(status.reloads_refused, refused);
  out.gauge("latchkey_config_last_reload_taken",
            "1 if the last reload was taken, or there was none; 0 if it was refused.");
  out.sample(status.last_reload && !status.last_reload->taken ? 0U : 1U);
  out.gauge("latchkey_certificate_not_after_seconds",
            "When a certificate of the server expires, its chain included: seconds since 1970.");
  for (const auto& one : status.certificates) {
    const std::array label{metric_label{"file", one.file}};
    out.sample(seconds_since_epoch(one.until), label);
  }
}

}  // namespace latchkey::app
