#include <latchkey/core/client_network.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstddef>

namespace latchkey::core {
namespace {

constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
// An IPv4 client behind a translator (RFC 6052 section 2.1), as the server of an IPv6 network has
// it.
constexpr std::array<unsigned char, 12> translated{0, 0x64, 0xff, 0x9b};

std::uint64_t number(const unsigned char* bytes, std::size_t count) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) bits = bits << 8U | bytes[i];
  return bits;
}

}  // namespace

client_network network_of(const std::array<unsigned char, 16>& address) {
  if (std::equal(mapped.begin(), mapped.end(), address.begin()) ||
      std::equal(translated.begin(), translated.end(), address.begin())) {
    return {false, number(address.data() + mapped.size(), 4)};
  }
  return {true, number(address.data(), 8)};
}

std::optional<client_network> network_of(std::string_view address) {
  address = address.substr(0, address.find('%'));
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.size() >= text.size() || address.find('\0') != address.npos) return std::nullopt;
  std::copy(address.begin(), address.end(), text.begin());
  std::array<unsigned char, 16> bytes{};
  if (address.find(':') != address.npos) {
    if (::inet_pton(AF_INET6, text.data(), bytes.data()) != 1) return std::nullopt;
    return network_of(bytes);
  }
  std::copy(mapped.begin(), mapped.end(), bytes.begin());
  if (::inet_pton(AF_INET, text.data(), bytes.data() + mapped.size()) != 1) return std::nullopt;
  return network_of(bytes);
}

// No text of an address begins with what the key of one does.
std::string client_key(std::string_view address) {
  constexpr std::size_t longest = 64;
  const auto known = network_of(address);
  if (!known) return std::string{address.substr(0, longest)};
  std::string key(1 + sizeof known->bits, known->v6 ? '\1' : '\0');
  for (std::size_t i = 0; i < sizeof known->bits; ++i) {
    key[1 + i] = static_cast<char>(known->bits >> (8 * i) & 0xFFU);
  }
  return key;
}

}  // namespace latchkey::core
