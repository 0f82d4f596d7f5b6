#include <latchkey/store/note_id.hpp>

#include <chrono>
#include <cstddef>

namespace latchkey::store {
namespace {

constexpr std::size_t text_size = 36;

constexpr bool is_hyphen_place(std::size_t at) {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  return std::nullopt;
}

}  // namespace

std::string make_note_id(core::wall_time now, std::uint64_t random_a, std::uint64_t random_b) {
  const auto since = now.time_since_epoch();
  const auto ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
  const auto high = ms << 16U | 0x7000U | (random_a & 0x0FFFU);
  const auto low = std::uint64_t{1} << 63U | (random_b & (~std::uint64_t{0} >> 2U));
  id_bytes id{};
  for (std::size_t i = 0; i < 8; ++i) {
    id[i] = static_cast<unsigned char>(high >> (56 - 8 * i));
    id[8 + i] = static_cast<unsigned char>(low >> (56 - 8 * i));
  }
  return to_text(id);
}

std::optional<id_bytes> parse_note_id(std::string_view text) {
  if (text.size() != text_size) return std::nullopt;
  id_bytes id{};
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const auto value = digit(text[i]);
    if (!value) return std::nullopt;
    auto& byte = id[nibble / 2];
    byte = static_cast<unsigned char>(byte << 4U | *value);
    ++nibble;
  }
  return id;
}

std::string to_text(const id_bytes& id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(text_size);
  for (const auto byte : id) {
    if (is_hyphen_place(text.size())) text += '-';
    text += digits[byte >> 4U];
    text += digits[byte & 0x0FU];
  }
  return text;
}

}  // namespace latchkey::store
