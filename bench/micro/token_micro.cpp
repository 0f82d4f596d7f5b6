#include "micro/sample.hpp"

#include <latchkey/jose/jws.hpp>
#include <latchkey/jose/token.hpp>
#include <latchkey/jose/verifier.hpp>

#include <benchmark/benchmark.h>

namespace latchkey::bench {
namespace {

// Calls `accepts` with the tokens of the sample in turn; none of them may be refused.
template <class Accepts>
void over_tokens(benchmark::State& state, const Accepts& accepts) {
  const auto& tokens = sample().tokens;
  std::size_t next = 0;
  for (auto _ : state) {
    if (!accepts(tokens[next].text)) state.SkipWithError("refused");
    next = next + 1 == tokens.size() ? 0 : next + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

void parse_jws(benchmark::State& state) {
  over_tokens(state, [](const std::string& text) { return jose::parse_jws(text).has_value(); });
}
BENCHMARK(parse_jws);

void parse_token(benchmark::State& state) {
  over_tokens(state, [](const std::string& text) { return jose::parse_token(text).has_value(); });
}
BENCHMARK(parse_token);

void check_header_and_find_key(benchmark::State& state) {
  const auto& load = sample();
  const auto token = jose::parse_token(load.tokens[0].text);
  for (auto _ : state) {
    const auto alg = jose::check_header(*token, load.header);
    benchmark::DoNotOptimize(
        load.key_set->choose(token->kid().value_or(""), alg.value()).has_value());
  }
}
BENCHMARK(check_header_and_find_key);

void verify_token(benchmark::State& state) {
  const auto& load = sample();
  over_tokens(state, [&load](const std::string& text) {
    return jose::verify(text, *load.key_set, load.claims, load.header, load.now).has_value();
  });
}
BENCHMARK(verify_token);

}  // namespace
}  // namespace latchkey::bench
