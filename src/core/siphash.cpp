#include <latchkey/core/siphash.hpp>

#include <bit>
#include <cstddef>
#include <cstring>

namespace latchkey::core {
namespace {

std::uint64_t word_at(const char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// What is left of the last word, with the length in its highest byte.
std::uint64_t last_word(std::string_view rest, std::size_t length) {
  std::uint64_t word = std::uint64_t{length} << 56U;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(rest[i])} << (8 * i);
  }
  return word;
}

struct state {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }

  template <int Rounds>
  void rounds() {
    for (int i = 0; i < Rounds; ++i) round();
  }

  template <int Rounds>
  void take(std::uint64_t word) {
    v3 ^= word;
    rounds<Rounds>();
    v0 ^= word;
  }
};

// "somepseudorandomlygeneratedbytes", as the paper has it.
state begin(const siphash_key& key) {
  return {key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU, key[0] ^ 0x6c7967656e657261U,
          key[1] ^ 0x7465646279746573U};
}

// Takes what is left of a text of that length from the last whole word on.
template <int Compress, int Finish>
std::uint64_t finish(state all, std::string_view rest, std::size_t length) {
  all.take<Compress>(last_word(rest, length));
  all.v2 ^= 0xffU;
  all.rounds<Finish>();
  return all.v0 ^ all.v1 ^ all.v2 ^ all.v3;
}

template <int Compress, int Finish>
std::uint64_t siphash(const siphash_key& key, std::string_view bytes) {
  auto all = begin(key);
  const auto whole = bytes.size() / 8 * 8;
  for (std::size_t at = 0; at < whole; at += 8) all.take<Compress>(word_at(bytes.data() + at));
  return finish<Compress, Finish>(all, bytes.substr(whole), bytes.size());
}

}  // namespace

std::uint64_t siphash_1_3(const siphash_key& key, std::string_view bytes) {
  return siphash<1, 3>(key, bytes);
}

std::uint64_t siphash_1_3_halves(const siphash_key& first, const siphash_key& second,
                                 std::string_view bytes) {
  auto head = begin(first);
  auto tail = begin(second);
  const auto half = bytes.size() / 16 * 8;
  const auto* const rest = bytes.data() + half;
  // Each waits for its own last round only: the processor computes both at once.
  for (std::size_t at = 0; at < half; at += 8) {
    head.take<1>(word_at(bytes.data() + at));
    tail.take<1>(word_at(rest + at));
  }
  const auto whole = (bytes.size() - half) / 8 * 8;
  if (whole > half) tail.take<1>(word_at(rest + half));
  const auto length = bytes.size() - half;
  head.take<1>(finish<1, 3>(tail, bytes.substr(half + whole), length));
  return finish<1, 3>(head, {}, half + 8);
}

std::uint64_t siphash_2_4(const siphash_key& key, std::string_view bytes) {
  return siphash<2, 4>(key, bytes);
}

}  // namespace latchkey::core
