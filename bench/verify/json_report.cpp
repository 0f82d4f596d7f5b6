#include "verify/report.hpp"

#include <boost/json/array.hpp>

#include <cmath>
#include <cstdint>

namespace latchkey::bench {
namespace {

namespace json = boost::json;

// Figures are never as exact as a double.
std::int64_t whole(double figure) {
  return std::llround(figure);
}
double fine(double figure) {
  return std::round(figure * 1e4) / 1e4;
}

json::object rates(const spread& one) {
  return {{"median", whole(one.median)}, {"least", whole(one.min)}, {"most", whole(one.max)}};
}

json::object fractions(const spread& one) {
  return {{"median", fine(one.median)}, {"least", fine(one.min)}, {"most", fine(one.max)}};
}

double nanoseconds(double per_second) {
  return per_second > 0 ? fine(1e9 / per_second) : 0;
}

void put_stages(const verify_report& report, json::object& into) {
  json::array all;
  for (const auto& one : report.stages) {
    into[one.name + "_per_s"] = whole(one.per_second.median);
    all.push_back(json::object{{"stage", one.name},
                               {"tokens", one.tokens},
                               {"per_s", rates(one.per_second)},
                               {"ns", nanoseconds(one.per_second.median)},
                               {"ratio_to_raw_openssl", fractions(one.to_raw)},
                               {"ratio_to_token_single", fractions(one.to_single)}});
  }
  if (!all.empty()) into["stages"] = std::move(all);
}

void put_steps(const verify_report& report, json::object& into) {
  json::object all;
  for (const auto& one : report.steps) all[one.name] = fine(one.nanoseconds.median);
  if (!all.empty()) into["steps_ns"] = std::move(all);
}

void put_threads(const verify_report& report, json::object& into) {
  json::array all;
  for (const auto& one : report.threads) {
    all.push_back(json::object{{"threads", one.threads},
                               {"token_single_per_s", whole(one.single_per_second.median)},
                               {"token_single_scaling", fine(one.single_scaling.median)},
                               {"token_batch_per_s", whole(one.batch_per_second.median)},
                               {"token_batch_scaling", fine(one.batch_scaling.median)},
                               {"had_cores", fine(one.busy.median)}});
  }
  if (!all.empty()) into["threads"] = std::move(all);
}

void put_keys(const verify_report& report, json::object& into) {
  json::array all;
  for (const auto& one : report.keys) {
    all.push_back(json::object{{"algorithm", one.algorithm},
                               {"bits", one.bits},
                               {"raw_openssl_per_s", whole(one.raw_per_second.median)},
                               {"token_single_per_s", whole(one.token_per_second.median)},
                               {"ratio_to_raw_openssl", fine(one.ratio.median)}});
  }
  if (!all.empty()) into["keys"] = std::move(all);
}

json::object settings_of(const verify_report& report) {
  const auto& options = report.options;
  json::array parts;
  for (const auto part : options.only) parts.emplace_back(name_of(part).data());
  return {{"keys", options.keys},
          {"tokens", options.tokens},
          {"token_bytes", report.token_bytes},
          {"hot", options.hot},
          {"rounds", options.rounds},
          {"seconds", options.seconds},
          {"threads", options.threads},
          {"time", name_of(options.time).data()},
          {"batch", options.batch != batch_choice::off},
          {"single", options.single != single_choice::off},
          {"only", std::move(parts)}};
}

}  // namespace

json::object json_of(const verify_report& report) {
  json::object made{{"benchmark", "verify"}, {"version", report.where.latchkey}};
  put_stages(report, made);
  const auto& [batch, single] = report.kernels;
  made["batch_available"] = batch != nullptr;
  made["batch_kernel"] = nullptr;
  if (batch != nullptr) made["batch_kernel"] = std::string{batch->id};
  made["single_kernel"] = nullptr;
  if (single != nullptr) made["single_kernel"] = std::string{single->id};
  put_steps(report, made);
  put_threads(report, made);
  put_keys(report, made);
  made["machine"] = json_of(report.where);
  made["settings"] = settings_of(report);
  if (report.stopped) made["stopped"] = true;
  return made;
}

}  // namespace latchkey::bench
