#include "micro/sample.hpp"

#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/token.hpp>

#include <benchmark/benchmark.h>

namespace latchkey::bench {
namespace {

void check_claims(benchmark::State& state) {
  const auto& load = sample();
  const auto token = jose::parse_token(load.tokens[0].text);
  for (auto _ : state) {
    const auto principal = jose::check_claims(*token, load.claims, load.now);
    if (!principal) state.SkipWithError("refused");
    benchmark::DoNotOptimize(&principal);
  }
}
BENCHMARK(check_claims);

}  // namespace
}  // namespace latchkey::bench
