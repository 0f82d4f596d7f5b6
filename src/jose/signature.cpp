#include "error_mark.hpp"
#include "rsa_public.hpp"

#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/evp.hpp>
#include <latchkey/jose/signature.hpp>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

namespace latchkey::jose {
namespace {

using bytes = std::span<const unsigned char>;

int padding_of(algorithm alg) {
  const auto pss = alg == algorithm::ps256 || alg == algorithm::ps384 || alg == algorithm::ps512;
  return pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
}

// RFC 7518 section 3.5: the mask is made with the same hash, and the salt is as long as its value.
bool prepare_rsa(EVP_PKEY_CTX* context, algorithm alg, const EVP_MD* md) {
  if (EVP_PKEY_CTX_set_rsa_padding(context, padding_of(alg)) != 1) return false;
  if (padding_of(alg) != RSA_PKCS1_PSS_PADDING) return true;
  return EVP_PKEY_CTX_set_rsa_mgf1_md(context, md) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

evp_pkey_context prepare(algorithm alg, const key& key) {
  const auto* md = native_digest(digest_of(alg));
  evp_pkey_context context{EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr)};
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      (key.family() == key_family::rsa && !prepare_rsa(context.get(), alg, md)) ||
      EVP_PKEY_CTX_set_signature_md(context.get(), md) != 1) {
    throw std::bad_alloc{};
  }
  return context;
}

// What one thread keeps between calls. A context holds its own reference to OpenSSL's key, and is
// found by the algorithm and the identity of our key, which is never used twice; so a context can
// neither outlive what it needs nor be taken for another's.
class workplace {
 public:
  EVP_PKEY_CTX* context_for(algorithm alg, const key& key) {
    auto& place = places_[(key.identity() + static_cast<std::size_t>(alg)) % places_.size()];
    if (place.identity != key.identity() || place.serves != alg) {
      place.identity = 0;
      place.context = prepare(alg, key);
      place.serves = alg;
      place.identity = key.identity();
    }
    return place.context.get();
  }

 private:
  struct prepared {
    std::uint64_t identity = 0;  // of no key
    algorithm serves{};
    evp_pkey_context context;
  };

  std::array<prepared, 16> places_;
};

workplace& here() {
  thread_local workplace mine;
  return mine;
}

core::error_code to_error(bool valid) {
  return valid ? core::error_code{} : make_error_code(errc::bad_signature);
}

bool verify_digest(algorithm alg, const key& key, bytes digest, bytes signature) {
  return EVP_PKEY_verify(here().context_for(alg, key), signature.data(), signature.size(),
                         digest.data(), digest.size()) == 1;
}

// PKCS#1 v1.5 without EVP where the key allows it, which gives the same answers sooner; null where
// it does not.
const rsa_public* quick_for(algorithm alg, const key& key) {
  return padding_of(alg) == RSA_PKCS1_PADDING ? key.quick() : nullptr;
}

bool verify_rsa(algorithm alg, const key& key, bytes digest, bytes signature,
                const rsa_single_kernel* single) {
  if (const auto* const quick = quick_for(alg, key)) {
    return quick->verifies(digest_of(alg), digest, signature, single);
  }
  const error_mark mark;
  return verify_digest(alg, key, digest, signature);
}

// The two numbers of an ECDSA signature as OpenSSL takes them: a SEQUENCE of two INTEGERs in DER.
class der_signature {
 public:
  explicit der_signature(bytes both) {
    put(both.first(both.size() / 2));
    put(both.last(both.size() / 2));
    room_[1] = static_cast<unsigned char>(size_ - 2);
  }

  bytes encoded() const { return {room_.data(), size_}; }

 private:
  void put(bytes number) {
    while (number.size() > 1 && number.front() == 0) number = number.subspan(1);
    const std::size_t sign = number.front() >> 7;  // a zero byte keeps the number positive
    room_[size_++] = 0x02;
    room_[size_++] = static_cast<unsigned char>(number.size() + sign);
    if (sign != 0) room_[size_++] = 0;
    std::copy(number.begin(), number.end(), room_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += number.size();
  }

  static constexpr std::size_t max_number_bytes = 48 + 1;
  // Short enough for one byte of length each.
  std::array<unsigned char, 2 + 2 * (2 + max_number_bytes)> room_{0x30};
  std::size_t size_ = 2;
};

// With a context of its own each time: one that is given another key keeps the first one in
// silence, and making it takes a fiftieth of the time of the check.
bool verify_text(const key& key, std::string_view text, bytes signature) {
  const evp_digest_context context{EVP_MD_CTX_new()};
  if (!context || EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr,
                                          key.native(), nullptr) != 1) {
    throw std::bad_alloc{};
  }
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace

core::error_code verify_signature(algorithm alg, const key& key, std::string_view signing_input,
                                  std::span<const unsigned char> signature,
                                  const rsa_single_kernel* single) {
  if (key.family() != family_of(alg)) return errc::key_alg_mismatch;
  if (signature.size() != key.signature_size()) return errc::bad_signature;
  if (key.family() == key_family::rsa) {
    const auto value = digest(digest_of(alg), signing_input);
    return to_error(verify_rsa(alg, key, value.bytes(), signature, single));
  }
  const error_mark mark;
  if (alg == algorithm::eddsa) return to_error(verify_text(key, signing_input, signature));
  const auto value = digest(digest_of(alg), signing_input);
  const der_signature der{signature};
  return to_error(verify_digest(alg, key, value.bytes(), der.encoded()));
}

core::error_code verify_rs256_digest(const key& key, std::span<const unsigned char, 32> digest,
                                     std::span<const unsigned char> signature,
                                     const rsa_single_kernel* single) {
  if (key.family() != key_family::rsa) return errc::key_alg_mismatch;
  if (signature.size() != key.signature_size()) return errc::bad_signature;
  return to_error(verify_rsa(algorithm::rs256, key, digest, signature, single));
}

bool fits_single(algorithm alg, const key& key) {
  if (key.family() != key_family::rsa || family_of(alg) != key_family::rsa) return false;
  const auto* const quick = quick_for(alg, key);
  return quick != nullptr && quick->single() != nullptr;
}

}  // namespace latchkey::jose
