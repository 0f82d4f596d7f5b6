#include "report/json_report.hpp"

#include "common/durations.hpp"
#include "report/curves.hpp"
#include "report/hdr.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace latchkey::bench::report {
namespace {

namespace json = boost::json;

json::object histogram_of(const load::histogram& of) {
  json::object made;
  made["count"] = of.count();
  for (const auto& one : percentiles) {
    if (of.count() == 0) {
      made[one.name] = nullptr;
    } else {
      made[one.name] = in_seconds(of.quantile(one.share));
    }
  }
  return made;
}

// With all that is known of it: the curve through its percentiles, and the counts themselves.
json::object whole_histogram_of(const load::histogram& of) {
  auto made = histogram_of(of);
  json::array curve;
  for (const auto& [share, seconds] : curve_of(of)) curve.push_back(json::array{share, seconds});
  made["curve"] = std::move(curve);
  made["hdr"] = hdr_encoded(of);
  return made;
}

json::object statuses_of(const std::map<unsigned, std::uint64_t>& counts) {
  json::object made;
  for (const auto& [status, count] : counts) made[std::to_string(status)] = count;
  return made;
}

json::object asked_of(const run_options& asked) {
  json::object made;
  made["urls"] = json::array(asked.urls.begin(), asked.urls.end());
  made["method"] = asked.method;
  made["loop"] = asked.rate ? "open" : "closed";
  made["rate"] = asked.rate ? json::value(*asked.rate) : json::value(nullptr);
  made["connections"] = asked.connections;
  made["threads"] = asked.threads;
  made["warmup_seconds"] = asked.warmup_seconds;
  made["keepalive"] = asked.keepalive;
  made["resume"] = asked.resume;
  made["tokens"] = asked.tokens;
  made["mix"] = asked.mix;
  made["provider"] = asked.provider;
  return made;
}

json::array kinds_of(const run_report& run) {
  json::array all;
  for (const auto& one : run.kinds) {
    json::object made;
    made["kind"] = one.kind;
    made["expected"] = one.expected;
    made["sent"] = one.sent;
    made["right"] = one.right;
    made["wrong"] = statuses_of(one.wrong);
    all.push_back(std::move(made));
  }
  return all;
}

json::array timeline_of(const run_report& run) {
  json::array all;
  for (const auto& one : run.timeline) {
    json::object made;
    made["at"] = one.at;
    made["length"] = one.length;
    made["answered"] = one.answered;
    made["wrong"] = one.wrong;
    made["refused"] = one.refused;
    made["errors"] = one.errors;
    made["p50"] = one.p50;
    made["p99"] = one.p99;
    made["max"] = one.max;
    if (one.fetches) made["fetches"] = *one.fetches;
    all.push_back(std::move(made));
  }
  return all;
}

void add_counts(const run_report& run, json::object& into) {
  for (const auto& one : totals) into[one.key] = run.*one.member;
  into["throughput"] = run.throughput();
  into["bytes_sent"] = run.bytes_sent;
  into["bytes_received"] = run.bytes_received;
}

void add_network(const run_report& run, json::object& into) {
  into["connects"] = run.connects;
  into["handshakes"] = run.handshakes;
  into["resumed"] = run.resumed;
  into["ended_idle"] = run.ended_idle;
  into["repeated"] = run.repeated;
  into["tls_version"] = run.tls_version;
  into["cipher"] = run.cipher;
  into["own_cpu"] = run.own_cpu;
  into["bottleneck"] = run.bottleneck;
}

json::object provider_of(const provider_figures& of) {
  json::array events;
  for (const auto& one : of.events) {
    json::object made;
    made["at"] = one.at;
    made["what"] = one.what;
    events.push_back(std::move(made));
  }
  json::object made;
  made["events"] = std::move(events);
  made["fetches"] = of.fetches;
  made["wrongly_refused"] = of.wrongly_refused;
  return made;
}

}  // namespace

std::string to_json(const run_report& run) {
  json::object made;
  made["schema"] = std::string{schema_name};
  made["started"] = run.started;
  made["asked"] = asked_of(run.asked);
  made["machine"] = json_of(run.on);
  made["seconds"] = run.seconds;
  made["stopped"] = run.stopped;
  add_counts(run, made);
  made["latency"] = whole_histogram_of(run.latency);
  made["service"] = whole_histogram_of(run.service);
  made["connect"] = histogram_of(run.connect);
  made["tls"] = histogram_of(run.tls);
  made["first_byte"] = histogram_of(run.first_byte);
  made["pacing"] = histogram_of(run.pacing);
  made["statuses"] = statuses_of(run.statuses);
  json::object errors;
  for (const auto& [kind, count] : run.error_kinds) errors[kind] = count;
  made["error_kinds"] = std::move(errors);
  made["kinds"] = kinds_of(run);
  made["timeline"] = timeline_of(run);
  add_network(run, made);
  if (run.provider) made["provider"] = provider_of(*run.provider);
  return json::serialize(made);
}

}  // namespace latchkey::bench::report
