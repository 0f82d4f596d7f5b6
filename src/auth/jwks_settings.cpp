#include <latchkey/auth/jwks_settings.hpp>
#include <latchkey/http/url.hpp>

#include <stdexcept>

namespace latchkey::auth {

void check(const jwks_settings& settings) {
  check(settings.refresh);
  if (settings.fetch_timeout <= core::steady_duration::zero()) {
    throw std::invalid_argument{"fetch_timeout must be positive"};
  }
  const auto uri = http::parse_url(settings.uri);
  if (!uri || !http::is_secure(*uri)) {
    // Without the address itself: somebody may have written a password into it.
    throw std::invalid_argument{"the keys' address must be https, or http to a loopback address"};
  }
}

}  // namespace latchkey::auth
