// The development issuer as a handler: documents, sign-in, tokens, and the controls by which tests
// rotate its keys and make it fail. No sockets. Never for production: it signs in anybody.
#pragma once

#include "issuer/codes.hpp"
#include "issuer/fault.hpp"
#include "issuer/fault_listener.hpp"
#include "issuer/fault_switch.hpp"
#include "issuer/form.hpp"
#include "issuer/key_ring.hpp"
#include "issuer/mint.hpp"
#include "issuer/settings.hpp"

#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/http/router.hpp>
#include <latchkey/jose/signing_key.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::issuer {

// What the provider takes from outside.
struct sources {
  core::clock clock;
  random_bytes random;
  std::function<jose::signing_key()> fresh_key;
};

// The clocks of this machine, OpenSSL's random bytes and new 2048 bit keys.
sources system_sources();

// Throws std::invalid_argument that names the setting at fault: an issuer or a redirect URI that is
// not an http or https URL, a lifetime that is not positive, a client without a name, a
// Cache-Control with control characters.
void check(const settings& wanted);

// Lives on one executor, as do the requests it answers.
class provider {
 public:
  // Calls check(). `at` is what the handler will answer on.
  provider(settings wanted, jose::signing_key first, sources from, listener at = {});
  provider(const provider&) = delete;
  provider& operator=(const provider&) = delete;

  // The routes of `self`, which they keep alive.
  static http::handler handler(std::shared_ptr<provider> self);
  // Those of the controls alone, for a listener that no fault reaches.
  static http::handler control_handler(std::shared_ptr<provider> self);

  // Shows the fault until it is lifted or another one for its document takes its place. Gives why
  // it cannot, or an empty text.
  async::task<std::string> show(fault wanted);

 private:
  // Each answers one route.
  async::task<http::response> configuration(http::context& ctx);
  async::task<http::response> jwks(http::context& ctx);
  async::task<http::response> style(http::context& ctx);
  async::task<http::response> sign_in(http::context& ctx);
  async::task<http::response> signed_in(http::context& ctx);
  async::task<http::response> token(http::context& ctx);
  async::task<http::response> token_preflight(http::context& ctx);
  async::task<http::response> control_rotate(http::context& ctx);
  async::task<http::response> control_fail(http::context& ctx);
  async::task<http::response> control_faults(http::context& ctx);
  async::task<http::response> control_heal(http::context& ctx);
  async::task<http::response> control_reset(http::context& ctx);
  async::task<http::response> control_stats(http::context& ctx);
  async::task<http::response> control_mint(http::context& ctx);

  // Makes the listener show what the fault that is set says.
  async::task<std::string> show_at_listener();
  async::task<std::string> lift_faults();
  void count_connections();
  std::string spare_jwk();

  http::response grant_token(const form& request, const http::request_head& head);
  http::response exchange_code(const form& request);
  http::response client_credentials(const form& request);
  http::response issue(std::string subject, std::string client, const core::scope_set& scopes);
  void allow_origin(const http::context& ctx, http::response& answer) const;
  mint_options mint_defaults() const;

  using method = async::task<http::response> (provider::*)(http::context&);
  struct answered_by;
  struct counted;
  struct failing;
  static void add_controls(const std::shared_ptr<provider>& self, std::vector<http::route>& routes);
  static void add_route(const std::shared_ptr<provider>& self, std::vector<http::route>& routes,
                        http::verb verb, const char* path, method what,
                        std::vector<http::middleware> layers);

  settings settings_;
  sources from_;
  key_ring keys_;
  codes codes_;
  listener listener_;
  fault_material material_;
  std::string spare_jwk_;  // made when it is needed first
  fault_counts shown_;
  fault_switch jwks_fault_{material_, shown_};
  fault_switch configuration_fault_{material_, shown_};
  std::map<std::string, std::uint64_t, std::less<>> requests_;  // by method and path
  std::uint64_t connections_before_ = 0;                        // until the last reset
  // The fault below HTTP that is shown, and how many connections there had been before it.
  const fault_kind* at_listener_ = nullptr;
  std::uint64_t connections_seen_ = 0;
};

}  // namespace latchkey::issuer
