#include "graph_token.hpp"
#include "show.hpp"
#include "token_commands.hpp"

#include <latchkey/app/issuer_rules.hpp>
#include <latchkey/core/file.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/scope_claims.hpp>
#include <latchkey/jose/verifier.hpp>

#include <algorithm>
#include <memory>
#include <ostream>
#include <sstream>
#include <utility>
#include <variant>

namespace latchkey::programs {
namespace {

// All that a token is held to.
struct rules {
  jose::claim_rules claims;
  jose::header_rules header;
  jose::token_limits limits;
};

std::shared_ptr<const jose::key_set> read_keys(const std::filesystem::path& path,
                                               const jose::key_set::limits& bounds,
                                               const command_env& env) {
  // Of a pipe, too: `--jwks <(curl ...)`.
  auto opened = core::open_file::open(path, true);
  const auto text = opened ? opened->read(bounds.bytes) : core::result<std::string>{opened.error()};
  const bool too_large = !text && text.error() == core::file_errc::too_large;
  if (!text && !too_large) {
    env.err << path.string() << ": " << core::fault_of_file(text.error()) << '\n';
    return nullptr;
  }
  core::result<std::shared_ptr<const jose::key_set>> keys = jose::errc::key_set_too_large;
  if (text) keys = jose::key_set::read(*text, bounds);
  if (keys) {
    for (const auto& one : (*keys)->skipped()) {
      env.err << path.string() << ": key " << shown(one.kid)
              << " is not used: " << jose::reason(one.why) << " (" << one.why.message() << ")\n";
    }
    for (const auto& one : (*keys)->noted()) {
      if (one.spelling.as_specified()) continue;
      env.err << path.string() << ": key " << shown(one.kid) << " is used, but not as RFC 7518 "
              << "writes it:";
      for (const auto remark : one.spelling.remarks()) env.err << ' ' << remark;
      env.err << '\n';
    }
    if ((*keys)->empty()) keys = jose::errc::no_usable_key;
  }
  if (!keys) {
    env.err << path.string() << ": not a usable JWK set: " << jose::reason(keys.error()) << " ("
            << keys.error().message() << ")\n";
    return nullptr;
  }
  return std::move(*keys);
}

// The issuer of a configuration whose tokens this one claims to be, as the server chooses it; null
// where there is none.
const app::issuer_config* choose_issuer(const app::config& config, const std::string& named,
                                        std::string_view token_text,
                                        const jose::token_limits& limits) {
  auto wanted = named;
  if (wanted.empty()) {
    const auto parsed = jose::parse_token(token_text, limits);
    // Refused by its form, whatever the issuer.
    if (!parsed) return &config.issuers.front();
    wanted = parsed->issuer().value_or("");
  }
  const auto found =
      std::find_if(config.issuers.begin(), config.issuers.end(), [&](const auto& one) {
        // Who asks may name a template; a token names a tenant.
        return (!named.empty() && one.issuer == wanted) ||
               jose::names_issuer(app::rules_of(one).claims, wanted);
      });
  return found == config.issuers.end() ? nullptr : &*found;
}

rules rules_of(const app::config& config, const app::issuer_config& issuer) {
  auto [claims, header] = app::rules_of(issuer);
  rules made{std::move(claims), header, {}};
  made.limits.bytes = config.server.limits.token_bytes;
  return made;
}

rules rules_of(const verify_options& options) {
  rules made;
  made.claims.issuer = options.issuer;
  made.claims.audiences = options.audiences;
  made.claims.audience_claim = options.audience_claim;
  return made;
}

struct refusal {
  std::string_view check;
  std::string advice;
};

std::string names(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ", ") + shown(one);
  return text;
}

std::string shown_value(const jose::claim_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return shown(*text);
  std::ostringstream out;
  out << std::boolalpha;
  std::visit([&out](const auto& one) { out << one; }, value);
  return out.str();
}

std::string names(const std::vector<jose::claim_value>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ", ") + shown_value(one);
  return text;
}

std::string header_advice(const core::error_code& error, const jose::token& parsed,
                          const rules& asked) {
  if (error == jose::errc::typ_not_accepted) return "the issuer's tokens must have another typ";
  return "the algorithm is " + shown(parsed.algorithm()) +
         ", accepted: " + names(asked.header.algorithms.names());
}

std::string key_advice(const core::error_code& error, const jose::token& parsed,
                       const jose::key_set& keys) {
  const auto algorithm = shown(parsed.algorithm());
  if (error == jose::errc::kid_missing) {
    return "the token names no key by kid, and the key set has several for " + algorithm;
  }
  if (error == jose::errc::key_alg_mismatch) {
    return "no key of that kid serves " + algorithm;
  }
  const auto kid = parsed.kid().value_or("");
  if (kid.empty())
    return "the token names no key by kid, and the key set has none for " + algorithm;
  auto has = names(keys.kids());
  if (keys.without_kid() > 0) {
    has += (has.empty() ? "" : " and ") + std::to_string(keys.without_kid()) + " without kid";
  }
  return "the token names " + shown(kid) + ", the key set has: " + has;
}

std::string required_advice(const rules& asked) {
  std::string text;
  for (const auto& one : asked.claims.required_claims) {
    text += (text.empty() ? "required: " : "; ") + names(one.names) +
            (one.values.empty() ? "" : " one of: " + names(one.values)) +
            (one.contains.empty() ? "" : " with one of these in it: " + names(one.contains));
  }
  return text;
}

