// An RSA key pair that signs tokens: for the development issuer, the benchmarks and the tests. Not
// for the server, which has no use for a private key of this kind.
#pragma once

#include <latchkey/jose/evp.hpp>

#include <string>
#include <string_view>

namespace latchkey::jose {

// What fails here throws std::runtime_error.
class signing_key {
 public:
  // Takes a second or so for large keys.
  static signing_key generate(unsigned bits, std::string kid);
  // An unencrypted PEM private key, PKCS#8 or PKCS#1. Throws if it is not an RSA key.
  static signing_key from_pem(std::string_view pem, std::string kid);

  const std::string& kid() const { return kid_; }
  // PKCS#8, unencrypted.
  std::string to_pem() const;
  // The public half as JWK text with kty, kid, use, alg, n and e.
  std::string public_jwk() const;

  // A compact JWS signed with RS256 whatever the header says; both texts are signed as they are.
  std::string sign(std::string_view header_json, std::string_view payload_json) const;
  // The same under {"alg":"RS256","typ":"JWT","kid":...}.
  std::string sign_claims(std::string_view payload_json) const;

 private:
  signing_key(evp_pkey pair, std::string kid);

  evp_pkey pair_;
  std::string kid_;
};

}  // namespace latchkey::jose
