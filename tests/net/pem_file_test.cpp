#include <latchkey/net/pem_file.hpp>
#include <latchkey/net/tls.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <support/cases.hpp>
#include <support/pki.hpp>
#include <support/temporary.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::net {
namespace {

using key_pointer = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

key_pointer read_key(const std::string& pem) {
  auto* from = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  key_pointer made{PEM_read_bio_PrivateKey(from, nullptr, nullptr, nullptr), EVP_PKEY_free};
  BIO_free(from);
  return made;
}

// What `write` writes.
template <class Function>
std::string written(const Function& write) {
  auto* memory = BIO_new(BIO_s_mem());
  if (write(memory) != 1) throw std::runtime_error{"cannot write"};
  return support::detail::take(memory);
}

std::string encrypted(const std::string& pem, bool traditional) {
  const auto key = read_key(pem);
  const unsigned char password[] = "password";
  constexpr int size = 8;
  return written([&](BIO* out) {
    return traditional ? PEM_write_bio_PrivateKey_traditional(out, key.get(), EVP_aes_128_cbc(),
                                                              password, size, nullptr, nullptr)
                       : PEM_write_bio_PrivateKey(out, key.get(), EVP_aes_128_cbc(), password, size,
                                                  nullptr, nullptr);
  });
}

std::string der_of_certificate(const std::string& pem) {
  auto* from = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  auto* one = PEM_read_bio_X509(from, nullptr, nullptr, nullptr);
  BIO_free(from);
  auto der = written([&](BIO* out) { return i2d_X509_bio(out, one); });
  X509_free(one);
  return der;
}

std::string der_of_key(const std::string& pem) {
  const auto key = read_key(pem);
  return written([&](BIO* out) { return i2d_PrivateKey_bio(out, key.get()); });
}

std::string public_key(const std::string& pem) {
  const auto key = read_key(pem);
  return written([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
}

struct contents_case {
  std::string name;
  std::string bytes;
  std::string words;
};

std::vector<contents_case> all_contents() {
  const auto made = support::make_certificate();
  const auto rsa = support::make_rsa_key();
  const std::string certificate = "a certificate (EC, 256 bits)";
  const std::string key = "a private key (EC, 256 bits)";
  return {
      {"certificate", made.pem, certificate},
      {"key", made.key_pem, key},
      {"both", made.pem + made.key_pem, certificate + ", " + key},
      {"chain", made.pem + "comment\n" + made.pem, "2 times " + certificate},
      {"byte_order_mark", "\xef\xbb\xbf" + made.pem, certificate + " behind a byte order mark"},
      {"indented", "  " + made.pem, certificate + " that does not begin its line"},
      {"rsa_key", rsa, "a private key (RSA, 2048 bits)"},
      {"encrypted_key", encrypted(made.key_pem, false), "an encrypted private key"},
      {"encrypted_key_of_old", encrypted(made.key_pem, true), "an encrypted private key"},
      {"public_key", public_key(made.key_pem), "a public key"},
      {"certificate_in_der", der_of_certificate(made.pem), certificate + " in DER"},
      {"key_in_der", der_of_key(made.key_pem), key + " in DER"},
      {"rsa_key_in_der", der_of_key(rsa), "a private key (RSA, 2048 bits) in DER"},
      {"empty", "", "nothing"},
      {"blank", " \r\n\t\n", "nothing"},
      {"text", "hello\n", "text that is not PEM"},
      {"bytes", std::string{"\x01\x02\x00", 3}, "bytes that are not PEM"},
      {"utf16", "\xff\xfe-\x01", "text in UTF-16"},
      {"cut_off", made.pem.substr(0, made.pem.size() / 2), "a damaged certificate"},
      {"no_end_of_label", "-----BEGIN " + std::string(100, 'A'), "a damaged PEM block"},
      {"openssh", "-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----\n",
       "a private key in the form of OpenSSH"},
      {"request", "-----BEGIN CERTIFICATE REQUEST-----\nAA==\n", "a certificate request"},
      {"another", "-----BEGIN X-----\n", "a PEM block of another kind"},
  };
}

class PemContents : public testing::TestWithParam<contents_case> {};

TEST_P(PemContents, are_told) {
  EXPECT_EQ(pem_contents(GetParam().bytes), GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(table, PemContents, testing::ValuesIn(all_contents()), support::case_name);

TEST(pem_contents, are_bounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "-----BEGIN " + std::string(i % 30 + 1, 'A') + "-----\n";
  EXPECT_EQ(pem_contents(many), "1000 times a PEM block of another kind");
}

TEST(validity, is_that_of_all_certificates_together) {
  EXPECT_EQ(validity_of(support::make_certificate().key_pem), std::nullopt);
  EXPECT_EQ(validity_of(""), std::nullopt);
  const auto longer = support::make_certificate("DNS:a", -3600, 7200);
  const auto shorter = support::make_certificate("DNS:a", -1800, 3600);
  const auto one = validity_of(longer.pem);
  const auto other = validity_of(shorter.pem);
  ASSERT_TRUE(one && other);
  const auto now = std::chrono::system_clock::now();
  EXPECT_GT(one->until, now + std::chrono::minutes{100});
  EXPECT_LT(one->until, now + std::chrono::minutes{121});
  EXPECT_EQ(validity_of(longer.pem + shorter.pem), (validity{other->from, other->until}));
  EXPECT_EQ(validity_of(shorter.pem + longer.pem), (validity{other->from, other->until}));
}

// RFC 5280 section 4.1.2.5 has certificates that end in 9999, and a wall_time ends in 2262.
TEST(validity, that_ends_past_the_clock_has_not_ended) {
  constexpr long day = 86'400;
  const auto now = std::chrono::system_clock::now();
  const long to_2300 = (273L * 365 + 66) * day;
  for (const long days : {99'999L, 90'000L, 2'900'000L}) {
    const auto far = validity_of(support::make_certificate("DNS:a", -3600, days * day).pem);
    ASSERT_TRUE(far) << days;
    EXPECT_EQ(far->until, last_moment) << days;
    EXPECT_LT(far->from, now) << days;
  }
  const auto early = validity_of(support::make_certificate("DNS:a", -90L * 365 * day, 3600).pem);
  ASSERT_TRUE(early);
  EXPECT_EQ(early->from, first_moment);
  EXPECT_LT(early->until, now + std::chrono::hours{2});
  const auto later = validity_of(support::make_certificate("DNS:a", to_2300, to_2300).pem);
  ASSERT_TRUE(later);
  EXPECT_GT(later->from, now);
  // Spans of time between any two of them, and from now to them, can be told as well.
  EXPECT_GT(last_moment - first_moment, std::chrono::days{80'000});
  EXPECT_LT(last_moment, core::wall_time::max() - std::chrono::days{20'000});
}

class server_certificate : public testing::Test {
 protected:
  std::string refusal(const std::string& certificate, const std::string& key) const {
    const auto pem = folder_.write("a.pem", certificate);
    const auto key_file = folder_.write("a.key", key);
    try {
      const tls_context made{tls_files{pem, key_file}};
      return "accepted";
    } catch (const std::runtime_error& refused) {
      std::string text = refused.what();
      for (std::size_t at = 0; (at = text.find(folder_.path().string() + "/")) != text.npos;) {
        text.erase(at, folder_.path().string().size() + 1);
      }
      return text;
    }
  }

  support::temporary_folder folder_;
};

TEST_F(server_certificate, that_is_refused_is_named_with_what_the_file_holds) {
  const auto made = support::make_certificate();
  EXPECT_EQ(refusal(made.pem, made.key_pem), "accepted");
  EXPECT_EQ(refusal(der_of_certificate(made.pem), made.key_pem),
            "cannot use the certificate a.pem: expected a certificate in PEM, found a certificate "
            "(EC, 256 bits) in DER");
  EXPECT_EQ(refusal(made.key_pem, made.key_pem),
            "cannot use the certificate a.pem: expected a certificate in PEM, found a private key "
            "(EC, 256 bits)");
  EXPECT_EQ(refusal(made.pem, made.pem),
            "cannot use the private key a.key: expected a private key in PEM, not encrypted, found "
            "a certificate (EC, 256 bits)");
  for (const bool old : {false, true}) {
    EXPECT_EQ(refusal(made.pem, encrypted(made.key_pem, old)),
              "cannot use the private key a.key: expected a private key in PEM, not encrypted, "
              "found an encrypted private key");
  }
  EXPECT_EQ(refusal(made.pem, der_of_key(made.key_pem)),
            "cannot use the private key a.key: expected a private key in PEM, not encrypted, found "
            "a private key (EC, 256 bits) in DER");
  EXPECT_EQ(refusal("", made.key_pem),
            "cannot use the certificate a.pem: expected a certificate in PEM, found nothing");
  const auto small = support::certificate_of(EVP_RSA_gen(1024));
  EXPECT_EQ(refusal(small.pem, small.key_pem),
            "cannot use the certificate a.pem: a key of it is too small, found a certificate (RSA, "
            "1024 bits)");
}

}  // namespace
}  // namespace latchkey::net
