#include <latchkey/auth/jwks_settings.hpp>

#include <boost/url/parse.hpp>
#include <boost/url/scheme.hpp>
#include <boost/url/url_view.hpp>

#include <stdexcept>
#include <string_view>

namespace latchkey::auth {
namespace {

bool loopback(const boost::urls::url_view& uri) {
  switch (uri.host_type()) {
    case boost::urls::host_type::ipv4:
      return uri.host_ipv4_address().is_loopback();
    case boost::urls::host_type::ipv6:
      return uri.host_ipv6_address().is_loopback();
    case boost::urls::host_type::name:
      return uri.host() == "localhost";
    default:
      return false;
  }
}

bool acceptable_uri(std::string_view text) {
  using boost::urls::scheme;
  const auto uri = boost::urls::parse_uri({text.data(), text.size()});
  if (!uri || uri->encoded_host().empty() || uri->has_userinfo()) return false;
  // Boost.URL 1.81 reads "127.0.0.1.example/x" as the host 127.0.0.1 and the path ".example/x".
  if (!uri->encoded_path().empty() && !uri->encoded_path().starts_with('/')) return false;
  return uri->scheme_id() == scheme::https || (uri->scheme_id() == scheme::http && loopback(*uri));
}

}  // namespace

void check(const jwks_settings& settings) {
  check(settings.refresh);
  if (settings.fetch_timeout <= core::steady_duration::zero()) {
    throw std::invalid_argument{"fetch_timeout must be positive"};
  }
  if (!acceptable_uri(settings.uri)) {
    // Without the address itself: somebody may have written a password into it.
    throw std::invalid_argument{"the keys' address must be https, or http to a loopback address"};
  }
}

}  // namespace latchkey::auth
