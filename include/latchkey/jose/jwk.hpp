// One public key for checking signatures, made from a JWK (RFC 7517) and checked once, when it is
// loaded: RSA, the curves P-256 and P-384, Ed25519. Not for private keys: those are in signing_key.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/evp.hpp>
#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/rsa_single.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace latchkey::jose {

struct rsa_numbers {
  std::vector<unsigned char> modulus;  // big-endian without leading zeros
  std::uint64_t exponent = 0;

  bool operator==(const rsa_numbers&) const = default;
};

// A point of P-256, P-384 (both coordinates, each of the size of the field, big-endian) or of
// Ed25519 (the 32 bytes of RFC 8032 as they are).
struct curve_point {
  key_family curve = key_family::p256;
  std::vector<unsigned char> bytes;

  bool operator==(const curve_point&) const = default;
};

using key_numbers = std::variant<rsa_numbers, curve_point>;

// The content of a JWK whose text has been checked, but not its numbers.
struct jwk_content {
  std::string kid;           // empty where the JWK has none
  algorithm_set algorithms;  // the `alg` it states; where it states none, all of its family
  key_numbers numbers;
  // The issuers it signs for, if the JWK lists them: names, or templates of names
  // (jose/issuer_template). A member of Entra, not of a standard.
  std::vector<std::string> issuers = {};

  bool operator==(const jwk_content&) const = default;
  key_family family() const;
};

// Deviations from RFC 7518 in the encoding of the numbers of an accepted JWK. Some providers have
// them, and the number is unambiguous. In a token none of them is accepted.
struct jwk_spelling {
  bool padding = false;            // base64url with `=` at its end (section 2)
  bool leading_zeros = false;      // `n` or `e` in more bytes than it needs (section 6.3.1)
  bool coordinate_length = false;  // `x` or `y` not as long as the field (section 6.2.1.2)

  bool as_specified() const { return *this == jwk_spelling{}; }
  // The names of those that are set, for logs. Static storage.
  std::vector<std::string_view> remarks() const;
  bool operator==(const jwk_spelling&) const = default;
};

// Accepts, with `use` absent, "sig" or "jwt-svid" (a key of a SPIFFE bundle that signs tokens), and
// `key_ops` absent or with "verify",
// - an RSA key (RFC 7518 section 6.3) of 2048 to 8192 bits, with an odd exponent from 3 to 2^32;
// - an EC key (section 6.2) whose `crv` is "P-256" or "P-384";
// - an OKP key (RFC 8037) whose `crv` is "Ed25519".
// `alg` is absent or one of the algorithms of the key's family: a key serves no other. A member
// that is null, an empty string or an empty array says nothing, and counts as absent. Refused as
// well: numbers in anything but base64url, or with bits left over, and a JWK with private members
// in it, of whatever type: a key that has been published signs for everybody. Where the key is
// taken, `spelling` tells how its numbers are written, unless it is null.
core::result<jwk_content> read_jwk(const boost::json::object& jwk,
                                   jwk_spelling* spelling = nullptr);

// The part of a JWK that identifies its private half, whatever else is wrong with it: `n` of RSA,
// `x` of a curve, big-endian without leading zeros; empty where there is none. Whoever knows the
// factors of a modulus, or the number behind an `x`, needs neither `e` nor `y`.
struct public_half {
  std::vector<unsigned char> modulus;
  std::vector<unsigned char> x;
};
public_half read_public_half(const boost::json::object& jwk);
bool is_half_of(const public_half& half, const key_numbers& numbers);

// Whether key::load has OpenSSL look at the numbers.
enum class number_check : std::uint8_t {
  made,     // now
  trusted,  // the same numbers have been found sound before
};

class rsa_public;

// Immutable; any number of threads may use one at a time.
class key {
 public:
  // Whether the numbers make a key: OpenSSL tells for RSA (3 ms for 2048 bits, 120 ms for 8192; it
  // looks for factors by chance, so a damaged modulus may pass at one time and fail at another) and
  // whether a point is on its curve. Of Ed25519 the points of small order are refused, for which
  // anybody can make signatures. The content is one that read_jwk gave.
  // `trusted` spares the check of an RSA key, which is the one that takes long. The
  // processor's kernels for single signatures are tried with the key.
  static core::result<key> load(jwk_content content, number_check check = number_check::made);
  // With those kernels in their place.
  static core::result<key> load_trying(rsa_single_kernels tried, jwk_content content,
                                       number_check check = number_check::made);

  // The views are valid while the key lives.
  const jwk_content& content() const { return content_; }
  std::string_view kid() const { return content_.kid; }
  key_family family() const { return family_; }
  bool serves(algorithm one) const { return content_.algorithms.contains(one); }
  // How many bytes each of its signatures has.
  std::size_t signature_size() const { return signature_size_; }
  // Of an RSA key; empty, 0 and 0 for every other.
  std::span<const unsigned char> modulus() const;
  std::uint64_t exponent() const;
  std::size_t modulus_bits() const;
  // A number no other key of this process has or will have: what is prepared for a key can be kept
  // under it without keeping the key.
  std::uint64_t identity() const { return identity_; }
  // For OpenSSL; owned by the key, not to be changed.
  EVP_PKEY* native() const { return native_.get(); }
  // For rsa_batch_verify, of RS256 only; null where it has no path for the key. Owned by the key.
  const rsa_batch_key* batch() const { return batch_.get(); }
  // For verify_signature; null where it goes through native(). Owned by the key.
  const rsa_public* quick() const { return quick_.get(); }
  // The kernel for single signatures found another power than OpenSSL, which does its work, then.
  bool kernel_is_wrong() const;

 private:
  key(jwk_content content, evp_pkey native, rsa_single_kernels tried);

  jwk_content content_;
  key_family family_;
  std::size_t signature_size_;
  evp_pkey native_;
  std::unique_ptr<const rsa_batch_key> batch_;
  std::shared_ptr<const rsa_public> quick_;
  std::uint64_t identity_;
};

// read_jwk, then key::load.
core::result<key> parse_jwk(const boost::json::object& jwk);

}  // namespace latchkey::jose
