#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/same_origin.hpp>
#include <latchkey/auth/token_place.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <algorithm>
#include <cstdint>
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

// A token that came with a request, and under what name the cache has it.
struct presented {
  found_token carried;
  jose::hashed_token named;
};

// What is known of a request without waiting for anything.
struct first_look {
  core::error_code error;  // none where there is one token, and it may be where it is
  presented what;
  core::principal_ptr known;  // null where the token is not in the cache, or is of no use there
  way_taken way;
};

// The principal of a token that was verified before; null if its key may have gone since, or if the
// rules it was verified under no longer hold.
core::principal_ptr accept_cached(thread_verifier& verifier, const presented& what,
                                  const jose::token_cache::found& grant, std::string_view client,
                                  const trusted_issuers& issuers) {
  const auto* const issuer = issuers.find_identity(grant.issuer());
  if (issuer == nullptr) return nullptr;
  // It was taken from another place before.
  if (!issuer->takes_from(what.carried.place)) return nullptr;
  auto& keys = *issuer->keys;
  if (keys.current(grant.generation())) return grant.principal();
  const auto found = keys.lookup(grant.kid(), grant.alg(), client);
  if (found.must_wait()) return nullptr;
  if (found.key && found.key->identity() == grant.key()) {
    grant.update_generation(found.generation);
    return grant.principal();
  }
  // While keys are unavailable nothing is known about this one.
  if (found.error != errc::keys_unavailable) verifier.tokens.erase(what.named);
  return nullptr;
}

enum class look : std::uint8_t { first, again };

// The principal of a token that is in the cache; null where it is not, or is of no use.
core::principal_ptr find_cached(look how, const presented& what, std::string_view client,
                                const trusted_issuers& issuers, way_taken& way) {
  auto& tokens = way.verifier->tokens;
  const auto grant = how == look::first ? tokens.find(what.named, issuers.wall())
                                        : tokens.find_again(what.named, issuers.wall());
  if (!grant) return nullptr;
  auto principal = accept_cached(*way.verifier, what, grant, client, issuers);
  if (principal) {
    way.alg = grant.alg();
    way.path = verify_path::cache;
  }
  return principal;
}

// When the token ends, the skew included.
core::wall_time end_of(const core::principal& principal, const jose::claim_rules& rules) {
  const auto last = core::wall_time::max() - rules.clock_skew;
  return std::min(principal.expiry, last) + rules.clock_skew;
}

// What was found before its signature is checked.
struct candidate {
  const jose::token& token;
  const trusted_issuer& issuer;
  jose::algorithm alg;
  key_lookup found;  // with a key
};

async::task<core::error_code> check_signature(const candidate& of, way_taken& way) {
  const auto& key = *of.found.key;
  if (way.verifier == nullptr) co_return jose::check_signature(of.token, of.alg, key);
  bool batched = false;
  const auto error = co_await way.verifier->signatures.check(of.token, of.alg, key, &batched);
  way.path = batched ? verify_path::batch : verify_path::single;
  co_return error;
}

// The claims, by the rules of this request; what stands every check is kept.
auth_result accept_signed(const trusted_issuers& issuers, const presented& what,
                          const candidate& of, thread_verifier* verifier) {
  const auto& rules = of.issuer.rules;
  const auto& key = *of.found.key;
  if (const auto error = jose::check_key_issuer(of.token, key, rules)) return refused(error);
  const auto now = issuers.now();
  auto checked = jose::check_claims(of.token, rules, now);
  if (checked.has_error()) return refused(checked.error());
  const auto principal = std::make_shared<const core::principal>(std::move(*checked));
  if (verifier != nullptr) {
    verifier->tokens.put(what.named, {principal, std::string{of.token.kid().value_or("")},
                                      key.identity(), of.issuer.identity, of.found.generation, now,
                                      end_of(*principal, rules), of.alg});
  }
  return {{}, principal, 1, what.carried.place};
}

// The signature is checked once for all requests that have the token at the same time; the rest is
// each one's own.
async::task<auth_result> verify_candidate(const http::context& ctx, const trusted_issuers& issuers,
                                          const presented& what, const candidate& of,
                                          way_taken& way) {
  auto* const verifier = way.verifier;
  std::optional<shared_checks::turn> turn;
  std::optional<core::error_code> signature;
  if (verifier != nullptr && verifier->tokens.enabled()) {
    turn.emplace(verifier->checks, check_subject{what.named, of.found.key->identity(), of.alg},
                 verifier->home);
    if (turn->follows()) signature = co_await turn->outcome(ctx.deadline);
    // It may have been verified since the first look. Who leads now would not know otherwise.
    if (auto known = find_cached(look::again, what, ctx.client, issuers, way)) {
      co_return auth_result{{}, std::move(known), 1, what.carried.place};
    }
    if (signature) way.path = verify_path::cache;
  }
  if (!signature) {
    signature = co_await check_signature(of, way);
    // For want of memory it was not checked.
    const bool checked = *signature != boost::system::errc::not_enough_memory;
    if (turn && turn->leads() && checked) turn->found(*signature);
  }
  if (*signature) {
    co_return refused(jose::explain_signature_error(*signature, of.token, of.issuer.header));
  }
  co_return accept_signed(issuers, what, of, verifier);
}

