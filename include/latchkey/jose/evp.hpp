// Owning pointers for the objects of OpenSSL's EVP interface. Not for wrapping its functions.
#pragma once

#include <openssl/types.h>

#include <memory>

namespace latchkey::jose {

struct evp_delete {
  void operator()(EVP_PKEY* key) const noexcept;
  void operator()(EVP_PKEY_CTX* context) const noexcept;
  void operator()(EVP_MD* digest) const noexcept;
  void operator()(EVP_MD_CTX* context) const noexcept;
};

using evp_pkey = std::unique_ptr<EVP_PKEY, evp_delete>;
using evp_pkey_context = std::unique_ptr<EVP_PKEY_CTX, evp_delete>;
using evp_digest = std::unique_ptr<EVP_MD, evp_delete>;
using evp_digest_context = std::unique_ptr<EVP_MD_CTX, evp_delete>;

}  // namespace latchkey::jose
