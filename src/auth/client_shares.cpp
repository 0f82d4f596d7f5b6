#include <latchkey/auth/client_shares.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace latchkey::auth {

namespace ip = boost::asio::ip;

std::string client_network(std::string_view address) {
  constexpr std::size_t longest = 64;
  const std::string text{address.substr(0, longest)};
  boost::system::error_code error;
  const auto parsed = ip::make_address(text, error);
  if (error || parsed.is_v4()) return text;
  const auto v6 = parsed.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + bytes.size() / 2, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6{bytes}.to_string() + "/64";
}

void client_shares::charge(std::string_view client, core::steady_time until) {
  auto network = client_network(client);
  std::erase_if(list_, [&network](const entry& one) { return one.network == network; });
  if (list_.size() >= most) list_.erase(list_.begin());
  list_.push_back({std::move(network), until});
}

bool client_shares::spent(std::string_view client, core::steady_time now) const {
  const auto live = [now](const entry& one) { return now < one.until; };
  if (std::none_of(list_.begin(), list_.end(), live)) return false;
  const auto network = client_network(client);
  return std::any_of(list_.begin(), list_.end(),
                     [&](const entry& one) { return live(one) && one.network == network; });
}

}  // namespace latchkey::auth
