#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/bearer.hpp>
#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace latchkey::auth {
namespace {

void check_issuer(const trusted_issuer& one) {
  const auto refuse = [&one](const char* why) {
    throw std::invalid_argument{"issuer \"" + one.rules.issuer + "\": " + why};
  };
  if (one.rules.issuer.empty()) refuse("has no name");
  if (one.rules.audiences.empty()) refuse("has no audience");
  if (one.algorithms.empty()) refuse("has no algorithm");
  if (!one.keys) refuse("has no keys");
}

// What is left to know about a request once it has been judged.
struct judgement {
  core::error_code error;
  core::principal_ptr principal;
  unsigned retry_after = 1;
};

judgement refused(const core::error_code& error) {
  return {error, nullptr, 1};
}

// The order is of rising cost; nothing malformed reaches the network or the signature check.
async::task<judgement> judge(const http::context& ctx, const trust& trusted) {
  const auto text = bearer_token(ctx.request, ctx.target.query);
  if (text.has_error()) co_return refused(text.error());
  const auto token = jose::parse_token(*text, trusted.limits());
  if (token.has_error()) co_return refused(token.error());
  const auto name = token->issuer();
  if (!name) co_return refused(jose::errc::issuer_missing);
  const auto* issuer = trusted.find(*name);
  if (issuer == nullptr) co_return refused(jose::errc::issuer_unknown);
  if (const auto error = jose::check_header(*token, issuer->algorithms)) co_return refused(error);
  // check_header has made sure of it; asked again because what follows rests on it.
  const auto kid = token->kid();
  if (!kid) co_return refused(jose::errc::kid_missing);

  auto key = issuer->keys->try_key(*kid);
  if (!key) key = co_await issuer->keys->key_for(*kid, ctx.deadline);
  if (key->has_error()) {
    auto refusal = refused(key->error());
    if (refusal.error == errc::keys_unavailable) refusal.retry_after = issuer->keys->retry_after();
    co_return refusal;
  }
  core::error_code forged;
  if (trusted.check()) {
    forged = co_await trusted.check()(*token, ***key);
  } else {
    forged = jose::check_signature(*token, ***key);
  }
  if (forged) co_return refused(forged);
  auto principal = jose::check_claims(*token, issuer->rules, trusted.now());
  if (principal.has_error()) co_return refused(principal.error());
  co_return judgement{{}, std::make_shared<const core::principal>(std::move(*principal)), 1};
}

}  // namespace

trust::trust(std::vector<trusted_issuer> issuers, jose::token_limits limits, core::clock clock,
             signature_check check)
    : issuers_{std::move(issuers)},
      limits_{limits},
      clock_{std::move(clock)},
      check_{std::move(check)} {
  for (const auto& one : issuers_) {
    check_issuer(one);
    if (find(one.rules.issuer) != &one) {
      throw std::invalid_argument{"issuer \"" + one.rules.issuer + "\": is named twice"};
    }
  }
}

const trusted_issuer* trust::find(std::string_view issuer) const {
  const auto found =
      std::find_if(issuers_.begin(), issuers_.end(),
                   [issuer](const trusted_issuer& one) { return one.rules.issuer == issuer; });
  return found == issuers_.end() ? nullptr : &*found;
}

async::task<http::response> authenticate::operator()(http::context& ctx,
                                                     const http::handler& next) const {
  auto judged = co_await judge(ctx, *trusted);
  if (judged.error || !judged.principal) {
    ctx.reason = reason(judged.error);
    co_return challenge(judged.error, {.retry_after = judged.retry_after});
  }
  ctx.principal = std::move(judged.principal);
  co_return co_await next(ctx);
}

}  // namespace latchkey::auth
