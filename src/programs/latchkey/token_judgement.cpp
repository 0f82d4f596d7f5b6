#include "token_judgement.hpp"

#include "graph_token.hpp"
#include "show.hpp"

#include <latchkey/app/issuer_rules.hpp>
#include <latchkey/jose/claim_path.hpp>
#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <sstream>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::programs {
namespace {

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
                          const token_rules& asked) {
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

std::string required_advice(const token_rules& asked) {
  std::string text;
  for (const auto& one : asked.claims.required_claims) {
    text += (text.empty() ? "required: " : "; ") + names(one.names) +
            (one.values.empty() ? "" : " one of: " + names(one.values)) +
            (one.contains.empty() ? "" : " with one of these in it: " + names(one.contains));
  }
  return text;
}

std::string rules_text(const token_rules& asked, core::wall_time now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  return "judged at " + date_text(seconds) + ", issuer " + shown(asked.claims.issuer) + ", " +
         asked.claims.audience_claim + " one of: " + names(asked.claims.audiences);
}

std::optional<std::int64_t> date_in(const jose::token& parsed, std::string_view name) {
  const auto claim = jose::find_claim(parsed.claims(), name);
  if (!claim) return std::nullopt;
  if (const auto whole = claim->integer()) return whole;
  constexpr double end_of_9999 = 253'402'300'799;
  const auto real = claim->real();
  if (!real || !(*real >= 0 && *real <= end_of_9999)) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

std::string moment(std::int64_t seconds, core::wall_time now) {
  return date_text(seconds) + " (" + distance_text(seconds, now) + ")";
}

// When the token ended, or begins, beside this machine's clock. A token that was made in the future
// shows that the clocks differ; that one was made long ago shows nothing.
std::string time_advice(const core::error_code& error, const jose::token& parsed,
                        const token_rules& asked, core::wall_time now) {
  const bool ended = error == jose::errc::expired;
  const auto when = date_in(parsed, ended ? "exp" : "nbf");
  const auto made = date_in(parsed, "iat");
  std::string text;
  if (when) text += (ended ? "it ended at " : "it begins at ") + moment(*when, now) + "; ";
  if (made) text += "it was made at " + moment(*made, now) + "; ";
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  text += "this machine's clock says " + date_text(seconds) + ", and clock_skew allows " +
          std::to_string(asked.claims.clock_skew.count()) + " s. ";
  if (made && *made > seconds) {
    text += "The token is of the future: this clock is at least " +
            std::to_string(*made - seconds) + " s behind the issuer's; set it. ";
  } else if (ended) {
    text +=
        "Get a new token; if this one is new, the clocks differ: latchkey doctor compares them. ";
  } else {
    text += "Wait, or compare the clocks: latchkey doctor. ";
  }
  return text + rules_text(asked, now);
}

// What the token names, beside what it would have to, and the two ways out.
std::string audience_advice(const jose::token& parsed, const token_rules& asked) {
  const auto& claim = asked.claims.audience_claim;
  const auto value = jose::find_claim(parsed.claims(), claim);
  std::vector<std::string> named;
  if (value && value->text()) named.emplace_back(*value->text());
  if (value && value->is_array()) {
    for (const auto& one : value->elements()) {
      if (one.text()) named.emplace_back(*one.text());
    }
  }
  return "it is for " + (named.empty() ? "nobody by " + claim : names(named)) +
         ". Have the client ask for a token of this API, or, if that name is this API's, add it to "
         "`audiences` of the issuer. ";
}

std::string claims_advice(const core::error_code& error, const jose::token& parsed,
                          const token_rules& asked, core::wall_time now) {
  if (error == jose::errc::expired || error == jose::errc::not_yet_valid ||
      error == jose::errc::issued_in_future) {
    return time_advice(error, parsed, asked, now);
  }
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
  if (error == jose::errc::audience_mismatch || error == jose::errc::audience_missing) {
    return audience_advice(parsed, asked) + rules_text(asked, now);
  }
  return rules_text(asked, now);
}

}  // namespace

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

token_rules token_rules_of(const app::config& config, const app::issuer_config& issuer) {
  auto [claims, header] = app::rules_of(issuer);
  token_rules made{std::move(claims), header, {}};
  made.limits.bytes = config.server.limits.token_bytes;
  return made;
}

token_refusal explain_refusal(std::string_view text, const jose::key_set& keys,
                              const token_rules& asked, core::wall_time now) {
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
  return {"claims",
          claims_advice(verdict ? core::error_code{} : verdict.error(), *parsed, asked, now)};
}

}  // namespace latchkey::programs
