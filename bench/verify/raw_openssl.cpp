#include "verify/raw_openssl.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <utility>

namespace latchkey::bench {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error{what};
}

// OpenSSL takes a signature of a curve in DER, a token has its two numbers in a row.
std::vector<unsigned char> in_der(std::span<const unsigned char> numbers) {
  const auto half = numbers.size() / 2;
  const auto free_pair = [](ECDSA_SIG* pair) { ECDSA_SIG_free(pair); };
  const std::unique_ptr<ECDSA_SIG, decltype(free_pair)> pair{ECDSA_SIG_new(), free_pair};
  auto* const r = BN_bin2bn(numbers.data(), static_cast<int>(half), nullptr);
  auto* const s = BN_bin2bn(numbers.data() + half, static_cast<int>(half), nullptr);
  require(pair && ECDSA_SIG_set0(pair.get(), r, s) == 1, "cannot convert a signature");
  unsigned char* raw = nullptr;
  const auto size = i2d_ECDSA_SIG(pair.get(), &raw);
  require(size > 0, "cannot convert a signature");
  std::vector<unsigned char> der(raw, raw + size);
  OPENSSL_free(raw);
  return der;
}

bool set_padding(EVP_PKEY_CTX* context, jose::algorithm algorithm) {
  switch (algorithm) {
    case jose::algorithm::ps256:
    case jose::algorithm::ps384:
    case jose::algorithm::ps512:
      return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
             EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
    default:
      return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  }
}

}  // namespace

raw_openssl::raw_openssl(std::shared_ptr<const token_set> load, std::size_t first)
    : load_{std::move(load)}, next_{first % load_->tokens.size()} {
  const auto algorithm = load_->kind.algorithm;
  for (const auto& key : load_->keys) keys_.push_back(prepare_key(*key, algorithm));
  for (const auto& token : load_->tokens) items_.push_back(item_of(token, algorithm));
  for (const auto& token : load_->bad) bad_.push_back(item_of(token, algorithm));
}

raw_openssl::item raw_openssl::item_of(const signed_token& token, jose::algorithm algorithm) {
  item made{token.key, {}, token.signature};
  const auto kind = jose::digest_of(algorithm);
  if (kind == jose::digest_kind::none) {
    made.signed_bytes.assign(token.signing_input.begin(), token.signing_input.end());
  } else {
    const auto digest = jose::digest(kind, token.signing_input);
    made.signed_bytes.assign(digest.bytes().begin(), digest.bytes().end());
  }
  const auto family = jose::family_of(algorithm);
  if (family == jose::key_family::p256 || family == jose::key_family::p384) {
    made.signature = in_der(token.signature);
  }
  return made;
}

raw_openssl::prepared_key raw_openssl::prepare_key(const jose::key& key,
                                                   jose::algorithm algorithm) {
  prepared_key made;
  const auto kind = jose::digest_of(algorithm);
  if (kind == jose::digest_kind::none) {
    made.whole_text.reset(EVP_MD_CTX_new());
    require(
        made.whole_text && EVP_DigestVerifyInit_ex(made.whole_text.get(), nullptr, nullptr, nullptr,
                                                   nullptr, key.native(), nullptr) == 1,
        "cannot prepare a key");
    return made;
  }
  made.context.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr));
  auto* const context = made.context.get();
  require(context != nullptr && EVP_PKEY_verify_init(context) == 1, "cannot prepare a key");
  require(jose::family_of(algorithm) != jose::key_family::rsa || set_padding(context, algorithm),
          "cannot prepare a key");
  require(EVP_PKEY_CTX_set_signature_md(context, jose::native_digest(kind)) == 1,
          "cannot prepare a key");
  return made;
}

bool raw_openssl::valid(const item& one) {
  const auto& key = keys_[one.key];
  if (key.context) {
    return EVP_PKEY_verify(key.context.get(), one.signature.data(), one.signature.size(),
                           one.signed_bytes.data(), one.signed_bytes.size()) == 1;
  }
  return EVP_DigestVerify(key.whole_text.get(), one.signature.data(), one.signature.size(),
                          one.signed_bytes.data(), one.signed_bytes.size()) == 1;
}

std::size_t raw_openssl::run(std::size_t iterations) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < iterations; ++i) {
    right += valid(items_[next_]) ? 1 : 0;
    if (++next_ == items_.size()) next_ = 0;
  }
  return right;
}

bool raw_openssl::refuses_bad() {
  const auto accepted = valid(bad_[next_bad_]);
  next_bad_ = (next_bad_ + 1) % bad_.size();
  ERR_clear_error();
  return !accepted;
}

}  // namespace latchkey::bench
