#include <latchkey/jose/evp.hpp>

#include <openssl/evp.h>

namespace latchkey::jose {

void evp_delete::operator()(EVP_PKEY* key) const noexcept {
  EVP_PKEY_free(key);
}
void evp_delete::operator()(EVP_PKEY_CTX* context) const noexcept {
  EVP_PKEY_CTX_free(context);
}
void evp_delete::operator()(EVP_MD* digest) const noexcept {
  EVP_MD_free(digest);
}
void evp_delete::operator()(EVP_MD_CTX* context) const noexcept {
  EVP_MD_CTX_free(context);
}

}  // namespace latchkey::jose
