#include <latchkey/net/key_pair.hpp>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <stdexcept>
#include <utility>

namespace latchkey::net {
namespace {

struct bio_delete {
  void operator()(BIO* one) const { BIO_free(one); }
};
using memory = std::unique_ptr<BIO, bio_delete>;

memory reader_of(std::string_view text) {
  return memory{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

// An encrypted key would otherwise ask on the terminal.
int no_password(char*, int, int, void*) {
  return 0;
}

struct cleansed {
  std::string text;
  ~cleansed() { OPENSSL_cleanse(text.data(), text.size()); }
};

std::string read(const std::filesystem::path& file, const char* what) {
  auto text = read_pem_file(file);
  if (text) return std::move(*text);
  const auto why = text.error().message();
  throw std::runtime_error{std::string{"cannot read the "} + what + ' ' + file.string() + ": " +
                           why};
}

[[noreturn]] void refuse(const char* what, const std::filesystem::path& file, std::string_view pem,
                         std::string_view wanted) {
  const auto code = ERR_peek_last_error();
  throw std::runtime_error{std::string{"cannot use the "} + what + ' ' + file.string() + ": " +
                           why_refused(pem, wanted, code)};
}

}  // namespace

key_pair::key_pair(tls_files files, words called) : files_{std::move(files)}, words_{called} {
  pem_ = read(files_.certificate, words_.certificate);
  const cleansed key{read(files_.private_key, words_.key)};
  read_certificates();
  read_key(key.text);
}

void key_pair::refuse_certificate() const {
  refuse(words_.certificate, files_.certificate, pem_, "a certificate in PEM");
}

void key_pair::read_certificates() {
  ERR_clear_error();
  const auto from = reader_of(pem_);
  certificate_.reset(PEM_read_bio_X509_AUX(from.get(), nullptr, no_password, nullptr));
  if (!certificate_) refuse_certificate();
  while (x509_ptr next{PEM_read_bio_X509(from.get(), nullptr, no_password, nullptr)}) {
    chain_.push_back(std::move(next));
  }
  // The end of the file.
  const auto code = ERR_peek_last_error();
  if (ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE) {
    refuse_certificate();
  }
  ERR_clear_error();
}

void key_pair::read_key(std::string_view pem) {
  ERR_clear_error();
  const auto from = reader_of(pem);
  key_.reset(PEM_read_bio_PrivateKey(from.get(), nullptr, no_password, nullptr));
  if (!key_) {
    refuse(words_.key, files_.private_key, pem, "a private key in PEM, not encrypted");
  }
}

void key_pair::use_in(SSL_CTX* context) const {
  ERR_clear_error();
  if (SSL_CTX_use_certificate(context, certificate_.get()) != 1) refuse_certificate();
  if (SSL_CTX_clear_chain_certs(context) != 1) refuse_certificate();
  for (const auto& one : chain_) {
    if (SSL_CTX_add1_chain_cert(context, one.get()) != 1) refuse_certificate();
  }
  // A key of another type is taken, and found below to have no certificate.
  if (SSL_CTX_use_PrivateKey(context, key_.get()) == 1 && SSL_CTX_check_private_key(context) == 1) {
    return;
  }
  ERR_clear_error();
  throw std::runtime_error{std::string{"the "} + words_.key + ' ' + files_.private_key.string() +
                           " does not belong to the certificate " + files_.certificate.string()};
}

validity key_pair::valid() const {
  auto all = validity_of(certificate_.get());
  for (const auto& one : chain_) all = common_validity(all, validity_of(one.get()));
  return all;
}

}  // namespace latchkey::net