std::string claims_advice(const core::error_code& error, const rules& asked, core::wall_time now) {
  if (error == jose::errc::claim_missing || error == jose::errc::claim_mismatch) {
    return required_advice(asked);
  }
  if (error == jose::errc::token_bound) {
    return "it is no plain bearer token: whoever sends it would have to prove that the key is "
           "theirs, which is not checked here; bound_tokens = \"ignore\" takes it all the same";
  }
  if (error == jose::errc::tenant_mismatch) {
    return "`tid` must be the tenant in `iss`, one of: " + names(asked.claims.tenants);
  }
  if (error == jose::errc::iat_missing || error == jose::errc::token_too_old) {
    return "by its `iat` a token may be " + std::to_string(asked.claims.max_token_age.count()) +
           " seconds old (max_token_age)";
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return "judged at " + date_text(seconds) + ", issuer " + shown(asked.claims.issuer) + ", " +
         asked.claims.audience_claim + " one of: " + names(asked.claims.audiences);
}

// Which check it was, by going through them as verify does. For the message only: the verdict is
// verify's.
refusal explain(std::string_view text, const jose::key_set& keys, const rules& asked,
                core::wall_time now) {
  const auto parsed = jose::parse_token(text, asked.limits);
  if (!parsed) return {"form", "token inspect shows what can be decoded"};
  const auto or_graph = [&parsed](std::string advice) {
    return looks_for_graph(*parsed) ? std::string{graph_advice} : std::move(advice);
  };
  const auto alg = jose::check_header(*parsed, asked.header);
  if (!alg) {
    return {"header", header_advice(alg.error(), *parsed, asked)};
  }
  const auto key = keys.choose(parsed->kid().value_or(""), *alg);
  if (!key) return {"key", or_graph(key_advice(key.error(), *parsed, keys))};
  if (jose::check_signature(*parsed, *alg, **key)) {
    return {"signature", or_graph("the token was changed, or another key signed it")};
  }
  if (jose::check_key_issuer(*parsed, **key, asked.claims)) {
    return {"key", "the key of that kid signs for: " + names((*key)->content().issuers)};
  }
  if (names_graph(*parsed)) return {"claims", std::string{graph_advice}};
  const auto verdict = jose::check_claims(*parsed, asked.claims, now);
  return {"claims", claims_advice(verdict ? core::error_code{} : verdict.error(), asked, now)};
}

// What grants nothing is easily taken for granted.
void tell_of_no_scopes(std::string_view text, const rules& asked, const command_env& env) {
  const auto parsed = jose::parse_token(text, asked.limits);
  if (!parsed) return;
  for (const auto& path : asked.claims.scope_claims) {
    if (jose::scopes_of(parsed->claims(), {&path, 1}).all_read) continue;
    env.out << "\n           (in " << shown(path) << " there is what is no scope)";
  }
}

int judge(std::string_view text, const jose::key_set& keys, const rules& asked, core::wall_time now,
          const command_env& env) {
  const auto verdict = jose::verify(text, keys, asked.claims, asked.header, now, asked.limits);
  if (!verdict) {
    const auto why = explain(text, keys, asked, now);
    env.err << "refused by the check of the " << why.check << ": " << jose::reason(verdict.error())
            << " (" << verdict.error().message() << ")\n  " << why.advice << '\n';
    return exit_refused;
  }
  const auto expiry =
      std::chrono::floor<std::chrono::seconds>(verdict->expiry.time_since_epoch()).count();
  env.out << "valid\n  issuer   " << shown(verdict->issuer) << "\n  subject  "
          << shown(verdict->subject) << "\n  scopes  ";
  for (const auto& scope : verdict->scopes.items()) env.out << ' ' << shown(scope);
  tell_of_no_scopes(text, asked, env);
  env.out << "\n  expires  " << date_text(expiry) << " (" << distance_text(expiry, now) << ")\n";
  return exit_ok;
}

}  // namespace

int verify_token(const verify_options& options, const command_env& env) {
  const auto text = read_token(options.token, env);
  if (!text) return exit_usage;
  const auto now =
      options.now ? core::wall_time{std::chrono::seconds{*options.now}} : env.clock.wall();
  if (options.config.file.empty()) {
    const auto keys = read_keys(options.jwks, {}, env);
    return keys ? judge(*text, *keys, rules_of(options), now, env) : exit_usage;
  }
  const auto config = load(options.config, env);
  if (!config) return exit_usage;
  jose::token_limits limits;
  limits.bytes = config->server.limits.token_bytes;
  const auto* issuer = choose_issuer(*config, options.issuer, *text, limits);
  if (!issuer) {
    const auto parsed = jose::parse_token(*text, limits);
    const bool missing = parsed && !parsed->issuer();
    env.err << "refused by the check of the issuer: "
            << (missing ? jose::reason(jose::errc::issuer_missing)
                        : jose::reason(jose::errc::issuer_unknown))
            << (missing ? ": the token names none\n" : ": the configuration has no such issuer\n");
    if (parsed && looks_for_graph(*parsed)) {
      env.err << "  " << graph_advice << '\n';
    }
    return exit_refused;
  }
  const auto keys = read_keys(options.jwks, issuer->cache.keys.limits, env);
  return keys ? judge(*text, *keys, rules_of(*config, *issuer), now, env) : exit_usage;
}

}  // namespace latchkey::programs