// The checks are in order of rising cost; nothing malformed reaches the network or the signature
// check.
async::task<auth_result> verify_token(const http::context& ctx, const trusted_issuers& issuers,
                                      const presented& what, way_taken& way) {
  const auto token = jose::parse_token(what.carried.text, issuers.limits());
  if (token.has_error()) co_return refused(token.error());
  const auto name = token->issuer();
  if (!name) co_return refused(jose::errc::issuer_missing);
  const auto* issuer = issuers.find(*name);
  if (issuer == nullptr) co_return refused(jose::errc::issuer_unknown);
  if (!issuer->takes_from(what.carried.place)) co_return refused(errc::token_misplaced);
  const auto alg = jose::check_header(*token, issuer->header);
  if (alg.has_error()) co_return refused(alg.error());
  way.alg = *alg;
  const auto kid = token->kid().value_or("");

  auto found = issuer->keys->lookup(kid, *alg, ctx.client);
  if (found.must_wait()) {
    found = co_await issuer->keys->wait_for_key(kid, *alg, ctx.client, ctx.deadline);
  }
  if (!found.key) co_return auth_result{found.error, nullptr, found.retry_after};
  const candidate of{*token, *issuer, *alg, std::move(found)};
  co_return co_await verify_candidate(ctx, issuers, what, of, way);
}

bool is_cross_origin(const http::context& ctx, const token_place* place) {
  return place != nullptr && !place->cookie.empty() && !ctx.credentials_welcome &&
         !may_use_cookie(ctx.request);
}

// What is in the cache has been found by find_token when it was put there: of the same text the
// characters are not looked at again. Everything else is.
first_look look_at(const http::context& ctx, const trusted_issuers& issuers) {
  first_look seen{{}, {}, nullptr, {issuers.verifier(), verify_path::none, std::nullopt}};
  const auto& query = ctx.target.query;
  const auto text = find_token_text(ctx.request, query, issuers.places());
  if (text && seen.way.verifier != nullptr && !is_cross_origin(ctx, text->place)) {
    seen.what = {*text, seen.way.verifier->tokens.hash(text->text)};
    seen.known = find_cached(look::first, seen.what, ctx.client, issuers, seen.way);
    if (seen.known) return seen;
  }
  const auto carried = find_token(ctx.request, query, issuers.places());
  if (carried.has_error()) {
    seen.error = carried.error();
  } else if (is_cross_origin(ctx, carried->place)) {
    seen.error = errc::cross_origin;
  } else if (seen.what.carried.text.empty()) {
    // There is no cache.
    seen.what = {*carried, {carried->text}};
  }
  return seen;
}

void count(const way_taken& way, verdict of) {
  if (way.verifier != nullptr) way.verifier->verdicts->add({of, way.path, way.alg});
}

http::response refuse(const auth_result& of, const protected_resource* resource) {
  challenge_details details{.retry_after = of.retry_after};
  if (resource != nullptr) {
    details.scopes = resource->scopes;
    details.resource_metadata = resource->metadata;
  }
  return challenge(of.error, details);
}

async::task<http::response> conclude(http::context& ctx, const http::handler& next,
                                     const authenticate& by, first_look seen) {
  const auto& issuers = *by.issuers;
  const auto* const resource = by.resource.get();
  auto& way = seen.way;
  auth_result result{seen.error, std::move(seen.known), 1, seen.what.carried.place};
  if (!result.error && !result.principal) {
    result = co_await verify_token(ctx, issuers, seen.what, way);
  }
  // The cache has it all the same: of another route it may be the token.
  if (!result.error && result.principal && resource && !resource->is_meant_by(*result.principal)) {
    result.error = errc::token_for_another_resource;
  }
  if (result.error || !result.principal) {
    ctx.reason = reason(result.error);
    auto refusal = refuse(result, resource);
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

}  // namespace

// Not a coroutine: with a token that is in the cache, where most are, there is nothing to wait for,
// and nothing to do once the answer is there.
async::task<http::response> authenticate::operator()(http::context& ctx,
                                                     const http::handler& next) const {
  auto seen = look_at(ctx, *issuers);
  if (!seen.known || seen.what.carried.place != nullptr ||
      (resource && !resource->is_meant_by(*seen.known))) {
    return conclude(ctx, next, *this, std::move(seen));
  }
  count(seen.way, verdict::accepted);
  ctx.principal = std::move(seen.known);
  return next(ctx);
}

}  // namespace latchkey::auth
