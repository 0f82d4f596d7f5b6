// One public key for checking signatures, made from a JWK (RFC 7517) and checked once, when it is
// loaded. RSA only for now. Not for private keys: those are in signing_key.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/evp.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::jose {

// What a JWK says, once its text has been checked, before anything is computed with its numbers.
struct jwk_content {
  std::string kid;                     // empty where the JWK has none
  std::string algorithm;               // the `alg` it states; empty where it states none
  std::vector<unsigned char> modulus;  // big-endian without leading zeros
  std::uint64_t exponent = 0;

  bool operator==(const jwk_content&) const = default;
};

// Accepts an RSA key (RFC 7518 section 6.3) of 2048 to 8192 bits, with an odd exponent from 3 to
// 2^32, whose `use` is absent or "sig", whose `key_ops` is absent or has "verify", and whose `alg`
// is absent or "RS256". Refused as well: `n` or `e` with padding, with bits left over or with a
// leading zero byte (section 6.3.1.1 asks for the fewest bytes, and a second spelling helps nobody
// but an attacker), and a JWK with private members in it: a key that has been published signs for
// everybody.
core::result<jwk_content> read_jwk(const boost::json::object& jwk);

// Immutable; any number of threads may use one at a time.
class key {
 public:
  // Asks OpenSSL whether the numbers make an RSA key: 3 ms for 2048 bits, 120 ms for 8192. It looks
  // for factors by chance, so a damaged modulus may pass at one time and fail at another. The
  // content is one that read_jwk gave.
  static core::result<key> load(jwk_content content);

  // The views are valid while the key lives.
  const jwk_content& content() const { return content_; }
  std::string_view kid() const { return content_.kid; }
  std::string_view algorithm() const { return content_.algorithm; }
  // A signature is as long as this.
  std::span<const unsigned char> modulus() const { return content_.modulus; }
  std::uint64_t exponent() const { return content_.exponent; }
  std::size_t modulus_bits() const;
  // A number no other key of this process has or will have: what is prepared for a key can be kept
  // under it without keeping the key.
  std::uint64_t identity() const { return identity_; }
  // For OpenSSL; owned by the key, not to be changed.
  EVP_PKEY* native() const { return native_.get(); }

 private:
  key(jwk_content content, evp_pkey native);

  jwk_content content_;
  evp_pkey native_;
  std::uint64_t identity_;
};

// read_jwk, then key::load.
core::result<key> parse_jwk(const boost::json::object& jwk);

}  // namespace latchkey::jose
