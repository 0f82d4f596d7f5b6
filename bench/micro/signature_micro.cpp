#include "micro/sample.hpp"

#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/signature.hpp>

#include <benchmark/benchmark.h>

#include <vector>

namespace latchkey::bench {
namespace {

void sha256(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(jose::sha256(text));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sha256)->ArgName("bytes")->Arg(64)->Arg(512)->Arg(4096);

// Digest and signature of one token, by the algorithm's name.
void verify_signature(benchmark::State& state, jose::algorithm algorithm, unsigned bits) {
  const auto& load = sample({algorithm, bits});
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& token = load.tokens[next];
    if (jose::verify_signature(algorithm, *load.keys[token.key], token.signing_input,
                               token.signature)) {
      state.SkipWithError("refused");
    }
    next = next + 1 == load.tokens.size() ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(verify_signature, RS256_2048, jose::algorithm::rs256, 2048);
BENCHMARK_CAPTURE(verify_signature, RS256_3072, jose::algorithm::rs256, 3072);
BENCHMARK_CAPTURE(verify_signature, RS256_4096, jose::algorithm::rs256, 4096);
BENCHMARK_CAPTURE(verify_signature, PS256_2048, jose::algorithm::ps256, 2048);
BENCHMARK_CAPTURE(verify_signature, ES256, jose::algorithm::es256, 256);
BENCHMARK_CAPTURE(verify_signature, ES384, jose::algorithm::es384, 384);
BENCHMARK_CAPTURE(verify_signature, EdDSA, jose::algorithm::eddsa, 255);

// One pass of a kernel with so many signatures in it.
void rsa_batch(benchmark::State& state, jose::rsa_batch_kind kind) {
  const auto* const kernel = jose::find_rsa_batch_kernel(kind);
  if (kernel == nullptr) return state.SkipWithError("not on this processor");
  const auto& load = sample();
  std::vector<jose::rsa_batch_item> items;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const auto& token = load.tokens[static_cast<std::size_t>(i)];
    items.push_back({load.keys[token.key]->batch(), token.signature, token.digest});
  }
  for (auto _ : state) {
    kernel->verify(items);
    if (!items.back().valid) state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(rsa_batch, ifma, jose::rsa_batch_kind::ifma)
    ->ArgName("signatures")
    ->DenseRange(1, 8);
BENCHMARK_CAPTURE(rsa_batch, fma, jose::rsa_batch_kind::fma)
    ->ArgName("signatures")
    ->DenseRange(1, 4);

}  // namespace
}  // namespace latchkey::bench
