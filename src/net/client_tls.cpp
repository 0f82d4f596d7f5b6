#include <latchkey/core/file.hpp>
#include <latchkey/net/client_tls.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/net/key_pair.hpp>
#include <latchkey/net/pem_file.hpp>

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <new>
#include <stdexcept>

namespace latchkey::net {

namespace {

struct other_deleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(STACK_OF(X509_INFO) * all) const { sk_X509_INFO_pop_free(all, X509_INFO_free); }
};

authorities empty_store() {
  authorities made{X509_STORE_new(), X509_STORE_free};
  if (!made) throw std::bad_alloc{};
  return made;
}

// Whoever names the authority that issues his certificates means that one, whether or not the one
// above it is there.
authorities by_themselves(authorities named) {
  X509_STORE_set_flags(named.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return named;
}

std::runtime_error unusable(const std::filesystem::path& file, const std::string& why) {
  ERR_clear_error();
  return std::runtime_error{"cannot use the trusted authorities " + file.string() + ": " + why};
}

void load_own(SSL_CTX* context, const client_tls_settings& with) {
  const auto& certificate = with.certificate;
  const auto& key = with.private_key.empty() ? certificate : with.private_key;
  if (certificate.empty()) {
    if (key.empty()) return;
    throw std::invalid_argument{"a client certificate and its key go together"};
  }
  const key_pair own{{certificate, key}, {"client certificate", "client key"}};
  own.use_in(context);
}

void offer(SSL_CTX* context, const std::vector<std::string>& protocols) {
  constexpr std::size_t longest = 255;
  std::string wire;
  for (const auto& one : protocols) {
    if (one.empty() || one.size() > longest) {
      throw std::invalid_argument{"\"" + one + "\" is no name of a protocol"};
    }
    wire.append(1, static_cast<char>(one.size())).append(one);
  }
  if (wire.empty()) return;
  // This one gives 0 for a success.
  if (SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(wire.data()),
                              static_cast<unsigned>(wire.size())) != 0) {
    throw std::bad_alloc{};
  }
}

}  // namespace

authorities system_authorities() {
  auto made = empty_store();
  ERR_clear_error();
  if (X509_STORE_set_default_paths(made.get()) == 1) return made;
  const auto* const why = ERR_reason_error_string(ERR_peek_error());
  const std::string text = why == nullptr ? "unknown" : why;
  ERR_clear_error();
  throw std::runtime_error{"cannot use the trusted authorities of the system: " + text};
}

authorities authorities_in(const std::filesystem::path& file) {
  const auto pem = core::read_file(file, max_authorities_bytes);
  if (!pem) throw unusable(file, "it " + core::fault_of_file(pem.error()));
  return authorities_in(file, *pem);
}

// As OpenSSL itself does it with a file: certificates and revocation lists, in any order.
authorities authorities_in(const std::filesystem::path& file, std::string_view pem) {
  ERR_clear_error();
  auto made = empty_store();
  const std::unique_ptr<BIO, other_deleter> text{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const auto no_password = [](char*, int, int, void*) { return 0; };
  const std::unique_ptr<STACK_OF(X509_INFO), other_deleter> all{
      PEM_X509_INFO_read_bio(text.get(), nullptr, no_password, nullptr)};
  int found = 0;
  for (int i = 0; i < sk_X509_INFO_num(all.get()); ++i) {
    const auto* const one = sk_X509_INFO_value(all.get(), i);
    if (one->x509 != nullptr) found += X509_STORE_add_cert(made.get(), one->x509);
    if (one->crl != nullptr) found += X509_STORE_add_crl(made.get(), one->crl);
  }
  if (found == 0) {
    throw unusable(file, why_refused(pem, "certificates in PEM", ERR_peek_error()));
  }
  ERR_clear_error();
  return by_themselves(std::move(made));
}

authorities authorities_in_text(std::string_view pem) {
  auto made = empty_store();
  const std::unique_ptr<BIO, other_deleter> text{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  bool any = false;
  for (;;) {
    const std::unique_ptr<X509, other_deleter> one{
        PEM_read_bio_X509_AUX(text.get(), nullptr, nullptr, nullptr)};
    if (!one) break;
    any = X509_STORE_add_cert(made.get(), one.get()) == 1 || any;
  }
  // Where the text ended, OpenSSL says that it found no further one.
  ERR_clear_error();
  if (!any) throw std::runtime_error{"no certificate in PEM to trust"};
  return by_themselves(std::move(made));
}

client_tls::client_tls(const client_tls_settings& with)
    : context_{SSL_CTX_new(TLS_client_method())} {
  auto* const context = context_.get();
  if (context == nullptr) throw std::bad_alloc{};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // A write may be tried again from the same bytes at another length.
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One read per record instead of two.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, with.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  const auto trusted = with.trusted ? with.trusted : system_authorities();
  SSL_CTX_set1_cert_store(context, trusted.get());
  load_own(context, with);
  offer(context, with.protocols);
}

core::result<ssl_ptr> client_tls::make(const std::string& host) const {
  ssl_ptr made{SSL_new(context_.get())};
  auto* const ssl = made.get();
  if (ssl == nullptr) throw std::bad_alloc{};
  // Without a name anyone would do, and of one with a zero byte OpenSSL sees a part.
  if (host.empty() || host.find('\0') != host.npos) return errc::tls_failed;
  core::error_code error;
  boost::asio::ip::make_address(host, error);
  bool expected = false;
  // OpenSSL itself compares, so that it is OpenSSL that says what was wrong.
  if (!error) {
    expected = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    // A name goes into SNI, an address must not (RFC 6066 section 3).
    expected =
        SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
  }
  ERR_clear_error();
  if (!expected) return errc::tls_failed;
  SSL_set_connect_state(ssl);
  return made;
}

}  // namespace latchkey::net
