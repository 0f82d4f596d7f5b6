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

int padding_of(algorithm one) {
  const auto pss = one == algorithm::ps256 || one == algorithm::ps384 || one == algorithm::ps512;
  return pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
}

// RFC 7518 section 3.5: the mask is made with the same hash, and the salt is as long as its value.
bool prepare_rsa(EVP_PKEY_CTX* context, algorithm one, const EVP_MD* md) {
  if (EVP_PKEY_CTX_set_rsa_padding(context, padding_of(one)) != 1) return false;
  if (padding_of(one) != RSA_PKCS1_PSS_PADDING) return true;
  return EVP_PKEY_CTX_set_rsa_mgf1_md(context, md) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

evp_pkey_context prepare(algorithm one, const key& by) {
  const auto* md = native_digest(digest_of(one));
  evp_pkey_context context{EVP_PKEY_CTX_new_from_pkey(nullptr, by.native(), nullptr)};
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      (by.family() == key_family::rsa && !prepare_rsa(context.get(), one, md)) ||
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
  EVP_PKEY_CTX* context_for(algorithm one, const key& by) {
    auto& place = places_[(by.identity() + static_cast<std::size_t>(one)) % places_.size()];
    if (place.identity != by.identity() || place.serves != one) {
      place.identity = 0;
      place.context = prepare(one, by);
      place.serves = one;
      place.identity = by.identity();
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

core::error_code verdict(bool valid) {
  return valid ? core::error_code{} : make_error_code(errc::bad_signature);
}

bool verify_digest(algorithm one, const key& by, bytes digest, bytes signature) {
  return EVP_PKEY_verify(here().context_for(one, by), signature.data(), signature.size(),
                         digest.data(), digest.size()) == 1;
}

// PKCS#1 v1.5 without EVP where the key allows it, which gives the same answers sooner.
bool verify_rsa(algorithm one, const key& by, bytes digest, bytes signature) {
  const auto* const quick = padding_of(one) == RSA_PKCS1_PADDING ? by.quick() : nullptr;
  if (quick != nullptr) return quick->verifies(digest_of(one), digest, signature);
  const error_mark mark;
  return verify_digest(one, by, digest, signature);
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

  static constexpr std::size_t most_number_bytes = 48 + 1;
  // Short enough for one byte of length each.
  std::array<unsigned char, 2 + 2 * (2 + most_number_bytes)> room_{0x30};
  std::size_t size_ = 2;
};

// With a context of its own each time: one that is given another key keeps the first one in
// silence, and making it takes a fiftieth of the time of the check.
bool verify_text(const key& by, std::string_view text, bytes signature) {
  const evp_digest_context context{EVP_MD_CTX_new()};
  if (!context || EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr,
                                          by.native(), nullptr) != 1) {
    throw std::bad_alloc{};
  }
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace

core::error_code verify_signature(algorithm by_algorithm, const key& by,
                                  std::string_view signing_input,
                                  std::span<const unsigned char> signature) {
  if (by.family() != family_of(by_algorithm)) return errc::key_alg_mismatch;
  if (signature.size() != by.signature_size()) return errc::bad_signature;
  if (by.family() == key_family::rsa) {
    const auto value = digest(digest_of(by_algorithm), signing_input);
    return verdict(verify_rsa(by_algorithm, by, value.bytes(), signature));
  }
  const error_mark mark;
  if (by_algorithm == algorithm::eddsa) return verdict(verify_text(by, signing_input, signature));
  const auto value = digest(digest_of(by_algorithm), signing_input);
  const der_signature der{signature};
  return verdict(verify_digest(by_algorithm, by, value.bytes(), der.encoded()));
}

core::error_code verify_rs256_digest(const key& by, std::span<const unsigned char, 32> digest,
                                     std::span<const unsigned char> signature) {
  if (by.family() != key_family::rsa) return errc::key_alg_mismatch;
  if (signature.size() != by.signature_size()) return errc::bad_signature;
  return verdict(verify_rsa(algorithm::rs256, by, digest, signature));
}

}  // namespace latchkey::jose
