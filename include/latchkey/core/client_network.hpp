// What counts as one client where clients are told apart by address: an IPv4 address, or an IPv6
// network of 64 bits, less than which nobody is given. Pure. Not for who a client says it is.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::core {

struct client_network {
  bool v6 = false;
  std::uint64_t bits = 0;

  auto operator<=>(const client_network&) const = default;
};

// Of the 16 bytes of an IPv6 address; one that is mapped from IPv4 (RFC 4291 section 2.5.5.2) is
// that one.
client_network network_of(const std::array<unsigned char, 16>& address);
// Of an address as text, whose zone ("%eth0") takes no part; nothing for what is none.
std::optional<client_network> network_of(std::string_view address);

// What is the same for all addresses of a client, and for no two clients, in few bytes that are not
// for people. A text that is no address is itself, truncated.
std::string client_key(std::string_view address);

}  // namespace latchkey::core
