#include "report/saved_run.hpp"

#include "report/json_report.hpp"

#include <latchkey/core/result.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>

namespace latchkey::bench::report {
namespace {

namespace json = boost::json;

std::optional<double> number_or_null(const json::value& of) {
  if (of.is_null()) return std::nullopt;
  return of.to_number<double>();
}

std::string text_of(const json::value& of) {
  return std::string{of.as_string()};
}

std::uint64_t count_of(const json::value& in, std::string_view name) {
  return in.at(name).to_number<std::uint64_t>();
}

moment moment_of(const json::value& in) {
  moment made;
  made.at = in.at("at").to_number<double>();
  made.length = in.at("length").to_number<double>();
  made.answered = count_of(in, "answered");
  made.wrong = count_of(in, "wrong");
  made.errors = count_of(in, "errors");
  made.p50 = in.at("p50").to_number<double>();
  made.p99 = in.at("p99").to_number<double>();
  made.most = in.at("max").to_number<double>();
  if (!(made.length > 0)) throw std::runtime_error{"a step of the time axis has no length"};
  return made;
}

void read_latency(const json::value& in, saved_run& made) {
  for (std::size_t i = 0; i < percentiles.size(); ++i) {
    made.latency[i] = number_or_null(in.at(percentiles[i].name));
  }
  for (const auto& one : in.at("curve").as_array()) {
    made.curve.emplace_back(one.at(0).to_number<double>(), one.at(1).to_number<double>());
  }
}

saved_run run_of(const json::value& in) {
  saved_run made;
  made.started = text_of(in.at("started"));
  const auto& asked = in.at("asked");
  for (const auto& one : asked.at("urls").as_array()) made.urls.push_back(text_of(one));
  made.rate = number_or_null(asked.at("rate"));
  made.connections = count_of(asked, "connections");
  made.tokens = text_of(asked.at("tokens"));
  made.mix = text_of(asked.at("mix"));
  made.cpu = text_of(in.at("machine").at("cpu"));
  made.cores = count_of(in.at("machine"), "cores");
  made.seconds = in.at("seconds").to_number<double>();
  made.answered = count_of(in, "answered");
  made.wrong = count_of(in, "wrong");
  made.errors = count_of(in, "errors");
  made.dropped = count_of(in, "dropped");
  made.throughput = in.at("throughput").to_number<double>();
  made.bottleneck = in.at("bottleneck").as_bool();
  read_latency(in.at("latency"), made);
  for (const auto& one : in.at("timeline").as_array()) made.timeline.push_back(moment_of(one));
  return made;
}

}  // namespace

saved_run read_saved(std::string_view text, std::string name) {
  core::error_code error;
  const auto parsed = json::parse(json::string_view{text.data(), text.size()}, error);
  if (error) throw std::runtime_error{name + ": is no JSON: " + error.message()};
  const auto* object = parsed.if_object();
  const auto* kind = object == nullptr ? nullptr : object->if_contains("schema");
  if (kind == nullptr || !kind->is_string() || kind->get_string() != schema_name) {
    throw std::runtime_error{name +
                             ": is no report of latchkey-bench load --json (\"schema\" must "
                             "be \"" +
                             std::string{schema_name} + "\")"};
  }
  try {
    auto made = run_of(parsed);
    made.name = std::move(name);
    return made;
  } catch (const std::exception& wrong) {
    throw std::runtime_error{name + ": is not a whole report: " + wrong.what()};
  }
}

}  // namespace latchkey::bench::report
