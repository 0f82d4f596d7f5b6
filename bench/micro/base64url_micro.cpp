#include "micro/sample.hpp"

#include <latchkey/core/base64url.hpp>

#include <benchmark/benchmark.h>

namespace latchkey::bench {
namespace {

std::string bytes_of(std::int64_t size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 % 251);
  return bytes;
}

void base64url_decode(benchmark::State& state) {
  const auto text = core::base64url_encode(bytes_of(state.range(0)));
  std::vector<unsigned char> room(core::base64url_decoded_size(text.size()));
  for (auto _ : state) {
    benchmark::DoNotOptimize(core::base64url_decode(text, room));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(base64url_decode)->ArgName("bytes")->Arg(48)->Arg(256)->Arg(400)->Arg(4096);

void base64url_encode(benchmark::State& state) {
  const auto bytes = bytes_of(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(core::base64url_encode(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(base64url_encode)->ArgName("bytes")->Arg(48)->Arg(256)->Arg(400)->Arg(4096);

}  // namespace
}  // namespace latchkey::bench
