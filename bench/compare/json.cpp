#include "compare/json.hpp"

#include <boost/json/array.hpp>

#include <string_view>

namespace latchkey::bench::compare {
namespace {

namespace json = boost::json;

json::array array_of(const std::vector<double>& figures) {
  return json::array(figures.begin(), figures.end());
}

template <class Runs, class Figures>
json::object values_of(const Runs& runs, const Figures& figures) {
  json::object out;
  for (const auto& one : figures) out[one.key] = array_of(runs.*one.member);
  return out;
}

json::object object_of(const closed_runs& runs) {
  auto out = values_of(runs, closed_figures);
  out["load_client_was_bottleneck"] = runs.bottleneck;
  return out;
}

json::object object_of(const paced_runs& runs) {
  auto out = values_of(runs, paced_figures);
  out["dropped"] = runs.dropped;
  return out;
}

json::object object_of(const contender_values& all) {
  json::object out;
  for (const auto& [who, figures] : all) out[name_of(who)] = array_of(figures);
  return out;
}

json::object object_of(const workload_figures& workload) {
  json::object out;
  out["name"] = name_of(workload.name);
  out["title"] = workload.title;
  json::object closed;
  for (const auto& [who, runs] : workload.closed) closed[name_of(who)] = object_of(runs);
  out["closed_loop"] = std::move(closed);
  json::object paced;
  for (const auto& [who, pair] : workload.paced) {
    json::object both;
    both["rate"] = pair.rate;
    both["latchkey"] = object_of(pair.latchkey);
    both["other"] = object_of(pair.other);
    paced[name_of(who)] = std::move(both);
  }
  out["open_loop"] = std::move(paced);
  return out;
}

json::object object_of(const setting_pair& pair) {
  json::object out;
  out["what"] = pair.what;
  json::array settings;
  for (const auto* one : {&pair.one, &pair.other}) {
    auto runs = object_of(one->runs);
    runs["title"] = one->title;
    settings.push_back(std::move(runs));
  }
  out["settings"] = std::move(settings);
  return out;
}

}  // namespace

json::object json_of(const comparison& made) {
  json::object out;
  out["started"] = made.started;
  out["stopped"] = made.stopped;
  out["command"] = command_of(made.asked);
  out["machine"] = bench::json_of(made.on);
  json::object versions;
  for (const auto& one : made.contenders) versions[name_of(one.which)] = one.version;
  out["versions"] = std::move(versions);
  out["left_out"] = json::array(made.left_out.begin(), made.left_out.end());
  json::array workloads;
  for (const auto& one : made.workloads) workloads.push_back(object_of(one));
  out["workloads"] = std::move(workloads);
  each_connection_figure(
      made, [&](const auto& one, const contender_values& all) { out[one.key] = object_of(all); });
  json::object scaling;
  for (const auto& [who, runs] : made.connection_scaling) {
    scaling[name_of(who)] = {{"few", object_of(runs.few)}, {"many", object_of(runs.many)}};
  }
  out["connections"] = std::move(scaling);
  json::array pairs;
  for (const auto& one : made.worker_scaling) pairs.push_back(object_of(one));
  out["latchkey_alone"] = std::move(pairs);
  return out;
}

}  // namespace latchkey::bench::compare
