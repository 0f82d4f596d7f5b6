// Signed tokens and key sets for tests: every layer that judges a token is given one made here. Not
// for tokens that are wrong in their text: those tests write them out.
#pragma once

#include <latchkey/jose/signing_key.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace latchkey::support {

// One pair a process, since making one takes a tenth of a second: the issuer's key, kid "k1".
inline const jose::signing_key& issuer_key() {
  static const auto made = jose::signing_key::generate(2048, "k1");
  return made;
}

// A second pair, kid "k2": the key after a rotation, or somebody else's.
inline const jose::signing_key& second_key() {
  static const auto made = jose::signing_key::generate(2048, "k2");
  return made;
}

// What a minted token says. A member that is an empty text is left out of the claims.
struct minted {
  std::string issuer = "https://idp.example/";
  std::string audience = "account";
  std::string subject = "user1";
  std::string scope = "example:note:read";
  std::int64_t issued_at = 1'795'434'824;  // where manual_clock starts
  std::int64_t lifetime = 3600;            // seconds
};

// The claims as JSON, in the order iss, sub, aud, iat, exp, scope; `more` is added after them.
inline std::string claims_json(const minted& says = {}, const boost::json::object& more = {}) {
  boost::json::object claims;
  const auto put = [&claims](std::string_view name, const std::string& value) {
    if (!value.empty()) claims[boost::json::string_view{name.data(), name.size()}] = value;
  };
  put("iss", says.issuer);
  put("sub", says.subject);
  put("aud", says.audience);
  claims["iat"] = says.issued_at;
  claims["exp"] = says.issued_at + says.lifetime;
  put("scope", says.scope);
  for (const auto& member : more) claims[member.key()] = member.value();
  return boost::json::serialize(claims);
}

// A token that is right in every respect but what `says` makes wrong.
inline std::string mint(const minted& says = {}, const jose::signing_key& key = issuer_key()) {
  return key.sign_claims(claims_json(says));
}

// A key set document of these keys' public halves.
inline std::string jwks(std::initializer_list<const jose::signing_key*> keys) {
  std::string text = R"({"keys":[)";
  for (const auto* key : keys) {
    if (text.back() == '}') text += ',';
    text += key->public_jwk();
  }
  return text + "]}";
}

inline std::string jwks(const jose::signing_key& key = issuer_key()) {
  return jwks({&key});
}

}  // namespace latchkey::support
