#include <latchkey/core/base64url.hpp>

#include <array>
#include <cstdint>

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

}  // namespace

std::optional<std::size_t> base64url_decode(std::string_view text, std::span<unsigned char> out) {
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
