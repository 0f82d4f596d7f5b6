#include "common/text_table.hpp"
#include "verify/report.hpp"

#include <fmt/format.h>

#include <string_view>

namespace latchkey::bench {
namespace {

std::string nanoseconds(double per_second) {
  return per_second > 0 ? grouped(1e9 / per_second) : "-";
}

std::string range_of(const spread& one) {
  return grouped(one.min) + " .. " + grouped(one.max);
}

std::string ratio_range_of(const spread& one) {
  return decimals(one.min, 2) + " .. " + decimals(one.max, 2);
}

std::string head_of(const verify_report& report) {
  const auto& where = report.where;
  const auto& options = report.options;
  return fmt::format(
      "latchkey-bench {}: {}, {} {}; {}; OpenSSL {}\n"
      "{} tokens of {} bytes, {} {}; medians of {} {} of {} s each, in turn; {}\n",
      where.latchkey, where.cpu, where.cores, where.cores == 1 ? "core" : "cores", where.compiler,
      where.openssl, grouped(options.tokens), grouped(static_cast<double>(report.token_bytes)),
      options.keys, options.keys == 1 ? "key" : "keys", options.rounds,
      options.rounds == 1 ? "round" : "rounds", options.seconds,
      options.time == time_kind::cpu ? "CPU time of the thread" : "time on the wall");
}

std::string stages_of(const verify_report& report) {
  text_table table{{"stage", "tokens", "a second", "least .. most", "ns each", "x raw",
                    "least .. most", "x single"}};
  for (const auto& one : report.stages) {
    table.add({one.name, grouped(static_cast<double>(one.tokens)), grouped(one.per_second.median),
               range_of(one.per_second), nanoseconds(one.per_second.median),
               decimals(one.to_raw.median, 2), ratio_range_of(one.to_raw),
               decimals(one.to_single.median, 2)});
  }
  auto text = "\nRS256 with 2048 bits, one thread\n" + table.text();
  if (report.options.batch == batch_choice::off) {
    text += "Batches are switched off: their signatures are checked one by one.\n";
  } else if (report.kernels.batch == nullptr) {
    text +=
        "No batch kernel for this processor: the signatures of a batch are checked one by one.\n";
  } else {
    text += fmt::format("Batches of {} by {}.\n", report.kernels.batch->lanes,
                        report.kernels.batch->name);
  }
  text += fmt::format("Single signatures by {}.\n",
                      report.kernels.single != nullptr ? report.kernels.single->name : "OpenSSL");
  return text;
}

std::string steps_of(const verify_report& report) {
  text_table table{{"step", "ns", "least .. most"}};
  for (const auto& one : report.steps) {
    table.add({one.name, grouped(one.nanoseconds.median), range_of(one.nanoseconds)});
  }
  return "\nOne token, step by step\n" + table.text();
}

std::string threads_of(const verify_report& report) {
  text_table table{{"threads", "token_single", "x one", "token_batch", "x one", "had cores"}};
  for (const auto& one : report.threads) {
    table.add({std::to_string(one.threads), grouped(one.single_per_second.median),
               decimals(one.single_scaling.median, 2), grouped(one.batch_per_second.median),
               decimals(one.batch_scaling.median, 2), grouped(100 * one.busy.median) + " %"});
  }
  return "\nTokens a second of several threads, by the clock on the wall\n" + table.text();
}

std::string keys_of(const verify_report& report) {
  text_table table{{"algorithm", "bits", "raw_openssl", "token_single", "x raw"}};
  for (const auto& one : report.keys) {
    table.add({one.algorithm, std::to_string(one.bits), grouped(one.raw_per_second.median),
               grouped(one.token_per_second.median), decimals(one.ratio.median, 2)});
  }
  return "\nOther keys, a second\n" + table.text();
}

}  // namespace

std::string text_of(const verify_report& report) {
  auto text = head_of(report);
  if (!report.stages.empty()) text += stages_of(report);
  if (!report.steps.empty()) text += steps_of(report);
  if (!report.threads.empty()) text += threads_of(report);
  if (!report.keys.empty()) text += keys_of(report);
  if (report.stopped) text += "\nStopped: what is there is of the rounds that were over.\n";
  return text;
}

}  // namespace latchkey::bench
