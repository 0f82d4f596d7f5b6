#include <latchkey/auth/trust.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace latchkey::auth {
namespace {

void check_issuer(const trusted_issuer& one) {
  const auto refuse = [&one](const char* why) {
    throw std::invalid_argument{"issuer \"" + one.rules.issuer + "\": " + why};
  };
  if (one.rules.issuer.empty()) refuse("has no name");
  if (one.rules.audiences.empty()) refuse("has no audience");
  if (one.header.algorithms.empty()) refuse("has no algorithm");
  if (!one.keys) refuse("has no keys");
}

}  // namespace

trust::trust(std::vector<trusted_issuer> issuers, jose::token_limits limits, core::clock clock,
             std::shared_ptr<const lanes> own)
    : issuers_{std::move(issuers)},
      limits_{limits},
      clock_{std::move(clock)},
      own_{std::move(own)} {
  for (const auto& one : issuers_) {
    check_issuer(one);
    if (find(one.rules.issuer) != &one) {
      throw std::invalid_argument{"issuer \"" + one.rules.issuer + "\": is named twice"};
    }
  }
}

const trusted_issuer* trust::find(std::string_view issuer) const {
  const auto found =
      std::find_if(issuers_.begin(), issuers_.end(),
                   [issuer](const trusted_issuer& one) { return one.rules.issuer == issuer; });
  return found == issuers_.end() ? nullptr : &*found;
}

}  // namespace latchkey::auth
