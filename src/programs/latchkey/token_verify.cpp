#include "graph_token.hpp"
#include "show.hpp"
#include "token_commands.hpp"
#include "token_judgement.hpp"

#include <latchkey/core/file.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/scope_claims.hpp>
#include <latchkey/jose/verifier.hpp>

#include <memory>
#include <ostream>
#include <utility>

namespace latchkey::programs {
namespace {

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

token_rules rules_of(const verify_options& options) {
  token_rules made;
  made.claims.issuer = options.issuer;
  made.claims.audiences = options.audiences;
  made.claims.audience_claim = options.audience_claim;
  return made;
}

// What grants nothing is easily taken for granted.
void tell_of_no_scopes(std::string_view text, const token_rules& asked, const command_env& env) {
  const auto parsed = jose::parse_token(text, asked.limits);
  if (!parsed) return;
  for (const auto& path : asked.claims.scope_claims) {
    if (jose::scopes_of(parsed->claims(), {&path, 1}).all_read) continue;
    env.out << "\n           (in " << shown(path) << " there is what is no scope)";
  }
}

int judge(std::string_view text, const jose::key_set& keys, const token_rules& asked,
          core::wall_time now, const command_env& env) {
  const auto verdict = jose::verify(text, keys, asked.claims, asked.header, now, asked.limits);
  if (!verdict) {
    const auto why = explain_refusal(text, keys, asked, now);
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
  return keys ? judge(*text, *keys, token_rules_of(*config, *issuer), now, env) : exit_usage;
}

}  // namespace latchkey::programs
