#include "verify/verify.hpp"

#include "common/progress.hpp"
#include "verify/cases.hpp"
#include "verify/report.hpp"
#include "verify/steps.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <ostream>
#include <utility>

namespace latchkey::bench {
namespace {

// What the lesser parts take of the time and of the tokens.
constexpr double lesser_share = 1.0 / 3;
constexpr unsigned lesser_tokens = 256;

constexpr std::array other_kinds{
    key_kind{jose::algorithm::rs256, 2048}, key_kind{jose::algorithm::rs256, 3072},
    key_kind{jose::algorithm::rs256, 4096}, key_kind{jose::algorithm::ps256, 2048},
    key_kind{jose::algorithm::es256, 256},  key_kind{jose::algorithm::es384, 384},
    key_kind{jose::algorithm::eddsa, 255},
};

// One run: what all of its parts need.
class run_of_verify {
 public:
  run_of_verify(const verify_options& options, const command_env& env)
      : options_{options},
        env_{env},
        kernels_{kernels_of(options)},
        line_{env.err, env.is_terminal} {}

  verify_report make() {
    verify_report report;
    report.where = this_machine();
    report.options = options_;
    if (!report.where.optimised) {
      env_.err << "This build is not optimised, and its figures say nothing: build with "
                  "`cmake --preset release`.\n";
    }
    const auto load = make_tokens({}, options_.keys, options_.tokens);
    if (load) {
      report.kernels = kernels_;
      report.token_bytes = load->tokens.front().text.size();
      if (options_.wants(section::stages)) report.stages = stages(load);
      if (options_.wants(section::steps)) report.steps = steps(load);
      if (options_.wants(section::threads)) report.threads = threads(load);
    }
    if (options_.wants(section::keys)) report.keys = keys();
    report.stopped = env_.stop();
    line_.clear();
    return report;
  }

 private:
  std::vector<stage_line> stages(const token_set_ptr& load);
  std::vector<step_line> steps(const token_set_ptr& load);
  std::vector<thread_line> threads(const token_set_ptr& load);
  std::vector<key_line> keys();

  token_set_ptr make_tokens(const key_kind& kind, unsigned keys, unsigned tokens) {
    const token_set_options options{kind, keys, tokens, options_.threads, env_.clock.wall()};
    line_.say("making keys");
    return make_token_set(options, env_.stop, [this](std::size_t done, std::size_t of) {
      if (done % 32 == 0) line_.say(fmt::format("signing tokens: {} of {}", done, of));
    });
  }

  pace pace_of(double share = 1) const {
    return {options_.seconds * share, options_.rounds, options_.time};
  }

  round_report telling(std::string_view part) {
    return [this, part](std::size_t done, std::size_t of) {
      line_.say(fmt::format("{}: {} %", part, 100 * done / of));
    };
  }

  const verify_options& options_;
  const command_env& env_;
  jose::rsa_kernels kernels_;
  progress line_;
};

std::vector<stage_line> run_of_verify::stages(const token_set_ptr& load) {
  const auto all = load->tokens.size();
  std::vector<benchmark_case> measured{raw_openssl_case(load),
                                       token_single_case(load, kernels_.single),
                                       batch_kernel_case(load, kernels_),
                                       token_batch_case(load, kernels_),
                                       token_cached_case(load, options_.hot),
                                       token_cached_case(load, all)};
  measured.back().name = "token_cached_all";
  const auto rates = measure_rounds(measured, pace_of(), env_.stop, telling("stages"));
  std::vector<stage_line> lines;
  if (rates.front().empty()) return lines;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const auto tokens = measured[i].name == "token_cached" ? options_.hot : all;
    lines.push_back({measured[i].name, tokens, spread_of(rates[i]),
                     spread_of(ratios(rates[i], rates[0])), spread_of(ratios(rates[i], rates[1]))});
  }
  return lines;
}

std::vector<step_line> run_of_verify::steps(const token_set_ptr& load) {
  auto measured = step_cases(load, kernels_.single);
  measured.push_back(token_single_case(load, kernels_.single));
  const auto rates = measure_rounds(measured, pace_of(lesser_share), env_.stop, telling("steps"));
  std::vector<step_line> lines;
  if (rates.front().empty()) return lines;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    std::vector<double> nanoseconds;
    for (const auto rate : rates[i]) nanoseconds.push_back(rate > 0 ? 1e9 / rate : 0);
    lines.push_back({measured[i].name, spread_of(std::move(nanoseconds))});
  }
  return lines;
}

// One to four by ones, then doubling, and the most.
std::vector<unsigned> thread_counts(unsigned max) {
  std::vector<unsigned> counts;
  for (unsigned count = 1; count < max; count = count < 4 ? count + 1 : count * 2) {
    counts.push_back(count);
  }
  counts.push_back(max);
  return counts;
}

std::vector<thread_line> run_of_verify::threads(const token_set_ptr& load) {
  const auto counts = thread_counts(options_.threads);
  std::vector<parallel_case> cases;
  for (const auto count : counts) {
    parallel_case single;
    parallel_case batch;
    for (unsigned i = 0; i < count; ++i) {
      const auto first = load->tokens.size() * i / count;
      single.members.push_back(token_single_case(load, kernels_.single, first));
      batch.members.push_back(token_batch_case(load, kernels_, first));
    }
    cases.push_back(std::move(single));
    cases.push_back(std::move(batch));
  }
  const auto [rates, busy] = measure_parallel(cases, pace_of(), env_.stop, telling("threads"));
  std::vector<thread_line> lines;
  if (rates.front().empty()) return lines;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto& single = rates[2 * i];
    const auto& batch = rates[2 * i + 1];
    auto had_cores = busy[2 * i];
    had_cores.insert(had_cores.end(), busy[2 * i + 1].begin(), busy[2 * i + 1].end());
    lines.push_back({counts[i], spread_of(single), spread_of(ratios(single, rates[0])),
                     spread_of(batch), spread_of(ratios(batch, rates[1])), spread_of(had_cores)});
  }
  return lines;
}

std::vector<key_line> run_of_verify::keys() {
  std::vector<benchmark_case> measured;
  for (const auto& kind : other_kinds) {
    const auto load = make_tokens(kind, 1, std::min(options_.tokens, lesser_tokens));
    if (!load) return {};
    measured.push_back(raw_openssl_case(load));
    measured.push_back(token_single_case(load, kernels_.single));
  }
  const auto rates = measure_rounds(measured, pace_of(lesser_share), env_.stop, telling("keys"));
  std::vector<key_line> lines;
  if (rates.front().empty()) return lines;
  for (std::size_t i = 0; i < other_kinds.size(); ++i) {
    const auto& raw = rates[2 * i];
    const auto& token = rates[2 * i + 1];
    lines.push_back({std::string{jose::name_of(other_kinds[i].algorithm)}, other_kinds[i].bits,
                     spread_of(raw), spread_of(token), spread_of(ratios(token, raw))});
  }
  return lines;
}

}  // namespace

bool verify(const verify_options& options, const command_env& env) {
  const auto report = run_of_verify{options, env}.make();
  if (options.json) {
    env.out << boost::json::serialize(json_of(report)) << '\n';
  } else {
    env.out << text_of(report);
  }
  env.out.flush();
  return !report.stopped;
}

}  // namespace latchkey::bench
