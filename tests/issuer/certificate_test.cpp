#include "issuer/certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace latchkey::issuer {
namespace {

certificate_options usual() {
  certificate_options options;
  options.subject = "test";
  options.names = "DNS:localhost,IP:127.0.0.1";
  options.not_before = -std::chrono::hours{1};
  options.not_after = std::chrono::hours{1};
  return options;
}

// The error of verifying `one` with `authority` as the only one that is trusted; X509_V_OK: none.
int verify_error(X509* one, X509* authority) {
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store{X509_STORE_new(),
                                                                      X509_STORE_free};
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context{
      X509_STORE_CTX_new(), X509_STORE_CTX_free};
  X509_STORE_add_cert(store.get(), authority);
  X509_STORE_CTX_init(context.get(), store.get(), one, nullptr);
  return X509_verify_cert(context.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
}

bool names_host(X509* one, const char* host) {
  return X509_check_host(one, host, 0, 0, nullptr) == 1;
}

TEST(certificate, is_its_own_authority_for_its_names) {
  auto options = usual();
  options.is_authority = true;
  const auto made = make_certificate(options);
  auto* one = made.certificate.get();
  EXPECT_EQ(verify_error(one, one), X509_V_OK);
  EXPECT_TRUE(names_host(one, "localhost"));
  EXPECT_EQ(X509_check_ip_asc(one, "127.0.0.1", 0), 1);
  EXPECT_FALSE(names_host(one, "example.com"));
  EXPECT_EQ(X509_check_ca(one), 1);
  EXPECT_EQ(X509_check_ca(make_certificate(usual()).certificate.get()), 0);
}

TEST(certificate, is_signed_by_its_issuer_and_may_take_the_names_of_another) {
  auto options = usual();
  options.is_authority = true;
  const auto authority = make_certificate(options);
  options = usual();
  options.subject = "signed";
  options.issuer = authority.certificate.get();
  options.issuer_key = authority.key.get();
  options.names = "DNS:other.invalid";
  const auto other = make_certificate(options);
  EXPECT_EQ(verify_error(other.certificate.get(), authority.certificate.get()), X509_V_OK);
  EXPECT_FALSE(names_host(other.certificate.get(), "localhost"));
  options.names_from = authority.certificate.get();
  EXPECT_TRUE(names_host(make_certificate(options).certificate.get(), "localhost"));
}

TEST(certificate, is_not_valid_outside_its_time) {
  auto options = usual();
  options.is_authority = true;
  options.not_after = -std::chrono::minutes{30};
  const auto expired = make_certificate(options);
  EXPECT_EQ(verify_error(expired.certificate.get(), expired.certificate.get()),
            X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST(certificate, its_pem_holds_the_pair) {
  const auto made = make_certificate(usual());
  const auto read = [](const std::string& text) {
    return std::unique_ptr<BIO, decltype(&BIO_free)>{
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
  };
  const certificate_ptr certificate{
      PEM_read_bio_X509(read(made.certificate_pem()).get(), nullptr, nullptr, nullptr)};
  const key_ptr key{PEM_read_bio_PrivateKey(read(made.key_pem()).get(), nullptr, nullptr, nullptr)};
  ASSERT_TRUE(certificate && key);
  EXPECT_EQ(X509_check_private_key(certificate.get(), key.get()), 1);
}

TEST(certificate, refuses_names_that_are_none) {
  auto options = usual();
  options.names = "nothing known";
  EXPECT_THROW(make_certificate(options), std::runtime_error);
}

}  // namespace
}  // namespace latchkey::issuer
