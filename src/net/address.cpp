#include <latchkey/net/address.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <ifaddrs.h>
#include <memory>

namespace latchkey::net {
namespace {

namespace ip = boost::asio::ip;
using v4_bytes = ip::address_v4::bytes_type;
using v6_bytes = ip::address_v6::bytes_type;

// Metadata and credentials of clouds: Alibaba, Oracle, Azure; the others' are link-local.
bool is_metadata(const v4_bytes& bytes) {
  constexpr std::array<v4_bytes, 3> metadata{
      {{100, 100, 100, 200}, {192, 0, 0, 192}, {168, 63, 129, 16}}};
  return std::find(metadata.begin(), metadata.end(), bytes) != metadata.end();
}

bool is_link_local(const v4_bytes& bytes) {
  return bytes[0] == 169 && bytes[1] == 254;
}

bool is_internal_v4(const ip::address_v4& where) {
  const auto bytes = where.to_bytes();
  return bytes[0] == 0 || bytes[0] == 127 || bytes[0] >= 224 || is_link_local(bytes) ||
         is_metadata(bytes);
}

bool begins_with(const v6_bytes& bytes, std::initializer_list<unsigned char> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

// The IPv4 addresses that stand within an IPv6 address.
struct embedded {
  std::array<ip::address_v4, 4> all;
  std::size_t count = 0;
  // Which of the places holds the address cannot be told: all but one of them are by chance.
  bool guessed = false;

  void add(const v6_bytes& bytes, std::array<std::size_t, 4> places, unsigned char mask = 0) {
    v4_bytes inner{};
    for (std::size_t i = 0; i < inner.size(); ++i) {
      inner[i] = static_cast<unsigned char>(bytes[places[i]] ^ mask);
    }
    all[count++] = ip::address_v4{inner};
  }
};

constexpr std::array<std::size_t, 4> last_four{12, 13, 14, 15};

embedded v4_within(const v6_bytes& bytes) {
  embedded found;
  if (begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) ||
      begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}) ||
      begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) ||
      begins_with(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) {
    found.add(bytes, last_four);
  } else if (begins_with(bytes, {0, 0x64, 0xff, 0x9b, 0, 1})) {
    // RFC 8215: a network's own NAT64, with prefixes of 48, 56, 64 and 96 bits (RFC 6052 section
    // 2.2), of which the address does not tell.
    found.guessed = true;
    found.add(bytes, {6, 7, 9, 10});
    found.add(bytes, {7, 9, 10, 11});
    found.add(bytes, {9, 10, 11, 12});
    found.add(bytes, last_four);
  } else if (begins_with(bytes, {0x20, 0x02})) {
    found.add(bytes, {2, 3, 4, 5});
  } else if (begins_with(bytes, {0x20, 0x01, 0, 0})) {
    // Teredo (RFC 4380 section 4): its server, and the client with every bit turned over.
    found.add(bytes, {4, 5, 6, 7});
    found.add(bytes, last_four, 0xff);
  } else if ((bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe) {
    found.add(bytes, last_four);  // ISATAP (RFC 5214 section 6.1)
  }
  return found;
}

bool is_metadata_v6(const v6_bytes& bytes) {
  // The networks in which Amazon's, Google's, Oracle's and Scaleway's clouds have theirs; others
  // end in the IPv4 address of theirs.
  return begins_with(bytes, {0xfd, 0, 0x0e, 0xc2}) || begins_with(bytes, {0xfd, 0x20, 0, 0xce}) ||
         begins_with(bytes, {0xfd, 0, 0, 0xc1}) ||
         begins_with(bytes, {0xfd, 0, 0, 0x42, 0, 0, 0, 0}) ||
         std::equal(bytes.begin() + 12, bytes.end(),
                    std::array<unsigned char, 4>{0xa9, 0xfe, 0xa9, 0xfe}.begin());
}

bool is_internal_v6(const ip::address_v6& where) {
  const auto bytes = where.to_bytes();
  if (where.is_loopback() || where.is_unspecified() || where.is_link_local() ||
      where.is_multicast() || is_metadata_v6(bytes)) {
    return true;
  }
  const auto inner = v4_within(bytes);
  return std::any_of(inner.all.begin(), inner.all.begin() + inner.count, [&](const auto& one) {
    if (!inner.guessed) return is_internal_v4(one);
    // Where zeros are read in the wrong place they look like "this network".
    const auto read = one.to_bytes();
    return read[0] == 127 || is_link_local(read) || is_metadata(read);
  });
}

ip::address plain(const ip::address& where) {
  // The interface's name takes no part in which machine it is.
  return where.is_v6() ? ip::address{ip::address_v6{where.to_v6().to_bytes()}} : where;
}

}  // namespace

bool is_internal(const ip::address& where) {
  return where.is_v4() ? is_internal_v4(where.to_v4()) : is_internal_v6(where.to_v6());
}

bool is_among(const ip::address& where, const addresses& own) {
  const auto is_own = [&own](const ip::address& one) {
    return std::any_of(own.begin(), own.end(),
                       [one = plain(one)](const auto& other) { return plain(other) == one; });
  };
  if (is_own(where)) return true;
  if (where.is_v4()) return false;
  const auto inner = v4_within(where.to_v6().to_bytes());
  return std::any_of(inner.all.begin(), inner.all.begin() + inner.count, is_own);
}

ip::address unmapped(const ip::address& from) {
  if (!from.is_v6() || !from.to_v6().is_v4_mapped()) return from;
  return ip::make_address_v4(ip::v4_mapped, from.to_v6());
}

bool is_loopback(std::string_view peer) {
  core::error_code error;
  const auto address = ip::make_address(peer, error);
  return !error && unmapped(address).is_loopback();
}

core::result<addresses> own_addresses() {
  ::ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) {
    return core::error_code{errno, boost::system::system_category()};
  }
  const std::unique_ptr<::ifaddrs, decltype(&::freeifaddrs)> owned{first, ::freeifaddrs};
  addresses found;
  for (const auto* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* v4 = reinterpret_cast<const ::sockaddr_in*>(one->ifa_addr);
      found.emplace_back(ip::address_v4{ntohl(v4->sin_addr.s_addr)});
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const ::sockaddr_in6*>(one->ifa_addr);
      v6_bytes bytes{};
      std::copy_n(v6->sin6_addr.s6_addr, bytes.size(), bytes.begin());
      found.emplace_back(ip::address_v6{bytes});
    }
  }
  return found;
}

}  // namespace latchkey::net
