#include <latchkey/app/verify_metrics.hpp>

#include <array>
#include <cstddef>
#include <optional>

namespace latchkey::app {
namespace {

using auth::verify_counts;
using jose::token_cache_stats;
using enum metric_type;
using labels = metrics_text::labels;

void write_batches(metrics_text& out, const verify_counts& counted, labels with) {
  std::array<double, jose::max_rsa_batch_lanes> bounds{};
  double signatures = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    bounds[i] = static_cast<double>(i + 1);
    signatures += bounds[i] * static_cast<double>(counted.batches[i]);
  }
  out.buckets(bounds, counted.batches, signatures, with);
}

void write_signatures(metrics_text& out, const verify_counts& counted, labels with) {
  out.sample(counted.openssl, with_label(with, {"path", "openssl"}));
  out.sample(counted.single, with_label(with, {"path", "single"}));
  out.sample(counted.kernel, with_label(with, {"path", "batch"}));
}

constexpr auto verify_rows = std::to_array<metric_row<verify_counts>>({
    {"latchkey_verify_batch_size", histogram, "Signatures that were waiting and checked together.",
     write_batches,
     "how many signatures were waiting and were checked together, 1 to 8, or to 4 by a kernel of "
     "four lanes. All in the first bucket: the load is too light for batches, or they are off"},
    {"latchkey_signatures_total", counter, "Signatures checked, by what computed them.",
     write_signatures,
     "signatures checked, by what computed them: `openssl`, `single` (the kernel for single ones) "
     "or "
     "`batch`",
     "`path`"},
});

constexpr auto cache_rows = std::to_array<metric_row<token_cache_stats>>({
    {"latchkey_token_cache_hits_total", counter, "Requests whose token was in the cache.",
     sample_of<&token_cache_stats::hits>,
     "requests whose token was in the cache when they came: no signature check"},
    {"latchkey_token_cache_misses_total", counter, "Requests whose token was not.",
     sample_of<&token_cache_stats::misses>,
     "requests whose token was not, or was out of its time; where others had it checked meanwhile, "
     "they have cost no signature all the same"},
    {"latchkey_token_cache_insertions_total", counter, "Verified tokens put in.",
     sample_of<&token_cache_stats::insertions>, "verified tokens put in"},
    {"latchkey_token_cache_evictions_total", counter, "Entries that made room for others.",
     sample_of<&token_cache_stats::evictions>, "entries that made room for others"},
    {"latchkey_token_cache_expirations_total", counter, "Entries found past their token's exp.",
     sample_of<&token_cache_stats::expirations>, "entries found past their token's `exp`"},
    {"latchkey_token_cache_erasures_total", counter,
     "Entries whose key was withdrawn, or replaced.", sample_of<&token_cache_stats::erasures>,
     "entries dropped because their key was withdrawn, or replaced by a newer one"},
    {"latchkey_token_cache_too_large_total", counter, "Verified tokens too large to be kept.",
     sample_of<&token_cache_stats::too_large>,
     "verified tokens not kept because one would take more than an eighth of a shard: of a "
     "mebibyte at least, or of the whole where that is less"},
    {"latchkey_token_cache_entries", gauge, "Tokens in the cache.",
     sample_of<&token_cache_stats::entries>, "tokens in the cache"},
    {"latchkey_token_cache_bytes", gauge, "Memory the cache takes.",
     sample_of<&token_cache_stats::bytes>, "memory it takes, an estimate that errs high"},
    {"latchkey_token_cache_limit_bytes", gauge, "The most it may take.",
     sample_of<&token_cache_stats::limit>,
     "`verify.token_cache_bytes`; never exceeded; 0 if the cache is off"},
});

void write_verdicts(metrics_text& out, const auth::thread_verifiers& of, labels with) {
  const auto write = [&](const auth::verification& one) {
    const auto count = of.verdicts(one);
    if (count == 0) return;
    std::vector<metric_label> own{with.begin(), with.end()};
    own.push_back({"result", auth::to_string(one.verdict)});
    own.push_back({"algorithm", one.alg ? jose::name_of(*one.alg) : "none"});
    own.push_back({"path", auth::to_string(one.path)});
    out.sample(count, own);
  };
  for (std::size_t i = 0; i < auth::verdict_count; ++i) {
    for (std::size_t j = 0; j < auth::verify_path_count; ++j) {
      const auto verdict = static_cast<auth::verdict>(i);
      const auto path = static_cast<auth::verify_path>(j);
      write({verdict, path, std::nullopt});
      for (std::size_t k = 0; k < jose::algorithm_count; ++k) {
        write({verdict, path, static_cast<jose::algorithm>(k)});
      }
    }
  }
}

void write_kernel(metrics_text& out, const auth::thread_verifiers& of, labels with) {
  const auto& kernels = of.kernels();
  std::vector<metric_label> own{with.begin(), with.end()};
  own.push_back({"kernel", kernels.batch != nullptr ? kernels.batch->id : "none"});
  own.push_back({"single", kernels.single != nullptr ? kernels.single->id : "none"});
  out.sample(1U, own);
}

constexpr auto verdict_rows = std::to_array<metric_row<auth::thread_verifiers>>({
    {"latchkey_verifications_total", counter, "Tokens of requests, by what they came to.",
     write_verdicts,
     "tokens of requests: `result` is `accepted`, `refused`, or `unavailable` (keys could not be "
     "had); `algorithm` as in the token's header, `none` where it was refused before; `path` is "
     "where the signature was checked: `cache` (the token came before, or its check was under "
     "way), `batch`, `single`, or `none`",
     "`result`, `algorithm`, `path`"},
    {"latchkey_verify_kernel_info", gauge, "Always 1; the kernels are in the labels.", write_kernel,
     "always 1; `kernel` is what checks batches: `avx512_ifma`, eight signatures at once, "
     "`avx2_fma`, four, or `none`; `single` what checks those that are alone: `avx512_ifma`, "
     "`mulx_adx`, or `none`: OpenSSL",
     "`kernel`, `single`"},
});

}  // namespace

void write_verdict_metrics(metrics_text& out, const auth::thread_verifiers& of) {
  write_table<auth::thread_verifiers>(out, verdict_rows, of);
}

void write_verify_metrics(metrics_text& out, const verify_counts& counted) {
  write_table<verify_counts>(out, verify_rows, counted);
}

void write_cache_metrics(metrics_text& out, const token_cache_stats& cache) {
  write_table<token_cache_stats>(out, cache_rows, cache);
}

std::vector<metric_info> verify_metrics() {
  std::vector<metric_info> all;
  append_info<auth::thread_verifiers>(all, verdict_rows);
  append_info<verify_counts>(all, verify_rows);
  append_info<token_cache_stats>(all, cache_rows);
  return all;
}

}  // namespace latchkey::app
