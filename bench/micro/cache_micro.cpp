#include "micro/sample.hpp"

#include <latchkey/jose/token_cache.hpp>

#include <benchmark/benchmark.h>

namespace latchkey::bench {
namespace {

// Secret from nobody: what is measured does not depend on it.
constexpr core::siphash_key any_key{0x0706050403020100U, 0x0F0E0D0C0B0A0908U};

jose::cached_grant grant_of(const token_set& load, const signed_token& token) {
  auto principal =
      jose::verify(token.text, *load.key_set, load.claims, load.header, load.now).value();
  const auto until = principal.expiry;
  const auto& key = *load.keys[token.key];
  return {std::make_shared<const core::principal>(std::move(principal)),
          std::string{key.kid()},
          key.identity(),
          0,
          1,
          load.now,
          until};
}

// `state.range(0)` of the tokens, each found once so that it has its place.
void fill(jose::token_cache& cache, const token_set& load, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    cache.put(load.tokens[i].text, grant_of(load, load.tokens[i]));
    cache.find(load.tokens[i].text, load.now);
  }
}

void cache_find_hit(benchmark::State& state) {
  const auto& load = sample();
  const auto count = static_cast<std::size_t>(state.range(0));
  jose::token_cache cache{std::size_t{16} << 20, any_key};
  fill(cache, load, count);
  std::size_t next = 0;
  for (auto _ : state) {
    const auto* found = cache.find(load.tokens[next].text, load.now);
    if (found == nullptr) state.SkipWithError("not kept");
    benchmark::DoNotOptimize(found);
    next = next + 1 == count ? 0 : next + 1;
  }
}
BENCHMARK(cache_find_hit)->ArgName("tokens")->Arg(1)->Arg(16)->Arg(64);

void cache_find_miss(benchmark::State& state) {
  const auto& load = sample();
  jose::token_cache cache{std::size_t{16} << 20, any_key};
  fill(cache, load, 32);
  for (auto _ : state) benchmark::DoNotOptimize(cache.find(load.tokens[40].text, load.now));
}
BENCHMARK(cache_find_miss);

// In a cache so small that every token displaces another.
void cache_put(benchmark::State& state) {
  const auto& load = sample();
  std::vector<jose::cached_grant> grants;
  for (const auto& token : load.tokens) grants.push_back(grant_of(load, token));
  const auto room = 32 * jose::token_cache::cost(load.tokens[0].text, grants[0]);
  jose::token_cache cache{room, any_key};
  std::size_t next = 0;
  for (auto _ : state) {
    if (!cache.put(load.tokens[next].text, grants[next])) state.SkipWithError("not kept");
    next = next + 1 == grants.size() ? 0 : next + 1;
  }
}
BENCHMARK(cache_put);

}  // namespace
}  // namespace latchkey::bench
