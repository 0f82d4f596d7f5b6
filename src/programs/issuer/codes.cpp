#include "issuer/codes.hpp"

#include <latchkey/core/base64url.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::issuer {

std::string codes::issue(grant what, core::steady_time now) {
  constexpr std::size_t random_size = 32;
  forget_expired(now);
  if (open_.size() == limit) open_.pop_front();
  open_.push_back({core::base64url_encode(random_(random_size)), now + lifetime, std::move(what)});
  return open_.back().code;
}

std::optional<grant> codes::redeem(std::string_view code, core::steady_time now) {
  forget_expired(now);
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [code](const open_code& one) { return one.code == code; });
  if (found == open_.end()) return std::nullopt;
  auto what = std::move(found->what);
  open_.erase(found);
  return what;
}

void codes::forget_expired(core::steady_time now) {
  while (!open_.empty() && open_.front().expiry <= now) open_.pop_front();
}

}  // namespace latchkey::issuer
