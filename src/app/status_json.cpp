#include <latchkey/app/key_log.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/app/status.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

namespace json = boost::json;

json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

double seconds(core::steady_duration length) {
  return std::chrono::duration<double>{length}.count();
}

json::value seconds_or_null(const std::optional<core::steady_duration>& length) {
  return length ? json::value(seconds(*length)) : json::value(nullptr);
}

json::value time_or_null(const std::optional<core::wall_time>& when) {
  return when ? json::value(format_time(*when)) : json::value(nullptr);
}

json::object fetches_of(const auth::jwks_stats& keys) {
  json::object made;
  for (std::size_t i = 0; i < keys.fetches.size(); ++i) {
    made[json_view(auth::to_string(static_cast<auth::fetch_result>(i)))] = keys.fetches[i];
  }
  return made;
}

json::value error_of(const issuer_status& one) {
  const auto& keys = one.keys;
  if (!keys.last_error) return nullptr;
  json::object made{{"reason", keys.last_error.message()}, {"status", nullptr}};
  if (keys.last_status != 0) made["status"] = keys.last_status;
  add_failure(made, one.last_failure);
  return made;
}

json::object issuer_of(const issuer_status& one) {
  const auto& keys = one.keys;
  return {{"issuer", one.issuer},
          {"source", one.source},
          {"over_http", one.over_http},
          {"state", json_view(auth::to_string(keys.state))},
          {"ready", keys.ready},
          {"kids", kids_json(keys.kids)},
          {"keys_without_kid", keys.keys_without_kid},
          {"skipped", skipped_json(keys.skipped)},
          {"noted", noted_json(keys.noted)},
          {"age_seconds", seconds_or_null(keys.age)},
          {"max_age_seconds", keys.age ? json::value(seconds(keys.max_age)) : json::value(nullptr)},
          {"next_attempt_in_seconds", seconds_or_null(keys.next_attempt)},
          {"fetch_in_flight", keys.in_flight},
          {"fetches", fetches_of(keys)},
          {"last_success", time_or_null(keys.last_success)},
          {"last_attempt", time_or_null(keys.last_attempt)},
          {"last_error", error_of(one)},
          {"failures_in_row", keys.failures_in_row},
          {"waiters", keys.waiters},
          {"negative_kids", keys.negative_kids},
          {"unknown_kid_denials", keys.unknown_kids},
          {"generation", keys.generation}};
}

json::object route_of(const route_traffic& one) {
  return {{"requests", one.requests},     {"requests_per_second", one.per_second},
          {"client_errors", one.refused}, {"server_errors", one.failed},
          {"median_seconds", one.median}, {"p99_seconds", one.p99}};
}

json::object traffic_of(const traffic_report& traffic) {
  auto made = route_of(traffic.all);
  json::array routes;
  for (const auto& one : traffic.routes) {
    auto route = route_of(one);
    route["route"] = one.route;
    routes.emplace_back(std::move(route));
  }
  json::object refusals;
  for (const auto& [reason, count] : traffic.refusals) refusals[reason] = count;
  made["seconds"] = traffic.seconds;
  made["routes"] = std::move(routes);
  made["refusals"] = std::move(refusals);
  return made;
}

json::object upstream_of(const upstream_status& one) {
  json::array addresses;
  for (const auto& each : one.addresses) {
    const auto left = std::max(each.ejected_for, core::steady_duration::zero());
    addresses.emplace_back(json::object{
        {"address", each.text}, {"healthy", each.healthy}, {"ejected_for_seconds", seconds(left)}});
  }
  return {{"name", one.figures.name},
          {"requests", one.figures.outstanding},
          {"waiting", one.figures.waiting},
          {"idle_connections", one.figures.idle},
          {"addresses", std::move(addresses)}};
}

json::array listeners_of(const std::vector<std::string>& all) {
  json::array made;
  for (const auto& one : all) made.emplace_back(one);
  return made;
}

}  // namespace

std::string status_json(const server_status& status) {
  json::array issuers;
  for (const auto& one : status.issuers) issuers.emplace_back(issuer_of(one));
  json::array upstreams;
  for (const auto& one : status.upstreams) upstreams.emplace_back(upstream_of(one));
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(status.now - status.started);
  return json::serialize(json::object{{"version", LATCHKEY_VERSION},
                                      {"started", format_time(status.started)},
                                      {"uptime_seconds", up.count()},
                                      {"listeners", listeners_of(status.listeners)},
                                      {"connections",
                                       {{"open", status.connections.open},
                                        {"accepted", status.connections.accepted},
                                        {"requests", status.connections.in_flight}}},
                                      {"configuration", to_json(status.config, status.now)},
                                      {"traffic", traffic_of(status.traffic)},
                                      {"upstreams", std::move(upstreams)},
                                      {"issuers", std::move(issuers)}});
}

}  // namespace latchkey::app
