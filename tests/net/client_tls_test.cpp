#include "support/pki.hpp"
#include "support/temporary.hpp"

#include <latchkey/net/client_tls.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class Make>
std::string fault(Make make) {
  try {
    make();
    return "";
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
}

TEST(authorities, are_certificates_in_pem) {
  const support::temporary_folder folder;
  const auto one = support::make_certificate();
  EXPECT_NO_THROW(authorities_in_text(one.pem + one.pem));
  EXPECT_NO_THROW(authorities_in(folder.write("ca.pem", one.pem)));
  EXPECT_NO_THROW(system_authorities());
  EXPECT_THROW(authorities_in_text(""), std::runtime_error);
  EXPECT_THROW(authorities_in_text(one.key_pem), std::runtime_error);
  EXPECT_THAT(fault([&] { authorities_in(folder.path() / "missing.pem"); }),
              AllOf(HasSubstr("missing.pem"), HasSubstr("does not exist")));
  EXPECT_THAT(fault([&] { authorities_in(folder.write("ca.key", one.key_pem)); }),
              AllOf(HasSubstr("ca.key"), HasSubstr("found a private key")));
}

TEST(client_tls, takes_a_certificate_with_its_key) {
  const support::temporary_folder folder;
  const auto mine = support::make_certificate("DNS:client");
  const auto certificate = folder.write("client.pem", mine.pem);
  const auto key = folder.write("client.key", mine.key_pem);
  const auto both = folder.write("both.pem", mine.pem + mine.key_pem);
  const auto made = [](std::filesystem::path shown, std::filesystem::path proof) {
    return fault(
        [&] { client_tls tls{{.verify = false, .certificate = shown, .private_key = proof}}; });
  };
  EXPECT_EQ(made(certificate, key), "");
  EXPECT_EQ(made(both, {}), "");
  EXPECT_THAT(made(certificate, {}), HasSubstr("expected a private key in PEM"));
  EXPECT_THAT(made(key, key), HasSubstr("expected a certificate in PEM"));
  EXPECT_THAT(made(certificate, folder.path() / "none"), HasSubstr("cannot read the client key"));
  const auto another = support::make_certificate().key_pem;
  EXPECT_THAT(made(certificate, folder.write("another.key", another)),
              HasSubstr("does not belong to the certificate"));
  EXPECT_THAT(made(certificate, folder.write("rsa.key", support::make_rsa_key())),
              HasSubstr("does not belong to the certificate"));
  EXPECT_THROW((client_tls{{.private_key = key}}), std::invalid_argument);
}

TEST(client_tls, offers_only_what_alpn_can_carry) {
  EXPECT_NO_THROW((client_tls{{.protocols = {"h2", std::string(255, 'a')}}}));
  EXPECT_THROW((client_tls{{.protocols = {""}}}), std::invalid_argument);
  EXPECT_THROW((client_tls{{.protocols = {std::string(256, 'a')}}}), std::invalid_argument);
}

}  // namespace
}  // namespace latchkey::net
