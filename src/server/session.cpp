#include <latchkey/server/http1_session.hpp>
#include <latchkey/server/session.hpp>

namespace latchkey::server {

// A second protocol is another line here, and its name among those that net/tls offers.
std::unique_ptr<session> make_session(std::string_view /*protocol*/, const session_parts& parts) {
  return std::make_unique<http1_session>(parts);
}

}  // namespace latchkey::server
