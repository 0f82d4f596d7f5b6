#include "report/saved_run.hpp"

#include "report/json_report.hpp"

#include <latchkey/core/result.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace latchkey::bench::report {
namespace {

namespace json = boost::json;

[[noreturn]] void refuse(std::string_view name, const char* what) {
  throw std::runtime_error{"\"" + std::string{name} + "\" " + what};
}

const json::value& member(const json::value& in, std::string_view name) {
  const auto* object = in.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
  if (found == nullptr) refuse(name, "is missing");
  return *found;
}

// JSON has no infinity, but numbers that are read as one.
double number(const json::value& of, std::string_view name) {
  core::error_code error;
  const auto value = of.to_number<double>(error);
  if (error || !std::isfinite(value) || value < 0) refuse(name, "is not a number from 0 on");
  return value;
}

double number_of(const json::value& in, std::string_view name) {
  return number(member(in, name), name);
}

std::optional<double> number_or_null(const json::value& in, std::string_view name) {
  const auto& value = member(in, name);
  if (value.is_null()) return std::nullopt;
  return number(value, name);
}

std::string text(const json::value& of, std::string_view name) {
  const auto* given = of.if_string();
  if (given == nullptr) refuse(name, "is no text");
  std::string safe{given->data(), given->size()};
  // It is shown on a terminal, which would obey them.
  std::replace_if(
      safe.begin(), safe.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return safe;
}

std::string text_of(const json::value& in, std::string_view name) {
  return text(member(in, name), name);
}

std::uint64_t count_of(const json::value& in, std::string_view name) {
  core::error_code error;
  const auto value = member(in, name).to_number<std::uint64_t>(error);
  if (error) refuse(name, "is no count");
  return value;
}

const json::array& list_of(const json::value& in, std::string_view name) {
  const auto* given = member(in, name).if_array();
  if (given == nullptr) refuse(name, "is no list");
  return *given;
}

moment moment_of(const json::value& in) {
  moment made;
  made.at = number_of(in, "at");
  made.length = number_of(in, "length");
  made.answered = count_of(in, "answered");
  made.wrong = count_of(in, "wrong");
  made.errors = count_of(in, "errors");
  made.p50 = number_of(in, "p50");
  made.p99 = number_of(in, "p99");
  made.max = number_of(in, "max");
  if (!(made.length > 0)) throw std::runtime_error{"a step of the time axis has no length"};
  return made;
}

void read_latency(const json::value& in, saved_run& made) {
  for (std::size_t i = 0; i < percentiles.size(); ++i) {
    made.latency[i] = number_or_null(in, percentiles[i].name);
  }
  for (const auto& one : list_of(in, "curve")) {
    const auto* point = one.if_array();
    if (point == nullptr || point->size() != 2) refuse("curve", "has a point that is no pair");
    made.curve.emplace_back(number(point->front(), "curve"), number(point->back(), "curve"));
  }
}

saved_run run_of(const json::value& in) {
  saved_run made;
  made.started = text_of(in, "started");
  const auto& asked = member(in, "asked");
  for (const auto& one : list_of(asked, "urls")) made.urls.push_back(text(one, "urls"));
  made.rate = number_or_null(asked, "rate");
  made.connections = count_of(asked, "connections");
  made.tokens = text_of(asked, "tokens");
  made.mix = text_of(asked, "mix");
  const auto& machine = member(in, "machine");
  made.cpu = text_of(machine, "cpu");
  made.cores = count_of(machine, "cores");
  made.seconds = number_of(in, "seconds");
  for (const auto& one : totals) made.*one.member = count_of(in, one.key);
  if (in.as_object().contains("repeated")) made.repeated = count_of(in, "repeated");
  if (in.as_object().contains("resumed")) made.resumed = count_of(in, "resumed");
  made.throughput = number_of(in, "throughput");
  const auto* busy = member(in, "bottleneck").if_bool();
  if (busy == nullptr) refuse("bottleneck", "is neither true nor false");
  made.bottleneck = *busy;
  read_latency(member(in, "latency"), made);
  made.service_p50 = number_or_null(member(in, "service"), "p50");
  made.service_p99 = number_or_null(member(in, "service"), "p99");
  made.tls_p99 = number_or_null(member(in, "tls"), "p99");
  for (const auto& one : list_of(in, "timeline")) made.timeline.push_back(moment_of(one));
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
