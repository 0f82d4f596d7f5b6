#include "error_mark.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/signing_key.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

struct other_delete {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(BIGNUM* number) const noexcept { BN_clear_free(number); }
};
using bio_ptr = std::unique_ptr<BIO, other_delete>;
using bignum = std::unique_ptr<BIGNUM, other_delete>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error{what};
}

// A number of the public key, as a JWK writes it.
std::string member(const EVP_PKEY* pair, const char* name) {
  BIGNUM* raw = nullptr;
  require(EVP_PKEY_get_bn_param(pair, name, &raw) == 1, "cannot read the public key");
  const bignum number{raw};
  std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return core::base64url_encode(bytes);
}

std::vector<unsigned char> sign_rs256(EVP_PKEY* pair, std::string_view text) {
  const evp_digest_context context{EVP_MD_CTX_new()};
  require(context != nullptr && EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr,
                                                      nullptr, pair, nullptr) == 1,
          "cannot prepare to sign");
  const auto* data = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, data, text.size()) == 1, "cannot sign");
  std::vector<unsigned char> signature(size);
  require(EVP_DigestSign(context.get(), signature.data(), &size, data, text.size()) == 1,
          "cannot sign");
  signature.resize(size);
  return signature;
}

// A PEM file under a pass phrase is refused rather than asked for at the terminal.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

signing_key::signing_key(evp_pkey pair, std::string kid)
    : pair_{std::move(pair)}, kid_{std::move(kid)} {}

signing_key signing_key::generate(unsigned bits, std::string kid) {
  const error_mark mark;
  evp_pkey pair{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits})};
  require(pair != nullptr, "cannot make an RSA key");
  return {std::move(pair), std::move(kid)};
}

signing_key signing_key::from_pem(std::string_view pem, std::string kid) {
  const error_mark mark;
  const bio_ptr input{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  require(input != nullptr, "cannot read the PEM text");
  evp_pkey pair{PEM_read_bio_PrivateKey(input.get(), nullptr, no_pass_phrase, nullptr)};
  require(pair != nullptr, "not an unencrypted PEM private key");
  require(EVP_PKEY_is_a(pair.get(), "RSA") == 1, "not an RSA key");
  return {std::move(pair), std::move(kid)};
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
  return boost::json::serialize(boost::json::object{
      {"kty", "RSA"},
      {"kid", kid_},
      {"use", "sig"},
      {"alg", "RS256"},
      {"n", member(pair_.get(), OSSL_PKEY_PARAM_RSA_N)},
      {"e", member(pair_.get(), OSSL_PKEY_PARAM_RSA_E)},
  });
}

std::string signing_key::sign(std::string_view header_json, std::string_view payload_json) const {
  const error_mark mark;
  auto text = core::base64url_encode(header_json) + '.' + core::base64url_encode(payload_json);
  const auto signature = sign_rs256(pair_.get(), text);
  return text + '.' + core::base64url_encode(signature);
}

std::string signing_key::sign_claims(std::string_view payload_json) const {
  const boost::json::object header{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", kid_}};
  return sign(boost::json::serialize(header), payload_json);
}

}  // namespace latchkey::jose
