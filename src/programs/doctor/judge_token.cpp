#include "judge_token.hpp"

#include "latchkey/graph_token.hpp"
#include "latchkey/show.hpp"
#include "latchkey/token_judgement.hpp"

#include <latchkey/core/principal.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace latchkey::doctor {
namespace {

using programs::shown;

std::string method_text(const app::route_config& route) {
  if (route.every_method) return "*";
  std::string text;
  for (const auto one : route.methods) {
    const auto name = boost::beast::http::to_string(one);
    text += (text.empty() ? "" : ",") + std::string{name.data(), name.size()};
  }
  return text;
}

finding judge_route(const app::route_config& route, const core::principal& of) {
  const auto subject = method_text(route) + ' ' + route.path;
  std::string missing;
  for (const auto& one : route.scopes) {
    if (!of.scopes.contains(one)) missing += (missing.empty() ? "" : " ") + one;
  }
  if (!missing.empty()) {
    return good("token", subject, "not opened: the token lacks the scope " + missing);
  }
  return good("token", subject,
              route.needs_certificate ? "opened, together with a client's certificate" : "opened");
}

findings accepted(const core::principal& of, const app::config& loaded, core::wall_time now) {
  const auto expiry =
      std::chrono::floor<std::chrono::seconds>(of.expiry.time_since_epoch()).count();
  std::string scopes;
  for (const auto& one : of.scopes.items()) scopes += ' ' + one;
  findings all{good("token", "",
                    "accepted: issuer " + shown(of.issuer) + ", subject " + shown(of.subject) +
                        (scopes.empty() ? ", no scopes" : ", scopes" + scopes) + ", until " +
                        programs::date_text(expiry) + " (" + programs::distance_text(expiry, now) +
                        ')')};
  for (const auto& route : loaded.routes) {
    if (!route.is_public) all.push_back(judge_route(route, of));
  }
  return all;
}

finding unknown_issuer(const app::config& loaded, const jose::token& parsed) {
  std::string known;
  for (const auto& one : loaded.issuers) known += (known.empty() ? "" : ", ") + shown(one.issuer);
  const auto named = parsed.issuer();
  return fault("token", "",
               named ? "refused: no [[issuer]] of the configuration is " + shown(*named) +
                           " (issuer_unknown); configured: " + known
                     : std::string{"refused: it names no issuer (issuer_missing)"},
               programs::looks_for_graph(parsed)
                   ? std::string{programs::graph_advice}
                   : "get a token of a configured issuer, or configure this one: iss is compared "
                     "byte for byte, a slash at the end as well");
}

}  // namespace

findings judge_token(std::string_view token, const app::config& loaded,
                     const std::vector<std::shared_ptr<const jose::key_set>>& keys,
                     core::wall_time now) {
  jose::token_limits limits;
  limits.bytes = loaded.server.limits.token_bytes;
  const auto parsed = jose::parse_token(token, limits);
  if (!parsed) {
    return {fault("token", "",
                  "refused by the check of the form: " + std::string{jose::reason(parsed.error())} +
                      " (" + parsed.error().message() + ')',
                  "latchkey token inspect shows what can be decoded of it")};
  }
  const auto* const issuer = programs::choose_issuer(loaded, "", token, limits);
  if (issuer == nullptr) return {unknown_issuer(loaded, *parsed)};
  const auto rules = programs::token_rules_of(loaded, *issuer);
  const auto& its = keys.at(static_cast<std::size_t>(issuer - loaded.issuers.data()));
  if (!its) {
    return {fault("token", "", "cannot be judged: the keys of " + issuer->issuer + " are not there",
                  "see what is said of these keys")};
  }
  const auto verdict = jose::verify(token, *its, rules.claims, rules.header, now, rules.limits);
  if (verdict) return accepted(*verdict, loaded, now);
  const auto why = programs::explain_refusal(token, *its, rules, now);
  return {fault("token", "",
                "refused by the check of the " + std::string{why.check} + ": " +
                    std::string{jose::reason(verdict.error())} + " (" + verdict.error().message() +
                    ')',
                why.advice)};
}

}  // namespace latchkey::doctor
