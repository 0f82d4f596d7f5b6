#include <latchkey/core/base64url.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define LATCHKEY_BASE64URL_WIDE
#endif

namespace latchkey::core {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Any value with the top bit set marks a character outside the alphabet, so that the values of a
// whole group can be checked with one `or`.
constexpr std::uint32_t outside = 0x80000000U;

constexpr std::array<std::uint32_t, 256> make_values() {
  std::array<std::uint32_t, 256> values{};
  values.fill(outside);
  for (std::uint32_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(alphabet[i])] = i;
  return values;
}

constexpr auto values = make_values();

std::uint32_t value_of(char c) {
  return values[static_cast<unsigned char>(c)];
}

#ifdef LATCHKEY_BASE64URL_WIDE

// The six bits of each ASCII character, or a byte with its top bit set.
constexpr std::array<unsigned char, 128> make_sextets() {
  std::array<unsigned char, 128> sextets{};
  sextets.fill(0x80);
  for (unsigned char i = 0; i < 64; ++i) sextets[static_cast<unsigned char>(alphabet[i])] = i;
  return sextets;
}

// Where each of the 48 bytes of 64 characters lies: every four characters end up as one 32-bit
// number whose lowest three bytes are theirs, the last one lowest.
constexpr std::array<unsigned char, 64> make_byte_order() {
  std::array<unsigned char, 64> order{};
  for (unsigned char i = 0; i < 48; ++i) {
    order[i] = static_cast<unsigned char>(i / 3 * 4 + 2 - i % 3);
  }
  return order;
}

alignas(64) constexpr auto sextets = make_sextets();
alignas(64) constexpr auto byte_order = make_byte_order();

constexpr std::uint64_t lowest_bits(std::size_t count) {
  return count >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

// Decodes 64 characters at a time. The last characters, fewer than 64, are taken as if 'A', which
// is zero, stood after them: so unused bits are those that come after the last byte.
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) std::optional<std::size_t> decode_wide(
    std::string_view text, std::span<unsigned char> out) {
  const auto size = base64url_decoded_size(text.size());
  if (text.size() % 4 == 1 || out.size() < size) return std::nullopt;
  const auto low = _mm512_load_si512(sextets.data());
  const auto high = _mm512_load_si512(sextets.data() + 64);
  const auto order = _mm512_load_si512(byte_order.data());
  auto seen = _mm512_setzero_si512();
  auto unused = _mm512_setzero_si512();
  for (std::size_t from = 0; from < text.size(); from += 64) {
    const auto taken = std::min<std::size_t>(text.size() - from, 64);
    const auto chars =
        _mm512_mask_loadu_epi8(_mm512_set1_epi8('A'), lowest_bits(taken), text.data() + from);
    const auto six = _mm512_permutex2var_epi8(low, chars, high);
    seen = _mm512_or_si512(seen, _mm512_or_si512(chars, six));
    const auto twelve = _mm512_maddubs_epi16(six, _mm512_set1_epi32(0x01400140));
    const auto twenty_four = _mm512_madd_epi16(twelve, _mm512_set1_epi32(0x00011000));
    const auto bytes = _mm512_permutexvar_epi8(order, twenty_four);
    const auto whole = lowest_bits(base64url_decoded_size(taken));
    _mm512_mask_storeu_epi8(out.data() + from / 4 * 3, whole, bytes);
    unused = _mm512_maskz_mov_epi8(lowest_bits(48) & ~whole, bytes);
  }
  if (_mm512_movepi8_mask(seen) != 0 || _mm512_test_epi8_mask(unused, unused) != 0) {
    return std::nullopt;
  }
  return size;
}

#endif

}  // namespace

std::optional<std::size_t> base64url_decode_portable(std::string_view text,
                                                     std::span<unsigned char> out) {
  const auto whole = text.size() / 4 * 4;
  const auto rest = text.size() - whole;
  if (rest == 1 || out.size() < base64url_decoded_size(text.size())) return std::nullopt;
  std::size_t written = 0;
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < whole; i += 4) {
    const auto a = value_of(text[i]);
    const auto b = value_of(text[i + 1]);
    const auto c = value_of(text[i + 2]);
    const auto d = value_of(text[i + 3]);
    seen |= a | b | c | d;
    const auto group = a << 18 | b << 12 | c << 6 | d;
    out[written++] = static_cast<unsigned char>(group >> 16);
    out[written++] = static_cast<unsigned char>(group >> 8);
    out[written++] = static_cast<unsigned char>(group);
  }
  if (rest != 0) {
    const auto a = value_of(text[whole]);
    const auto b = value_of(text[whole + 1]);
    const auto c = rest == 3 ? value_of(text[whole + 2]) : 0;
    seen |= a | b | c;
    const auto group = a << 18 | b << 12 | c << 6;
    out[written++] = static_cast<unsigned char>(group >> 16);
    if (rest == 3) out[written++] = static_cast<unsigned char>(group >> 8);
    const auto unused = rest == 3 ? group & 0xFFU : group & 0xFFFFU;
    if (unused != 0) return std::nullopt;
  }
  if ((seen & outside) != 0) return std::nullopt;
  return written;
}

std::optional<std::size_t> base64url_decode(std::string_view text, std::span<unsigned char> out) {
#ifdef LATCHKEY_BASE64URL_WIDE
  if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw")) {
    return decode_wide(text, out);
  }
#endif
  return base64url_decode_portable(text, out);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  std::string bytes(base64url_decoded_size(text.size()), '\0');
  const auto written =
      base64url_decode(text, {reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  if (!written) return std::nullopt;
  return bytes;
}

std::string base64url_encode(std::span<const unsigned char> bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t group = 0;
  int bits = 0;
  for (const auto byte : bytes) {
    group = group << 8 | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text.push_back(alphabet[group >> bits & 63U]);
    }
    group &= (1U << bits) - 1U;
  }
  if (bits > 0) text.push_back(alphabet[group << (6 - bits) & 63U]);
  return text;
}

std::string base64url_encode(std::string_view bytes) {
  return base64url_encode({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

}  // namespace latchkey::core
