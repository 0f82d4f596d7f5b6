#include "bignum.hpp"
#include "error_mark.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/digest.hpp>
#include <latchkey/jose/signing_key.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

struct other_delete {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(ECDSA_SIG* signature) const noexcept { ECDSA_SIG_free(signature); }
};
using bio_ptr = std::unique_ptr<BIO, other_delete>;
using ecdsa_signature = std::unique_ptr<ECDSA_SIG, other_delete>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error{what};
}

using bytes = std::vector<unsigned char>;

// A number of the public key, big-endian, in `size` bytes or in the fewest.
bytes number(const EVP_PKEY* pair, const char* name, int size = 0) {
  BIGNUM* raw = nullptr;
  require(EVP_PKEY_get_bn_param(pair, name, &raw) == 1, "cannot read the public key");
  const bignum value{raw};
  bytes written(static_cast<std::size_t>(size != 0 ? size : BN_num_bytes(value.get())));
  require(BN_bn2binpad(value.get(), written.data(), static_cast<int>(written.size())) >= 0,
          "cannot write the public key");
  return written;
}

key_family family_of(const EVP_PKEY* pair) {
  if (EVP_PKEY_is_a(pair, "RSA") == 1) return key_family::rsa;
  if (EVP_PKEY_is_a(pair, "ED25519") == 1) return key_family::ed25519;
  std::array<char, 32> group{};
  if (EVP_PKEY_is_a(pair, "EC") == 1 &&
      EVP_PKEY_get_group_name(pair, group.data(), group.size(), nullptr) == 1) {
    if (group.data() == std::string_view{SN_X9_62_prime256v1}) return key_family::p256;
    if (group.data() == std::string_view{SN_secp384r1}) return key_family::p384;
  }
  throw std::runtime_error{"not an RSA, P-256, P-384 or Ed25519 key"};
}

const char* type_of(key_family family) {
  return family == key_family::rsa ? "RSA" : family == key_family::ed25519 ? "OKP" : "EC";
}

bytes raw_point(const EVP_PKEY* pair) {
  bytes point(32);
  auto size = point.size();
  require(EVP_PKEY_get_raw_public_key(pair, point.data(), &size) == 1,
          "cannot read the public key");
  return point;
}

// Of those that a key can serve, the one it signs by where nobody has chosen.
algorithm first_of(key_family family) {
  switch (family) {
    case key_family::rsa:
      return algorithm::rs256;
    case key_family::p256:
      return algorithm::es256;
    case key_family::p384:
      return algorithm::es384;
    case key_family::ed25519:
      return algorithm::eddsa;
  }
  throw std::runtime_error{"no such family of keys"};
}

evp_pkey make_pair(key_family family, std::size_t rsa_bits) {
  switch (family) {
    case key_family::rsa:
      return evp_pkey{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", rsa_bits)};
    case key_family::p256:
      return evp_pkey{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
    case key_family::p384:
      return evp_pkey{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384")};
    case key_family::ed25519:
      return evp_pkey{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  }
  return nullptr;
}

bool is_pss(algorithm alg) {
  return alg == algorithm::ps256 || alg == algorithm::ps384 || alg == algorithm::ps512;
}

// As OpenSSL gives it; of ECDSA, in DER.
bytes sign_text(EVP_PKEY* pair, algorithm alg, std::string_view text) {
  const auto* md = digest_of(alg) == digest_kind::none ? nullptr : native_digest(digest_of(alg));
  const evp_digest_context context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* options = nullptr;
  require(
      context != nullptr && EVP_DigestSignInit_ex(context.get(), &options,
                                                  md != nullptr ? EVP_MD_get0_name(md) : nullptr,
                                                  nullptr, nullptr, pair, nullptr) == 1,
      "cannot prepare to sign");
  require(!is_pss(alg) || (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                           EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1),
          "cannot prepare to sign");
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1, "cannot sign");
  bytes signature(size);
  require(EVP_DigestSign(context.get(), signature.data(), &size, data, text.size()) == 1,
          "cannot sign");
  signature.resize(size);
  return signature;
}

int field_size(key_family curve) {
  return curve == key_family::p384 ? 48 : 32;
}

// The two numbers of a signature in DER, one after the other (RFC 7518 section 3.4).
bytes both_numbers(const bytes& der, int size) {
  const auto* from = der.data();
  const ecdsa_signature read{d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size()))};
  require(read != nullptr, "cannot read the signature");
  bytes both(2 * static_cast<std::size_t>(size));
  require(BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), both.data(), size) == size &&
              BN_bn2binpad(ECDSA_SIG_get0_s(read.get()), both.data() + size, size) == size,
          "cannot write the signature");
  return both;
}

