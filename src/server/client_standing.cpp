#include <latchkey/server/client_standing.hpp>

#include <algorithm>

namespace latchkey::server {

void client_standing::shown(const core::client_certificate_ptr& certificate) {
  expires_ = certificate != nullptr;
  if (expires_) until_ = certificate->not_after;
}

bool client_standing::is_outdated(const site& present) {
  if (!rules_) return false;
  if (seen_ == &present && generation_ == present.generation) return outdated_;
  seen_ = &present;
  generation_ = present.generation;
  outdated_ = std::none_of(
      present.terms.begin(), present.terms.end(),
      [this](const listener_terms& one) { return one.clients && one.clients->same_as(*rules_); });
  return outdated_;
}

}  // namespace latchkey::server
