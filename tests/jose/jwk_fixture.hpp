// A good RSA key as JWK, and changes of it.
#pragma once

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jwk.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <support/cases.hpp>
#include <support/mint.hpp>
#include <support/vectors.hpp>

#include <map>
#include <string>
#include <vector>

namespace latchkey::jose {

namespace json = boost::json;

inline json::object good_jwk() {
  return json::parse(support::issuer_key().public_jwk()).as_object();
}

inline json::object changed(json::object jwk, const json::object& change) {
  for (const auto& member : change) {
    if (member.value().is_null()) {
      jwk.erase(member.key());
    } else {
      jwk[member.key()] = member.value();
    }
  }
  return jwk;
}

inline json::object changed(const json::object& change) {
  return changed(good_jwk(), change);
}

inline std::string good_modulus() {
  const auto jwk = good_jwk();
  return *core::base64url_decode(std::string_view{jwk.at("n").as_string()});
}

inline std::string exponent(std::string_view bytes) {
  return core::base64url_encode(bytes);
}

using namespace std::string_view_literals;

// A modulus of that many bits which is odd, and of which nothing else is known.
inline std::string modulus_of(std::size_t bits) {
  std::string bytes((bits + 7) / 8, '\x5B');
  bytes.front() = static_cast<char>(1 << ((bits - 1) % 8));
  return core::base64url_encode(bytes);
}

// A good JWK of each family on a curve, to be changed.
inline json::object curve_jwk(algorithm by) {
  static const auto made = [] {
    std::map<algorithm, json::object> all;
    for (const auto one : {algorithm::es256, algorithm::es384, algorithm::eddsa}) {
      all[one] = json::parse(signing_key::generate(one, "c").public_jwk()).as_object();
    }
    return all;
  }();
  return made.at(by);
}

}  // namespace latchkey::jose
