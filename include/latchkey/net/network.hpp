// A range of addresses as configurations name them: "10.0.0.0/8", "2001:db8::/32", or one address.
// Not for whose an address is: net/address.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace latchkey::net {

class network {
 public:
  // Nothing for what is neither an address in its usual form nor one with a length behind '/', and
  // for one with bits behind that length: "10.0.0.1/8" means somebody else than it says.
  static std::optional<network> parse(std::string_view text);

  // IPv4 addresses mapped into IPv6 are those of IPv4, and in no network of IPv6 that is larger
  // than all of them.
  bool contains(const boost::asio::ip::address& one) const;

 private:
  using bytes = std::array<unsigned char, 16>;
  static bytes bytes_of(const boost::asio::ip::address& one);

  bytes first_{};
  unsigned length_ = 128;  // of the prefix, in bits of `first_`
};

// Whether the address is in one of them.
bool is_within(const std::vector<network>& all, const boost::asio::ip::address& one);
// The same of one as text; false for what is no address.
bool is_within(const std::vector<network>& all, std::string_view address);

}  // namespace latchkey::net
