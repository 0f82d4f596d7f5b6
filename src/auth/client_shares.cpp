#include <latchkey/auth/client_shares.hpp>
#include <latchkey/core/client_network.hpp>

#include <algorithm>

namespace latchkey::auth {

void client_shares::charge(std::string_view client, core::steady_time until) {
  auto key = core::client_key(client);
  std::erase_if(list_, [&key](const entry& one) { return one.key == key; });
  if (list_.size() >= most) list_.erase(list_.begin());
  list_.push_back({std::move(key), until});
}

bool client_shares::spent(std::string_view client, core::steady_time now) const {
  const auto live = [now](const entry& one) { return now < one.until; };
  if (std::none_of(list_.begin(), list_.end(), live)) return false;
  const auto key = core::client_key(client);
  return std::any_of(list_.begin(), list_.end(),
                     [&](const entry& one) { return live(one) && one.key == key; });
}

}  // namespace latchkey::auth
