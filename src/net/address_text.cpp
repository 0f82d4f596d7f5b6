#include <latchkey/net/address_text.hpp>

#include <array>
#include <charconv>
#include <cstddef>

namespace latchkey::net {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t longest = 45;

// Four numbers without leading zeros, which some read as octal.
std::optional<ip::address_v4> read_v4(std::string_view text) {
  ip::address_v4::bytes_type bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) {
      if (text.empty() || text.front() != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9') {
      value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
    }
    const bool padded = digits > 1 && text.front() == '0';
    if (digits == 0 || padded || value > 255) return std::nullopt;
    bytes[i] = static_cast<unsigned char>(value);
    text.remove_prefix(digits);
  }
  if (!text.empty()) return std::nullopt;
  return ip::address_v4{bytes};
}

}  // namespace

std::optional<ip::address> read_address(std::string_view text) {
  if (text.find(':') == text.npos) {
    const auto found = read_v4(text);
    if (!found) return std::nullopt;
    return *found;
  }
  // A zone is of one machine only.
  if (text.size() > longest || text.find('%') != text.npos || text.find('\0') != text.npos) {
    return std::nullopt;
  }
  boost::system::error_code wrong;
  const auto found = ip::make_address_v6(std::string{text}, wrong);
  if (wrong) return std::nullopt;
  return found;
}

std::string write_address(const ip::address& one) {
  if (one.is_v6()) return one.to_string();
  std::array<char, 16> text;
  char* end = text.data();
  for (const unsigned part : one.to_v4().to_bytes()) {
    if (end != text.data()) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), part).ptr;
  }
  return {text.data(), end};
}

}  // namespace latchkey::net
