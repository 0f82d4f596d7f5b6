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
void fill(jose::token_cache::reader& tokens, const token_set& load, std::size_t count) {
  const auto wall = [&load] { return load.now; };
  for (std::size_t i = 0; i < count; ++i) {
    tokens.put(tokens.hash(load.tokens[i].text), grant_of(load, load.tokens[i]));
    tokens.find(tokens.hash(load.tokens[i].text), wall);
  }
}

void cache_find_hit(benchmark::State& state) {
  const auto& load = sample();
  const auto count = static_cast<std::size_t>(state.range(0));
  jose::token_cache cache{std::size_t{16} << 20, any_key};
  auto& tokens = cache.at(0);
  fill(tokens, load, count);
  const jose::wall_clock wall = [&load] { return load.now; };
  std::size_t next = 0;
  for (auto _ : state) {
    const auto found = tokens.find(tokens.hash(load.tokens[next].text), wall);
    if (!found) state.SkipWithError("not kept");
    benchmark::DoNotOptimize(&found);
    next = next + 1 == count ? 0 : next + 1;
  }
}
BENCHMARK(cache_find_hit)->ArgName("tokens")->Arg(1)->Arg(16)->Arg(64);

// A hit as a request has it, by as many threads as a server may have workers, all of the same 16
// tokens. CPU is that of one hit: what stands in the way of others grows with them. On a machine
// with fewer processors the threads take turns. With `shared` 1 each copies a pointer beside it
// whose counts are one for all: what a hit that writes a shared line costs.
void cache_hit_of_readers(benchmark::State& state) {
  constexpr std::size_t hot = 16;
  constexpr std::size_t most_readers = 64;
  const auto& load = sample();
  static jose::token_cache cache{std::size_t{16} << 20, any_key, most_readers};
  static const auto common = std::make_shared<const core::principal>();
  auto& tokens = cache.at(static_cast<std::size_t>(state.thread_index()));
  const jose::wall_clock wall = [&load] { return load.now; };
  if (state.thread_index() == 0) fill(tokens, load, hot);
  const bool shared = state.range(0) != 0;
  std::size_t next = 0;
  for (auto _ : state) {
    const auto found = tokens.find(tokens.hash(load.tokens[next].text), wall);
    if (!found) state.SkipWithError("not kept");
    auto principal = found.principal();
    benchmark::DoNotOptimize(principal);
    if (shared) {
      auto copy = common;
      benchmark::DoNotOptimize(copy);
    }
    next = next + 1 == hot ? 0 : next + 1;
  }
}
BENCHMARK(cache_hit_of_readers)->ArgName("shared")->Arg(0)->Arg(1)->ThreadRange(1, 64);

void cache_find_miss(benchmark::State& state) {
  const auto& load = sample();
  jose::token_cache cache{std::size_t{16} << 20, any_key};
  auto& tokens = cache.at(0);
  fill(tokens, load, 32);
  const jose::wall_clock wall = [&load] { return load.now; };
  for (auto _ : state) {
    const auto found = tokens.find(tokens.hash(load.tokens[40].text), wall);
    benchmark::DoNotOptimize(&found);
  }
}
BENCHMARK(cache_find_miss);

// In a cache so small that every token displaces another.
void cache_put(benchmark::State& state) {
  const auto& load = sample();
  std::vector<jose::cached_grant> grants;
  for (const auto& token : load.tokens) grants.push_back(grant_of(load, token));
  const auto room = 32 * jose::token_cache::cost(load.tokens[0].text, grants[0]);
  jose::token_cache cache{room, any_key};
  auto& tokens = cache.at(0);
  std::size_t next = 0;
  for (auto _ : state) {
    if (!tokens.put(tokens.hash(load.tokens[next].text), grants[next]))
      state.SkipWithError("not kept");
    next = next + 1 == grants.size() ? 0 : next + 1;
  }
}
BENCHMARK(cache_put);

}  // namespace
}  // namespace latchkey::bench
