#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/same_origin.hpp>
#include <latchkey/auth/token_place.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace latchkey::auth {
namespace {

// The outcome of authenticating one request.
struct auth_result {
  core::error_code error;
  core::principal_ptr principal;
  unsigned retry_after = 1;
  const token_place* place = nullptr;  // of the token; null: the Authorization field
};

// What is known on the way to a verdict, refusals included.
struct way_taken {
  thread_verifier* verifier = nullptr;  // of this thread; null outside of the pool
  verify_path path = verify_path::none;
  std::optional<jose::algorithm> alg;
};

auth_result refused(const core::error_code& error) {
  return {error, nullptr};
}

// The principal of a cached token; null if it is not there, or if its key may have gone since.
core::principal_ptr find_cached(thread_verifier& verifier, const found_token& carried,
                                std::string_view client, const trusted_issuers& issuers,
                                way_taken& way) {
  const auto text = carried.text;
  const auto* const grant = verifier.tokens.find(text, issuers.now());
  if (grant == nullptr) return nullptr;
  const auto* const issuer = issuers.find_identity(grant->issuer);
  // Verified under rules that no longer hold.
  if (issuer == nullptr) return nullptr;
  // It was taken from another place before.
  if (!issuer->takes_from(carried.place)) return nullptr;
  auto& keys = *issuer->keys;
  way.alg = grant->alg;
  if (keys.current(grant->generation)) return grant->principal;
  const auto found = keys.lookup(grant->kid, grant->alg, client);
  if (found.must_wait()) return nullptr;
  if (found.key && found.key->identity() == grant->key) {
    verifier.tokens.update_generation(*grant, found.generation);
    return grant->principal;
  }
  // While keys are unavailable nothing is known about this one.
  if (found.error != errc::keys_unavailable) verifier.tokens.erase(text);
  return nullptr;
}

// When the token ends, the skew included.
core::wall_time end_of(const core::principal& principal, const jose::claim_rules& rules) {
  const auto last = core::wall_time::max() - rules.clock_skew;
  return std::min(principal.expiry, last) + rules.clock_skew;
}

// The checks are in order of rising cost; nothing malformed reaches the network or the signature
// check.
async::task<auth_result> verify_request(const http::context& ctx, const trusted_issuers& issuers,
                                        way_taken& way) {
  const auto carried = find_token(ctx.request, ctx.target.query, issuers.places());
  if (carried.has_error()) co_return refused(carried.error());
  const auto text = carried->text;
  const auto* const place = carried->place;
  if (place != nullptr && !place->cookie.empty() && !ctx.credentials_welcome &&
      !may_use_cookie(ctx.request)) {
    co_return refused(errc::cross_origin);
  }
  auto* const verifier = way.verifier;
  if (verifier != nullptr) {
    if (auto known = find_cached(*verifier, *carried, ctx.client, issuers, way)) {
      way.path = verify_path::cache;
      co_return auth_result{{}, std::move(known), 1, place};
    }
    way.alg.reset();
  }

  const auto token = jose::parse_token(text, issuers.limits());
  if (token.has_error()) co_return refused(token.error());
  const auto name = token->issuer();
  if (!name) co_return refused(jose::errc::issuer_missing);
  const auto* issuer = issuers.find(*name);
  if (issuer == nullptr) co_return refused(jose::errc::issuer_unknown);
  if (!issuer->takes_from(place)) co_return refused(errc::token_misplaced);
  const auto alg = jose::check_header(*token, issuer->header);
  if (alg.has_error()) co_return refused(alg.error());
  way.alg = *alg;
  const auto kid = token->kid().value_or("");

  auto found = issuer->keys->lookup(kid, *alg, ctx.client);
  if (found.must_wait()) {
    found = co_await issuer->keys->wait_for_key(kid, *alg, ctx.client, ctx.deadline);
  }
  if (!found.key) co_return auth_result{found.error, nullptr, found.retry_after};
  const auto& key = *found.key;
  core::error_code signature_error;
  if (verifier != nullptr) {
    bool batched = false;
    signature_error = co_await verifier->signatures.check(*token, *alg, key, &batched);
    way.path = batched ? verify_path::batch : verify_path::single;
  } else {
    signature_error = jose::check_signature(*token, *alg, key);
  }
  if (signature_error) {
    co_return refused(jose::explain_signature_error(signature_error, *token, issuer->header));
  }
  if (const auto error = jose::check_key_issuer(*token, key, issuer->rules))
    co_return refused(error);
  const auto now = issuers.now();
  auto checked = jose::check_claims(*token, issuer->rules, now);
  if (checked.has_error()) co_return refused(checked.error());
  const auto principal = std::make_shared<const core::principal>(std::move(*checked));
  if (verifier != nullptr) {
    verifier->tokens.put(text, {principal, std::string{kid}, key.identity(), issuer->identity,
                                found.generation, now, end_of(*principal, issuer->rules), *alg});
  }
  co_return auth_result{{}, principal, 1, place};
}

void count(const way_taken& way, verdict of) {
  if (way.verifier != nullptr) way.verifier->verdicts->add({of, way.path, way.alg});
}

}  // namespace

async::task<http::response> authenticate::operator()(http::context& ctx,
                                                     const http::handler& next) const {
  way_taken way{issuers->verifier(), verify_path::none, std::nullopt};
  auto result = co_await verify_request(ctx, *issuers, way);
  if (result.error || !result.principal) {
    ctx.reason = reason(result.error);
    auto refusal = challenge(result.error, {.retry_after = result.retry_after});
    const bool judged = refusal.code() != http::status::service_unavailable;
    if (result.error != errc::no_credentials) {
      count(way, judged ? verdict::refused : verdict::unavailable);
    }
    co_return refusal;
  }
  count(way, verdict::accepted);
  ctx.principal = std::move(result.principal);
  auto response = co_await next(ctx);
  // Shared caches know by the Authorization field alone that a response is private (RFC 9111
  // section 3.5).
  if (result.place != nullptr && !response.find("cache-control")) {
    response.set("cache-control", "private");
  }
  co_return response;
}

}  // namespace latchkey::auth
