#include "tls_trial.hpp"

#include "tls_failure.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <new>

namespace latchkey::net {
namespace {

struct deleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ssl_ptr = std::unique_ptr<SSL, deleter>;

std::string text_of(const EVP_PKEY* key, const char* parameter) {
  std::array<char, 80> text{};
  std::size_t size = 0;
  if (EVP_PKEY_get_utf8_string_param(key, parameter, text.data(), text.size(), &size) != 1) {
    return {};
  }
  return {text.data(), size};
}

std::string kind_of(const EVP_PKEY* key) {
  const auto* const type = EVP_PKEY_get0_type_name(key);
  const std::string name = type != nullptr ? type : "unknown";
  if (EVP_PKEY_is_a(key, "EC") != 1) return name;
  const auto curve = text_of(key, OSSL_PKEY_PARAM_GROUP_NAME);
  return name + " on the curve " + (curve.empty() ? "of its own parameters" : curve);
}

// One step of one side; true while there is something left to do.
bool step(SSL* side, errc& failure) {
  ERR_clear_error();
  const int outcome = SSL_do_handshake(side);
  if (outcome == 1) return false;
  const auto wish = SSL_get_error(side, outcome);
  if (wish != SSL_ERROR_WANT_READ && wish != SSL_ERROR_WANT_WRITE) {
    failure = tls_failure(ERR_peek_error());
  }
  return true;
}

// errc{} for a success.
errc shake_hands(SSL_CTX* ours, int version) {
  const std::unique_ptr<SSL_CTX, deleter> theirs{SSL_CTX_new(TLS_client_method())};
  if (!theirs) throw std::bad_alloc{};
  SSL_CTX_set_max_proto_version(theirs.get(), version);
  const ssl_ptr server{SSL_new(ours)};
  const ssl_ptr client{SSL_new(theirs.get())};
  BIO* near = nullptr;
  BIO* far = nullptr;
  // Room for a long chain; a flight that does not fit is sent in several.
  constexpr std::size_t room = std::size_t{64} * 1024;
  if (!server || !client || BIO_new_bio_pair(&near, room, &far, room) != 1) throw std::bad_alloc{};
  SSL_set_bio(server.get(), near, near);
  SSL_set_bio(client.get(), far, far);
  SSL_set_accept_state(server.get());
  SSL_set_connect_state(client.get());
  constexpr int max_steps = 32;
  errc failure{};
  for (int i = 0; i < max_steps && failure == errc{}; ++i) {
    const bool client_waits = step(client.get(), failure);
    // What the server found at fault comes first: the client only hears of it.
    if (failure != errc{}) break;
    const bool server_waits = step(server.get(), failure);
    if (!client_waits && !server_waits) return errc{};
  }
  return failure != errc{} ? failure : errc::tls_failed;
}

}  // namespace

std::string fault_for_every_client(SSL_CTX* context) {
  const auto* const key = SSL_CTX_get0_privatekey(context);
  const bool explicit_curve =
      EVP_PKEY_is_a(key, "EC") == 1 && text_of(key, OSSL_PKEY_PARAM_EC_ENCODING) == "explicit";
  errc failure = errc::no_common_signature;
  if (!explicit_curve) {
    for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
      failure = shake_hands(context, version);
      if (failure == errc{}) break;
    }
    ERR_clear_error();
    if (failure == errc{}) return {};
  }
  return kind_of(key) + " (" + std::string{reason(failure)} + ")";
}

std::string outcome_class(SSL_CTX* context) {
  const auto* const key = SSL_CTX_get0_privatekey(context);
  auto* const certificate = SSL_CTX_get0_certificate(context);
  if (key == nullptr || certificate == nullptr) return {};
  const auto usage = ' ' + std::to_string(X509_get_key_usage(certificate));
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    return "RSA " + std::to_string(EVP_PKEY_get_bits(key)) + usage;
  }
  const bool named = EVP_PKEY_is_a(key, "EC") == 1 &&
                     text_of(key, OSSL_PKEY_PARAM_EC_ENCODING) == OSSL_PKEY_EC_ENCODING_GROUP;
  return named ? "EC " + text_of(key, OSSL_PKEY_PARAM_GROUP_NAME) + usage : std::string{};
}

}  // namespace latchkey::net
