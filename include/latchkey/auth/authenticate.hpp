// Middleware: lets a request through if it carries one token of a trusted issuer that stands every
// check, and leaves the principal in the context. Not for scopes: that is require_scope.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/token.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::auth {

// Whose tokens are taken, and on which terms. Keys belong to their issuer: a kid is looked for
// among the keys of the issuer the token names, nowhere else.
struct trusted_issuer {
  jose::claim_rules rules;  // rules.issuer is its name
  std::vector<std::string> algorithms;
  std::shared_ptr<jwks_client> keys;
};

// Checks a signature: no error if it is the key's. The arguments live until the task ends.
using signature_check =
    std::function<async::task<core::error_code>(const jose::token&, const jose::key&)>;

// Everything authenticate needs, immutable once made and shared by all threads.
class trust {
 public:
  // Throws std::invalid_argument for an issuer without name, audience, algorithm or keys, and for
  // two of one name. An empty `check` is jose::check_signature, called directly.
  trust(std::vector<trusted_issuer> issuers, jose::token_limits limits, core::clock clock,
        signature_check check = {});

  // The issuer of that name, compared byte by byte; null where there is none.
  const trusted_issuer* find(std::string_view issuer) const;
  const std::vector<trusted_issuer>& issuers() const { return issuers_; }
  const jose::token_limits& limits() const { return limits_; }
  core::wall_time now() const { return clock_.wall(); }
  const signature_check& check() const { return check_; }

 private:
  std::vector<trusted_issuer> issuers_;
  jose::token_limits limits_;
  core::clock clock_;
  signature_check check_;
};

struct authenticate {
  std::shared_ptr<const trust> trusted;

  // Sets ctx.principal and calls `next`, or sets ctx.reason and answers as challenge() has it.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::auth
