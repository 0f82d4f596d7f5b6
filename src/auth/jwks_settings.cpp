#include <latchkey/auth/jwks_settings.hpp>

#include <stdexcept>

namespace latchkey::auth {

void check(const jwks_settings& settings) {
  check(settings.refresh);
  if (settings.fetch_timeout <= core::steady_duration::zero()) {
    throw std::invalid_argument{"fetch_timeout must be positive"};
  }
  if (settings.checks.time <= core::steady_duration::zero() || settings.checks.count == 0) {
    throw std::invalid_argument{"checks must have time, and be one at least"};
  }
}

}  // namespace latchkey::auth
