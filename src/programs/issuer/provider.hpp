// The development issuer as a handler: documents, sign-in, tokens, and the controls by which tests
// rotate its keys and make it fail. Not a socket, and never for production: it lets in any name.
#pragma once

#include "issuer/codes.hpp"
#include "issuer/fault.hpp"
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
#include <string>
#include <string_view>

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
// not an http or https URL, a lifetime that is not positive, a client without a name.
void check(const settings& wanted);

// Lives on one executor, as do the requests it answers.
class provider {
 public:
  // Calls check().
  provider(settings wanted, jose::signing_key first, sources from);
  provider(const provider&) = delete;
  provider& operator=(const provider&) = delete;

  // The routes of `self`, which they keep alive.
  static http::handler handler(std::shared_ptr<provider> self);

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
  async::task<http::response> control_reset(http::context& ctx);
  async::task<http::response> control_stats(http::context& ctx);
  async::task<http::response> control_mint(http::context& ctx);

  http::response grant_token(const form& request, const http::request_head& head);
  http::response exchange_code(const form& request);
  http::response client_credentials(const form& request);
  http::response issue(std::string subject, std::string client, const core::scope_set& scopes);
  void allow_origin(const http::context& ctx, http::response& answer) const;
  mint_order order_defaults() const;

  using method = async::task<http::response> (provider::*)(http::context&);
  struct answered_by;
  struct counted;
  struct failing;

  settings settings_;
  sources from_;
  key_ring keys_;
  codes codes_;
  fault_switch jwks_fault_;
  fault_switch configuration_fault_;
  std::map<std::string, std::uint64_t, std::less<>> requests_;  // by method and path
};

}  // namespace latchkey::issuer
