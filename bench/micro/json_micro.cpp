#include "micro/sample.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/json.hpp>

#include <benchmark/benchmark.h>
#include <boost/json/monotonic_resource.hpp>

#include <array>

namespace latchkey::bench {
namespace {

void parse(benchmark::State& state, std::string_view encoded) {
  const auto text = core::base64url_decode(encoded).value_or("");
  for (auto _ : state) {
    std::array<unsigned char, 4096> room;
    boost::json::monotonic_resource memory{room.data(), room.size()};
    const auto parsed = jose::parse_json(text, {}, &memory);
    if (!parsed) state.SkipWithError("refused");
    benchmark::DoNotOptimize(&parsed);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void parse_json_header(benchmark::State& state) {
  parse(state, split(sample().tokens[0].text).header);
}
BENCHMARK(parse_json_header);

void parse_json_claims(benchmark::State& state) {
  parse(state, split(sample().tokens[0].text).payload);
}
BENCHMARK(parse_json_claims);

}  // namespace
}  // namespace latchkey::bench
