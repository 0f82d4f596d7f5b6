#include "tls_names.hpp"

#include "client_judgement.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/core/host_name.hpp>
#include <latchkey/net/certificate_names.hpp>

#include <new>
#include <utility>

namespace latchkey::net {
namespace {

constexpr std::size_t max_name = 253;
constexpr std::size_t max_label = 63;

void free_names(void* /*parent*/, void* names, CRYPTO_EX_DATA* /*all*/, int /*index*/,
                long /*unused*/, void* /*unused*/) {
  const std::unique_ptr<const tls_names> last{static_cast<const tls_names*>(names)};
}

int names_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_names);
  return index;
}

// A name that nobody has is no error: a client that finds itself before another certificate than it
// wants says so itself.
int on_name(SSL* ssl, int* /*alert*/, void* names) {
  const char* const asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (asked == nullptr) return SSL_TLSEXT_ERR_NOACK;
  auto* const context = static_cast<const tls_names*>(names)->find(asked);
  if (context == nullptr) return SSL_TLSEXT_ERR_NOACK;
  const bool done = SSL_set_SSL_CTX(ssl, context) != nullptr && keep_client_rules(ssl);
  return done ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

bool is_certificate_name(std::string_view name) {
  if (name.size() > max_name) return false;
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.ends_with('.') || !core::is_host_name(name)) return false;
  while (name.size() > max_label) {
    const auto dot = name.rfind('.');
    if (dot == name.npos || name.size() - dot - 1 > max_label) return false;
    name.remove_suffix(name.size() - dot);
  }
  return true;
}

void tls_names::add(const std::string& name, SSL_CTX* context) {
  SSL_CTX_up_ref(context);
  contexts_[name] = context_ptr{context};
}

SSL_CTX* tls_names::find(std::string_view asked) const {
  if (asked.ends_with('.')) asked.remove_suffix(1);
  if (asked.size() > max_name) return nullptr;
  const auto name = core::to_lower(std::string{asked});
  if (const auto exact = contexts_.find(name); exact != contexts_.end()) return exact->second.get();
  const auto dot = name.find('.');
  if (dot == name.npos || dot == 0) return nullptr;
  const auto starred = contexts_.find("*" + name.substr(dot));
  return starred != contexts_.end() ? starred->second.get() : nullptr;
}

void use_names(SSL_CTX* context, std::unique_ptr<const tls_names> names) {
  const auto* const kept = names.get();
  // OpenSSL's index takes what is not constant; nobody changes it.
  if (SSL_CTX_set_ex_data(context, names_index(), const_cast<tls_names*>(kept)) != 1) {
    throw std::bad_alloc{};
  }
  names.release();
  SSL_CTX_set_tlsext_servername_callback(context, on_name);
  SSL_CTX_set_tlsext_servername_arg(context, const_cast<tls_names*>(kept));
}

}  // namespace latchkey::net
