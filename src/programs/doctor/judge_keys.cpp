#include "judge_keys.hpp"

#include "words.hpp"

#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace latchkey::doctor {
namespace {

// A key of the set serves it, whether or not it has a kid.
bool serves(const jose::key_set& keys, jose::algorithm one) {
  const auto kids = keys.kids();
  const bool named = std::any_of(kids.begin(), kids.end(), [&](const std::string& kid) {
    return keys.choose(kid, one).has_value();
  });
  // A set with several keys for it has none for a token without a kid.
  const auto sole = keys.choose("", one);
  return named || sole.has_value() || sole.error() == jose::errc::kid_missing;
}

std::vector<std::string> served(const jose::key_set& keys) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < jose::algorithm_count; ++i) {
    const auto one = static_cast<jose::algorithm>(i);
    if (serves(keys, one)) all.emplace_back(jose::name_of(one));
  }
  return all;
}

std::string count_text(const jose::key_set& keys) {
  const auto kids = keys.kids();
  auto text = std::to_string(keys.size()) + (keys.size() == 1 ? " key" : " keys");
  if (!kids.empty()) text += ", kid " + listed(kids);
  if (const auto none = keys.without_kid(); none != 0) {
    text += ", " + std::to_string(none) + " without kid";
  }
  return text;
}

finding judge_algorithms(const seen_keys& seen, const jose::key_set& keys) {
  const auto offered = served(keys);
  std::vector<std::string> usable;
  for (const auto& one : seen.algorithms) {
    if (std::find(offered.begin(), offered.end(), one) != offered.end()) usable.push_back(one);
  }
  const auto text = count_text(keys) + ", for " + listed(offered);
  if (usable.empty()) {
    return fault("keys", seen.subject,
                 text + "; configured: " + listed(seen.algorithms) + ", so no token is accepted",
                 "set algorithms of " + seen.subject +
                     " to those that the provider signs with (its tokens say which, in alg: "
                     "latchkey token inspect)");
  }
  return good("keys", seen.subject, text + "; accepted: " + listed(usable));
}

std::string status_advice(const seen_keys& seen) {
  const auto status = seen.outcome.status;
  if (status == 401 || status == 403) {
    return "the provider asks who is asking: an [[issuer.header]] with what it wants, or "
           "client_certificate";
  }
  if (status == 404 || status == 410) {
    return "correct jwks_uri, or leave it out where the provider has metadata (discovery)";
  }
  if (status / 100 == 3) {
    return "redirects are not followed: name the address where the keys are in the end";
  }
  return status / 100 == 5 ? "the provider itself fails: ask whoever runs it, and try again"
                           : "look whether that is the address of the provider's keys";
}

std::string failure_advice(const seen_keys& seen) {
  const auto& error = seen.outcome.error;
  if (error == auth::errc::metadata_issuer) {
    return "set issuer of " + seen.subject +
           " to exactly what the metadata names, which is what its tokens carry; if that is not "
           "yours, it is another provider's address";
  }
  if (error == auth::errc::metadata_keys_address) {
    return "the metadata leads to an address that is not taken: see allow_internal and allow_http, "
           "or set jwks_uri";
  }
  if (error == auth::errc::key_file)
    return "put the provider's JWK set there, readable by this user";
  using auth::fetch_result;
  switch (seen.outcome.result) {
    case fetch_result::status:
      return status_advice(seen);
    case fetch_result::invalid:
      return "that is no JWK set that can be used (RFC 7517): look at what is there (curl), and at "
             "jwks_uri";
    case fetch_result::timeout:
      return "the provider takes too long: look at what the lines above say of the way there, and "
             "at cache.total_timeout of " +
             seen.subject;
    default:
      return "see what the lines above say of the way there";
  }
}

std::string failure_text(const seen_keys& seen) {
  const auto& outcome = seen.outcome;
  auto text = "no keys from " + seen.source + ": " + outcome.error.message() + " (" +
              std::string{auth::reason(outcome.error)} + ')';
  // What is no error of the project's own has no reason word.
  if (auth::reason(outcome.error) == "internal_error") {
    text = "no keys from " + seen.source + ": " + outcome.error.message();
  }
  if (outcome.status != 0 && outcome.status != 200 && seen.last.found.empty()) {
    text += ", status " + std::to_string(outcome.status);
  }
  if (!seen.last.asked.empty() && seen.last.asked != seen.source) {
    text += "; asked: " + seen.last.asked;
  }
  if (!seen.last.found.empty()) text += "; found: " + seen.last.found;
  if (!seen.last.expected.empty()) text += "; expected: " + seen.last.expected;
  return text;
}

finding judge_skipped(const std::string& subject, const jose::key_set::skipped_key& one) {
  const auto name = one.kid.empty() ? std::string{"a key without kid"} : "the key " + one.kid;
  const auto text = name + " (" + one.kty + ") is not used: " + one.why.message() + " (" +
                    std::string{jose::reason(one.why)} + ')';
  // For encryption and the like: nobody means it for tokens.
  const bool meant = one.why != jose::errc::key_use_not_sig;
  if (!meant) return good("keys", subject, text);
  return warning("keys", subject, text,
                 "no token that names it is accepted; if the provider signs with it, whoever runs "
                 "it has to publish it as RFC 7517 has it");
}

}  // namespace

findings judge_keys(const seen_keys& seen) {
  findings all;
  const auto& outcome = seen.outcome;
  if (outcome.error || !outcome.keys) {
    all.push_back(fault("keys", seen.subject, failure_text(seen), failure_advice(seen)));
  } else {
    all.push_back(judge_algorithms(seen, *outcome.keys));
  }
  for (const auto& one : outcome.skipped) all.push_back(judge_skipped(seen.subject, one));
  return all;
}

findings judge_metadata(const std::string& subject, const std::string& configured,
                        const core::error_code& error, const auth::source_failure& last) {
  if (error != auth::errc::metadata_issuer) return {};
  return {warning("issuer", subject,
                  "the metadata of " + configured + " names another issuer: " + last.found,
                  "if the tokens name that one as well (latchkey token inspect), set issuer to it: "
                  "it is compared byte for byte")};
}

}  // namespace latchkey::doctor
