#include <latchkey/jose/digest.hpp>
#include <latchkey/jose/evp.hpp>

#include <openssl/evp.h>

#include <new>

namespace latchkey::jose {
namespace {

evp_digest fetch(const char* name) {
  evp_digest fetched{EVP_MD_fetch(nullptr, name, nullptr)};
  if (!fetched) throw std::bad_alloc{};
  return fetched;
}

// A context of each kind stays with its thread, and starts again with what it holds.
void compute(digest_kind kind, std::string_view text, unsigned char* out) {
  thread_local std::array<evp_digest_context, 4> contexts;
  auto& context = contexts.at(static_cast<std::size_t>(kind));
  const EVP_MD* unset = nullptr;
  if (!context) {
    context.reset(EVP_MD_CTX_new());
    unset = native_digest(kind);
  }
  if (!context || EVP_DigestInit_ex2(context.get(), unset, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), out, nullptr) != 1) {
    context.reset();
    throw std::bad_alloc{};
  }
}

}  // namespace

const EVP_MD* native_digest(digest_kind kind) {
  static const std::array<evp_digest, 3> fetched{fetch("SHA256"), fetch("SHA384"), fetch("SHA512")};
  return fetched.at(static_cast<std::size_t>(kind) - 1).get();
}

sha256_value sha256(std::string_view text) {
  sha256_value value;
  compute(digest_kind::sha256, text, value.data());
  return value;
}

digest_value digest(digest_kind kind, std::string_view text) {
  digest_value value;
  compute(kind, text, value.bytes_.data());
  value.size_ = static_cast<std::size_t>(EVP_MD_get_size(native_digest(kind)));
  return value;
}

}  // namespace latchkey::jose
