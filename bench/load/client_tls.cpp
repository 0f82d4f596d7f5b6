#include "load/client_tls.hpp"

#include "load/record_bio.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <fstream>
#include <new>
#include <stdexcept>

namespace latchkey::bench::load {
namespace {

struct bio_deleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct certificate_deleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

}  // namespace

client_tls::client_tls(const std::string& authority_pem)
    : client_tls{settings{authority_pem, true}} {}

client_tls::client_tls(const settings& with)
    : context_{SSL_CTX_new(TLS_client_method())}, verify_{with.verify} {
  if (!context_) throw std::bad_alloc{};
  if (!with.authority_pem.empty()) {
    trust(with.authority_pem);
  } else {
    SSL_CTX_set_default_verify_paths(context_.get());
  }
  // A server that ends without a farewell has ended, and has not broken TLS: answers have lengths.
  SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context_.get(), verify_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (!with.certificate_file.empty()) present(with);
  // Called where the server asks for a certificate and there is none.
  SSL_CTX_set_client_cert_cb(context_.get(), [](SSL* ssl, X509**, EVP_PKEY**) {
    static_cast<record_buffer*>(SSL_get_app_data(ssl))->certificate_asked();
    return 0;
  });
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
  // A write may be tried again from the same bytes at another length.
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  constexpr std::array<unsigned char, 9> http1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_CTX_set_alpn_protos(context_.get(), http1.data(), static_cast<unsigned>(http1.size()));
}

void client_tls::trust(const std::string& authority_pem) {
  const std::unique_ptr<BIO, bio_deleter> text{
      BIO_new_mem_buf(authority_pem.data(), static_cast<int>(authority_pem.size()))};
  unsigned trusted = 0;
  for (;;) {
    const std::unique_ptr<X509, certificate_deleter> authority{
        PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)};
    if (!authority) break;
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority.get()) == 1) {
      ++trusted;
    }
  }
  // Where the text ended, OpenSSL says that it found no further one.
  ERR_clear_error();
  if (trusted == 0) throw std::runtime_error{"no PEM certificate to trust"};
}

void client_tls::present(const settings& with) {
  const auto& key = with.key_file.empty() ? with.certificate_file : with.key_file;
  for (const auto& file : {with.certificate_file, key}) {
    if (!std::ifstream{file}) throw std::runtime_error{file + ": cannot be read"};
  }
  // OpenSSL would ask the terminal for a passphrase.
  SSL_CTX_set_default_passwd_cb(context_.get(), [](char*, int, int, void*) { return -1; });
  if (SSL_CTX_use_certificate_chain_file(context_.get(), with.certificate_file.c_str()) != 1) {
    ERR_clear_error();
    throw std::runtime_error{with.certificate_file + ": holds no certificate in PEM"};
  }
  bool mismatch = false;
  if (SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) == 1) {
    // A key of another kind has a place of its own beside the certificate.
    if (SSL_CTX_check_private_key(context_.get()) == 1) return;
    mismatch = true;
  } else {
    mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
  }
  ERR_clear_error();
  throw std::runtime_error{
      key + (mismatch ? ": is the key of another certificate"
                      : ": holds no private key in PEM, or one that needs a passphrase")};
}

ssl_ptr client_tls::connect(record_buffer& records, const std::string& host) const {
  ssl_ptr made{SSL_new(context_.get())};
  if (!made) throw std::bad_alloc{};
  auto* bio = make_record_bio(records);
  SSL_set_bio(made.get(), bio, bio);
  SSL_set_app_data(made.get(), &records);
  auto* wanted = SSL_get0_param(made.get());
  const bool address = X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1;
  if (!address && (SSL_set1_host(made.get(), host.c_str()) != 1 ||
                   SSL_set_tlsext_host_name(made.get(), host.c_str()) != 1)) {
    throw std::bad_alloc{};
  }
  SSL_set_connect_state(made.get());
  return made;
}

}  // namespace latchkey::bench::load
