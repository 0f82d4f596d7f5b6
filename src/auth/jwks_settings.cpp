#include <latchkey/auth/jwks_settings.hpp>

#include <stdexcept>

namespace latchkey::auth {

void check(const jwks_settings& settings) {
  check(settings.refresh);
  if (settings.fetch_timeout <= core::steady_duration::zero()) {
    throw std::invalid_argument{"fetch_timeout must be positive"};
  }
}

}  // namespace latchkey::auth