// A PEM file under a pass phrase is refused rather than asked for at the terminal.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

signing_key::signing_key(evp_pkey pair, algorithm signs_by, std::string kid)
    : pair_{std::move(pair)}, signs_by_{signs_by}, kid_{std::move(kid)} {}

signing_key signing_key::generate(unsigned bits, std::string kid) {
  const error_mark mark;
  auto pair = make_pair(key_family::rsa, bits);
  require(pair != nullptr, "cannot make an RSA key");
  return {std::move(pair), algorithm::rs256, std::move(kid)};
}

signing_key signing_key::generate(algorithm alg, std::string kid) {
  const error_mark mark;
  auto pair = make_pair(jose::family_of(alg), 2048);
  require(pair != nullptr, "cannot make a key");
  return {std::move(pair), alg, std::move(kid)};
}

signing_key signing_key::from_pem(std::string_view pem, std::string kid) {
  const error_mark mark;
  const bio_ptr input{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  require(input != nullptr, "cannot read the PEM text");
  evp_pkey pair{PEM_read_bio_PrivateKey(input.get(), nullptr, no_pass_phrase, nullptr)};
  require(pair != nullptr, "not an unencrypted PEM private key");
  const auto alg = first_of(family_of(pair.get()));
  return {std::move(pair), alg, std::move(kid)};
}

std::string signing_key::to_pem() const {
  const error_mark mark;
  const bio_ptr output{BIO_new(BIO_s_mem())};
  require(output != nullptr && PEM_write_bio_PKCS8PrivateKey(output.get(), pair_.get(), nullptr,
                                                             nullptr, 0, nullptr, nullptr) == 1,
          "cannot write the key");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(output.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string signing_key::public_jwk() const {
  const auto family = jose::family_of(signs_by_);
  boost::json::object jwk{
      {"kty", type_of(family)}, {"kid", kid_}, {"use", "sig"}, {"alg", name_of(signs_by_)}};
  const auto put = [&jwk](const char* name, const bytes& value) {
    jwk[name] = core::base64url_encode(value);
  };
  if (family == key_family::rsa) {
    put("n", number(pair_.get(), OSSL_PKEY_PARAM_RSA_N));
    put("e", number(pair_.get(), OSSL_PKEY_PARAM_RSA_E));
  } else if (family == key_family::ed25519) {
    jwk["crv"] = "Ed25519";
    put("x", raw_point(pair_.get()));
  } else {
    jwk["crv"] = family == key_family::p256 ? "P-256" : "P-384";
    put("x", number(pair_.get(), OSSL_PKEY_PARAM_EC_PUB_X, field_size(family)));
    put("y", number(pair_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, field_size(family)));
  }
  return boost::json::serialize(jwk);
}

std::string signing_key::sign(std::string_view header_json, std::string_view payload_json) const {
  return sign_by(signs_by_, header_json, payload_json);
}

std::string signing_key::sign_by(algorithm alg, std::string_view header_json,
                                 std::string_view payload_json) const {
  const error_mark mark;
  const auto family = jose::family_of(alg);
  require(family == jose::family_of(signs_by_), "the key is of another family");
  auto text = core::base64url_encode(header_json) + '.' + core::base64url_encode(payload_json);
  auto signature = sign_text(pair_.get(), alg, text);
  if (family == key_family::p256 || family == key_family::p384) {
    signature = both_numbers(signature, field_size(family));
  }
  return text + '.' + core::base64url_encode(signature);
}

std::string signing_key::sign_claims(std::string_view payload_json) const {
  const boost::json::object header{{"alg", name_of(signs_by_)}, {"typ", "JWT"}, {"kid", kid_}};
  return sign(boost::json::serialize(header), payload_json);
}

}  // namespace latchkey::jose
