#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/same_origin.hpp>
#include <latchkey/auth/token_place.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace latchkey::auth {
namespace {

// What is left to know about a request once it has been judged.
struct judgement {
  core::error_code error;
  core::principal_ptr principal;
  unsigned retry_after = 1;
  const token_place* place = nullptr;  // of the token; null: the Authorization field
};

judgement refused(const core::error_code& error) {
  return {error, nullptr};
}

// Who a token of the cache speaks for; null if it is not there, or if its key may have gone since.
core::principal_ptr remembered(thread_verifier& here, const found_token& carried,
                               std::string_view client, const trust& trusted) {
  const auto text = carried.text;
  const auto* const grant = here.tokens.find(text, trusted.now());
  if (grant == nullptr) return nullptr;
  const auto* const issuer = trusted.find_identity(grant->issuer);
  // Verified under terms that are no longer those.
  if (issuer == nullptr) return nullptr;
  // Another request had it at another place.
  if (!issuer->takes_from(carried.place)) return nullptr;
  auto& keys = *issuer->keys;
  if (keys.current(grant->generation)) return grant->principal;
  // Asked before the key is looked for: if the keys change in between, the next request looks
  // again.
  const auto generation = keys.generation();
  const auto key = keys.try_key(grant->kid, grant->stated, client);
  if (!key) return nullptr;
  if (key->has_value() && (**key)->identity() == grant->key) {
    here.tokens.renew(*grant, generation);
    return grant->principal;
  }
  // While keys cannot be had nothing is known about this one.
  if (key->has_value() || key->error() != errc::keys_unavailable) here.tokens.erase(text);
  return nullptr;
}

// When the token ends, the skew included.
core::wall_time end_of(const core::principal& whose, const jose::claim_rules& rules) {
  const auto last = core::wall_time::max() - rules.clock_skew;
  return std::min(whose.expiry, last) + rules.clock_skew;
}

// The order is of rising cost; nothing malformed reaches the network or the signature check.
async::task<judgement> judge(const http::context& ctx, const trust& trusted) {
  const auto carried = find_token(ctx.request, ctx.target.query, trusted.places());
  if (carried.has_error()) co_return refused(carried.error());
  const auto text = carried->text;
  const auto* const place = carried->place;
  if (place != nullptr && !place->cookie.empty() && !may_use_cookie(ctx.request)) {
    co_return refused(errc::cross_origin);
  }
  auto* const here = trusted.verifier_of(co_await async::asio::this_coro::executor);
  if (here != nullptr) {
    if (auto known = remembered(*here, *carried, ctx.peer, trusted))
      co_return judgement{{}, std::move(known), 1, place};
  }

  const auto token = jose::parse_token(text, trusted.limits());
  if (token.has_error()) co_return refused(token.error());
  const auto name = token->issuer();
  if (!name) co_return refused(jose::errc::issuer_missing);
  const auto* issuer = trusted.find(*name);
  if (issuer == nullptr) co_return refused(jose::errc::issuer_unknown);
  if (!issuer->takes_from(place)) co_return refused(errc::token_misplaced);
  const auto stated = jose::check_header(*token, issuer->header);
  if (stated.has_error()) co_return refused(stated.error());
  const auto kid = token->kid().value_or("");

  // Asked before the key, for the same reason as above.
  const auto generation = issuer->keys->generation();
  auto key = issuer->keys->try_key(kid, *stated, ctx.peer);
  if (!key) key = co_await issuer->keys->key_for(kid, *stated, ctx.peer, ctx.deadline);
  if (key->has_error()) {
    auto refusal = refused(key->error());
    if (refusal.error == errc::keys_unavailable) refusal.retry_after = issuer->keys->retry_after();
    co_return refusal;
  }
  const auto& by = ***key;
  core::error_code forged;
  if (here != nullptr) {
    forged = co_await here->signatures.check(*token, *stated, by);
  } else {
    forged = jose::check_signature(*token, *stated, by);
  }
  if (forged) co_return refused(jose::why_forged(forged, *token, issuer->header));
  if (const auto error = jose::check_key_issuer(*token, by, issuer->rules))
    co_return refused(error);
  const auto now = trusted.now();
  auto checked = jose::check_claims(*token, issuer->rules, now);
  if (checked.has_error()) co_return refused(checked.error());
  const auto whose = std::make_shared<const core::principal>(std::move(*checked));
  if (here != nullptr) {
    here->tokens.put(text, {whose, std::string{kid}, by.identity(), issuer->identity, generation,
                            now, end_of(*whose, issuer->rules), *stated});
  }
  co_return judgement{{}, whose, 1, place};
}

}  // namespace

async::task<http::response> authenticate::operator()(http::context& ctx,
                                                     const http::handler& next) const {
  auto judged = co_await judge(ctx, *trusted);
  if (judged.error || !judged.principal) {
    ctx.reason = reason(judged.error);
    co_return challenge(judged.error, {.retry_after = judged.retry_after});
  }
  ctx.principal = std::move(judged.principal);
  auto answer = co_await next(ctx);
  // Shared caches know by the Authorization field alone that an answer is one person's (RFC 9111
  // section 3.5).
  if (judged.place != nullptr && answer.find("cache-control") == nullptr) {
    answer.set("cache-control", "private");
  }
  co_return answer;
}

}  // namespace latchkey::auth
