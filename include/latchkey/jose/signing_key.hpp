// A key pair that signs tokens: for the development issuer, the benchmarks and the tests. Not for
// the server, which has no use for a private key of this kind.
#pragma once

#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/evp.hpp>

#include <string>
#include <string_view>

namespace latchkey::jose {

// Failures throw std::runtime_error.
class signing_key {
 public:
  // RSA, for RS256. Takes a second or so for large keys.
  static signing_key generate(unsigned bits, std::string kid);
  // A key for that algorithm; of RSA, one of 2048 bits.
  static signing_key generate(algorithm alg, std::string kid);
  // An unencrypted PEM private key, PKCS#8 or of its own kind: RSA (for RS256), P-256, P-384 or
  // Ed25519. Throws for any other.
  static signing_key from_pem(std::string_view pem, std::string kid);

  const std::string& kid() const { return kid_; }
  // The one it signs by unless it is told another.
  algorithm signs_by() const { return signs_by_; }
  // PKCS#8, unencrypted.
  std::string to_pem() const;
  // The public half as JWK text with kty, kid, use, alg and the numbers.
  std::string public_jwk() const;

  // A compact JWS, signed by signs_by() whatever the header says; both texts are signed as they
  // are.
  std::string sign(std::string_view header_json, std::string_view payload_json) const;
  // The same by an algorithm of the key's family. Throws if it is of another.
  std::string sign_by(algorithm alg, std::string_view header_json,
                      std::string_view payload_json) const;
  // The same as sign under {"alg":...,"typ":"JWT","kid":...}.
  std::string sign_claims(std::string_view payload_json) const;

 private:
  signing_key(evp_pkey pair, algorithm signs_by, std::string kid);

  evp_pkey pair_;
  algorithm signs_by_;
  std::string kid_;
};

}  // namespace latchkey::jose
