#include <latchkey/net/address.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace latchkey::net {
namespace {

namespace ip = boost::asio::ip;
using v6_bytes = ip::address_v6::bytes_type;

bool is_internal_v4(const ip::address_v4& where) {
  const auto bytes = where.to_bytes();
  // Metadata of Alibaba's and of Oracle's cloud; the others' are link-local.
  constexpr std::array<ip::address_v4::bytes_type, 2> metadata{
      {{100, 100, 100, 200}, {192, 0, 0, 192}}};
  return bytes[0] == 0 || bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254) ||
         bytes[0] >= 224 || std::find(metadata.begin(), metadata.end(), bytes) != metadata.end();
}

bool begins_with(const v6_bytes& bytes, std::initializer_list<unsigned char> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

ip::address_v4 v4_at(const v6_bytes& bytes, std::size_t place) {
  ip::address_v4::bytes_type inner{};
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(place), inner.size(), inner.begin());
  return ip::address_v4{inner};
}

bool is_internal_v6(const ip::address_v6& where) {
  const auto bytes = where.to_bytes();
  // Metadata of Amazon's cloud.
  constexpr v6_bytes metadata{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
  if (where.is_loopback() || where.is_unspecified() || where.is_link_local() ||
      where.is_multicast() || bytes == metadata) {
    return true;
  }
  if (begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) ||
      begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) ||
      begins_with(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) {
    return is_internal_v4(v4_at(bytes, 12));
  }
  return begins_with(bytes, {0x20, 0x02}) && is_internal_v4(v4_at(bytes, 2));
}

}  // namespace

bool is_internal(const ip::address& where) {
  return where.is_v4() ? is_internal_v4(where.to_v4()) : is_internal_v6(where.to_v6());
}

}  // namespace latchkey::net
