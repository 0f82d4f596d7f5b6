#include <latchkey/app/log.hpp>
#include <latchkey/app/reload.hpp>

#include <boost/json/array.hpp>

#include <chrono>

namespace latchkey::app {
namespace {

namespace json = boost::json;

json::array texts(const std::vector<std::string>& all) {
  json::array made;
  for (const auto& one : all) made.emplace_back(one);
  return made;
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
  keep("server.sandbox", running.server.sandbox, next.server.sandbox);
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

}  // namespace latchkey::app
