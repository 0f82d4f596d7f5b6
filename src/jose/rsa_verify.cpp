#include "error_mark.hpp"

#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/evp.hpp>
#include <latchkey/jose/rsa_verify.hpp>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>

namespace latchkey::jose {
namespace {

constexpr std::size_t sha256_bytes = 32;
using sha256_value = std::array<unsigned char, sha256_bytes>;

// Fetched once: looking an algorithm up by name takes a lock and some microseconds.
const EVP_MD* sha256() {
  static const evp_digest fetched{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  if (!fetched) throw std::bad_alloc{};
  return fetched.get();
}

evp_pkey_context prepare(const key& by) {
  evp_pkey_context context{EVP_PKEY_CTX_new_from_pkey(nullptr, by.native(), nullptr)};
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), sha256()) != 1) {
    throw std::bad_alloc{};
  }
  return context;
}

// What one thread keeps between calls. A context holds its own reference to OpenSSL's key, and is
// found by the identity of ours, which is never used twice; so a context can neither outlive what
// it needs nor be taken for another key's.
class workplace {
 public:
  EVP_PKEY_CTX* context_for(const key& by) {
    auto& place = places_[by.identity() % places_.size()];
    if (place.identity != by.identity()) {
      place.context = prepare(by);
      place.identity = by.identity();
    }
    return place.context.get();
  }

  sha256_value digest(std::string_view text) {
    if (!digest_) digest_.reset(EVP_MD_CTX_new());
    sha256_value value;
    if (!digest_ || EVP_DigestInit_ex2(digest_.get(), sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(digest_.get(), text.data(), text.size()) != 1 ||
        EVP_DigestFinal_ex(digest_.get(), value.data(), nullptr) != 1) {
      throw std::bad_alloc{};
    }
    return value;
  }

 private:
  struct prepared {
    std::uint64_t identity = 0;  // of no key
    evp_pkey_context context;
  };

  std::array<prepared, 16> places_;
  evp_digest_context digest_;
};

}  // namespace

core::error_code verify_rs256(const key& by, std::string_view signing_input,
                              std::span<const unsigned char> signature) {
  if (signature.size() != by.modulus().size()) return errc::bad_signature;
  thread_local workplace here;
  const error_mark mark;
  const auto digest = here.digest(signing_input);
  const auto verdict = EVP_PKEY_verify(here.context_for(by), signature.data(), signature.size(),
                                       digest.data(), digest.size());
  return verdict == 1 ? core::error_code{} : make_error_code(errc::bad_signature);
}

}  // namespace latchkey::jose
