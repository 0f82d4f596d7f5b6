#include <latchkey/auth/trusted_issuers.hpp>
#include <latchkey/jose/issuer_template.hpp>

#include <algorithm>
#include <atomic>
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
  const auto& tenants = one.rules.tenants;
  if (tenants.empty()) return;
  if (!jose::is_issuer_template(one.rules.issuer)) refuse("has tenants and no place for them");
  if (!std::all_of(tenants.begin(), tenants.end(), jose::is_tenant_id)) {
    refuse("has a tenant that is no id");
  }
}

std::uint64_t next_identity() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

// As its tokens name it, each tenant by itself.
std::vector<std::string> names_of(const jose::claim_rules& rules) {
  if (rules.tenants.empty()) return {rules.issuer};
  std::vector<std::string> names;
  for (const auto& one : rules.tenants) names.push_back(jose::issuer_of(rules.issuer, one));
  return names;
}

}  // namespace

trusted_issuers::trusted_issuers(std::vector<trusted_issuer> issuers, jose::token_limits limits,
                                 core::clock clock,
                                 std::shared_ptr<const thread_verifiers> verifiers)
    : issuers_{std::move(issuers)},
      limits_{limits},
      clock_{std::move(clock)},
      verifiers_{std::move(verifiers)} {
  for (auto& one : issuers_) {
    check_issuer(one);
    if (one.identity == 0) one.identity = next_identity();
    for (const auto& name : names_of(one.rules)) {
      if (find(name) == &one) continue;
      throw std::invalid_argument{"issuer \"" + name + "\": is named twice"};
    }
    for (const auto& place : one.places) {
      if (std::find(places_.begin(), places_.end(), place) != places_.end()) continue;
      places_.push_back(place);
    }
  }
}

bool trusted_issuer::takes_from(const token_place* place) const {
  return place == nullptr || std::find(places.begin(), places.end(), *place) != places.end();
}

const trusted_issuer* trusted_issuers::find(std::string_view issuer) const {
  const auto found = std::find_if(
      issuers_.begin(), issuers_.end(),
      [issuer](const trusted_issuer& one) { return jose::names_issuer(one.rules, issuer); });
  return found == issuers_.end() ? nullptr : &*found;
}

const trusted_issuer* trusted_issuers::find_identity(std::uint64_t identity) const {
  const auto found =
      std::find_if(issuers_.begin(), issuers_.end(),
                   [identity](const trusted_issuer& one) { return one.identity == identity; });
  return found == issuers_.end() ? nullptr : &*found;
}

}  // namespace latchkey::auth
