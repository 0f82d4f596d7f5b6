#include <latchkey/net/address_text.hpp>
#include <latchkey/net/network.hpp>

#include <algorithm>
#include <charconv>

namespace latchkey::net {

namespace ip = boost::asio::ip;

namespace {

constexpr unsigned mapped_bits = 96;

bool same_prefix(const std::array<unsigned char, 16>& a, const std::array<unsigned char, 16>& b,
                 unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<unsigned char>(0xFF00U >> (bits % 8));
  return (a.at(whole) & mask) == (b.at(whole) & mask);
}

}  // namespace

network::bytes network::bytes_of(const ip::address& one) {
  if (one.is_v6()) return one.to_v6().to_bytes();
  return ip::make_address_v6(ip::v4_mapped, one.to_v4()).to_bytes();
}

std::optional<network> network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = read_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  network made;
  made.first_ = bytes_of(*address);
  if (slash == text.npos) return made;
  const auto digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [rest, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const unsigned most = address->is_v4() ? 32 : 128;
  const bool padded = digits.size() > 1 && digits.front() == '0';
  if (failure != std::errc{} || rest != digits.data() + digits.size() || padded || length > most) {
    return std::nullopt;
  }
  made.length_ = length + (address->is_v4() ? mapped_bits : 0);
  auto behind = made.first_;
  for (unsigned bit = made.length_; bit < 128; ++bit) {
    behind.at(bit / 8) &= static_cast<unsigned char>(~(0x80U >> (bit % 8)));
  }
  if (behind != made.first_) return std::nullopt;
  return made;
}

bool network::contains(const ip::address& one) const {
  const auto asked = bytes_of(one);
  // "::/0" says all of IPv6, and means no address of IPv4, wherever those are kept.
  static const auto mapped = bytes_of(ip::address_v4{});
  if (length_ < mapped_bits && same_prefix(mapped, asked, mapped_bits)) return false;
  return same_prefix(first_, asked, length_);
}

bool is_within(const std::vector<network>& all, const ip::address& one) {
  return std::any_of(all.begin(), all.end(),
                     [&one](const network& range) { return range.contains(one); });
}

bool is_within(const std::vector<network>& all, std::string_view address) {
  // Its text is read once, and not at all for most, who trust nobody.
  const auto parsed = all.empty() ? std::nullopt : read_address(address);
  return parsed && is_within(all, *parsed);
}

}  // namespace latchkey::net
