// What check-config says of the files that hold certificates and keys.
#include "config_cases.hpp"

#include <latchkey/app/loaded_files.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/client_pki.hpp>
#include <support/pki.hpp>
#include <support/temporary.hpp>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace latchkey::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class certificate_files : public testing::Test {
 protected:
  config load(const std::string& text = std::string{smallest_config}) {
    file_ = folder_.write("c.toml", text);
    return load_config({file_, {}, {}}).value();
  }
  std::string faults(const config& loaded) const { return lines(check_files(loaded, file_)); }
  std::string outlook(const config& loaded) const {
    return lines(foresee_files(loaded, file_, std::chrono::system_clock::now()));
  }
  static std::string lines(const diagnostics& all) {
    std::string text;
    for (const auto& one : all) text += one.key + ": " + one.message + "\n";
    return text;
  }
  void write(const support::certificate& made) const {
    folder_.write("server.pem", made.pem);
    folder_.write("server.key", made.key_pem);
  }

  support::temporary_folder folder_;
  std::filesystem::path file_;
};

TEST_F(certificate_files, are_loaded_as_the_server_does) {
  const auto loaded = load();
  const auto made = support::make_certificate();
  write(made);
  EXPECT_EQ(faults(loaded), "");
  folder_.write("server.key", support::make_certificate().key_pem);
  EXPECT_THAT(faults(loaded), StartsWith("server.tls: the private key "));
  EXPECT_THAT(faults(loaded), HasSubstr("does not belong to the certificate"));
  folder_.write("server.key", "");
  EXPECT_THAT(faults(loaded), HasSubstr("server.key: expected a private key in PEM"));
  write(support::certificate_of(EVP_RSA_gen(1024)));
  EXPECT_THAT(faults(loaded), HasSubstr("too small"));
}

// One path may be mistyped: what is at the other must not be replaced.
TEST_F(certificate_files, are_made_anew_on_no_advice_where_one_of_them_is_there) {
  const auto loaded = load();
  const auto certificate = folder_.path() / "server.pem";
  const auto key = folder_.path() / "server.key";
  const auto command =
      "; for development, make one: latchkey init --dev-certificate --certificate " +
      certificate.string() + " --private-key " + key.string() + "\n";
  EXPECT_THAT(faults(loaded), HasSubstr(certificate.string() + " does not exist" + command));
  const auto made = support::make_certificate();
  for (const auto& text : {made.key_pem, std::string{"no key"}, std::string{}}) {
    folder_.write("server.key", text);
    EXPECT_EQ(faults(loaded), "server.tls.certificate: " + certificate.string() +
                                  " does not exist; " + key.string() +
                                  " is there: correct the path, or move that one away before both "
                                  "are made anew (latchkey init --dev-certificate)\n");
  }
  std::filesystem::remove(key);
  folder_.write("server.pem", made.pem);
  EXPECT_EQ(faults(loaded),
            "server.tls.private_key: " + key.string() + " does not exist; " + certificate.string() +
                " is there: correct the path, or move that one away before both are made anew "
                "(latchkey init --dev-certificate)\n");
  write(made);
  EXPECT_EQ(faults(loaded), "");
}

TEST_F(certificate_files, of_a_client_are_loaded_as_well) {
  write(support::make_certificate());
  const auto loaded =
      load(with("audiences", "client_certificate = \"c.pem\"\nclient_key = \"c.key\"\naudiences"));
  const auto made = support::make_certificate();
  folder_.write("c.pem", made.pem);
  folder_.write("c.key", made.key_pem);
  EXPECT_EQ(faults(loaded), "");
  folder_.write("c.key", support::make_certificate().key_pem);
  EXPECT_THAT(faults(loaded), HasSubstr("issuer.0: the client key "));
  folder_.write("c.key", support::make_rsa_key());
  EXPECT_THAT(faults(loaded), HasSubstr("does not belong to the certificate"));
  folder_.write("c.key", made.pem);
  EXPECT_THAT(
      faults(loaded),
      HasSubstr("c.key: expected a private key in PEM, not encrypted, found a certificate"));
}

TEST_F(certificate_files, of_authorities_must_hold_some) {
  write(support::make_certificate());
  const auto loaded = load(with("audiences", "ca_file = \"ca.pem\"\naudiences"));
  folder_.write("ca.pem", support::make_certificate().pem);
  EXPECT_EQ(faults(loaded), "");
  folder_.write("ca.pem", "hello");
  EXPECT_THAT(faults(loaded), HasSubstr("ca.pem: expected certificates in PEM, found text"));
}

TEST_F(certificate_files, of_a_listeners_clients_are_loaded_as_well) {
  constexpr long month = 30L * 24 * 3600;
  write(support::make_certificate(support::usual_names, -3600, month));
  const auto loaded = load(with("[[issuer]]",
                                "[[server.listener]]\nlisten = [\"127.0.0.1:0\"]\n"
                                "client_auth = \"required\"\nclient_ca = \"ca.pem\"\n"
                                "client_crl = \"crl.pem\"\n[[issuer]]"));
  const support::client_authority root{"root"};
  EXPECT_THAT(faults(loaded), HasSubstr("server.listener.0.client_ca: "));
  EXPECT_THAT(faults(loaded), HasSubstr("server.listener.0.client_crl: "));
  folder_.write("ca.pem", root.pem());
  folder_.write("crl.pem", root.revoke({}));
  EXPECT_EQ(faults(loaded), "");
  EXPECT_EQ(outlook(loaded), "");
  folder_.write("crl.pem", root.revoke({}, -10, -100));
  EXPECT_EQ(faults(loaded), "");
  EXPECT_THAT(outlook(loaded), HasSubstr("server.listener.0.client_crl: "));
  EXPECT_THAT(outlook(loaded), HasSubstr("crl.pem: the revocation list of CN=root has expired"));
  folder_.write("crl.pem", root.pem());
  EXPECT_THAT(faults(loaded), HasSubstr("crl.pem: expected revocation lists in PEM, found"));
  folder_.write("crl.pem", support::client_authority{"other"}.revoke({}));
  EXPECT_THAT(faults(loaded), HasSubstr("that of CN=other is of none of the authorities"));
}

TEST_F(certificate_files, that_are_none_are_refused_and_not_waited_for) {
  const auto made = support::make_certificate();
  write(made);
  folder_.write("c.pem", made.pem);
  folder_.write("c.key", made.key_pem);
  folder_.write("ca.pem", made.pem);
  folder_.write("secret", "secret");
  const auto loaded =
      load(with("audiences",
                "ca_file = \"ca.pem\"\nclient_certificate = \"c.pem\"\nclient_key = \"c.key\"\n"
                "header = [{name = \"x-key\", value_file = \"secret\"}]\naudiences"));
  ASSERT_EQ(faults(loaded), "");
  for (const std::string name :
       {"server.pem", "server.key", "c.pem", "c.key", "ca.pem", "secret"}) {
    const auto path = folder_.path() / name;
    const auto kept = folder_.path() / "kept";
    std::filesystem::rename(path, kept);
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_THAT(faults(loaded), HasSubstr(path.string() + " is not a file, but a pipe")) << name;
    std::filesystem::remove(path);
    std::filesystem::create_symlink("/dev/zero", path);
    EXPECT_THAT(faults(loaded), HasSubstr(path.string() + " is not a file, but a device")) << name;
    std::filesystem::remove(path);
    std::filesystem::rename(kept, path);
  }
  EXPECT_EQ(faults(loaded), "");
}

TEST_F(certificate_files, are_loaded_once_for_who_puts_them_to_use) {
  write(support::make_certificate());
  const auto loaded = load();
  const loading with{net::make_ticket_ring(), std::make_shared<client::authority_cache>()};
  const auto files = load_files(loaded, file_, with);
  EXPECT_EQ(lines(files.problems), "");
  ASSERT_NE(files.tls, nullptr);
  EXPECT_EQ(files.tls->certificates().size(), 1U);
  folder_.write("server.pem", "");
  EXPECT_EQ(load_files(loaded, file_, with).tls, nullptr);
}

TEST_F(certificate_files, are_given_up_between_two_of_them) {
  write(support::make_certificate());
  const auto loaded = load();
  loading with{net::make_ticket_ring(), std::make_shared<client::authority_cache>()};
  with.stopped = [] { return true; };
  EXPECT_THAT(lines(load_files(loaded, file_, with).problems), HasSubstr("nobody waits"));
}

TEST_F(certificate_files, that_end_soon_are_foreseen) {
  constexpr long day = 86'400;
  const auto loaded = load();
  const auto key = "server.tls.certificate: " + (folder_.path() / "server.pem").string() + " ";
  write(support::make_certificate("DNS:a", -day, 15 * day));
  EXPECT_EQ(outlook(loaded), "");
  write(support::make_certificate("DNS:a", -day, 99'999 * day));
  EXPECT_EQ(outlook(loaded), "");
  write(support::make_certificate("DNS:a", -day, 13 * day + 60));
  EXPECT_THAT(outlook(loaded), StartsWith(key + "expires in 13 days, on 2"));
  write(support::make_certificate("DNS:a", -day, 3600));
  EXPECT_THAT(outlook(loaded), StartsWith(key + "expires within two days, on 2"));
  write(support::make_certificate("DNS:a", -day, -3600));
  EXPECT_THAT(outlook(loaded), StartsWith(key + "has expired, on 2"));
  write(support::make_certificate("DNS:a", 3600, day));
  EXPECT_THAT(outlook(loaded), StartsWith(key + "is not valid before 2"));
  folder_.write("server.pem", "");
  EXPECT_EQ(outlook(loaded), "");
}

TEST_F(certificate_files, the_file_of_a_log_must_be_one_that_can_be_written) {
  write(support::make_certificate());
  const auto problem = [&](const std::string& path) {
    return faults(load("[log]\nsinks = [\"file\"]\n[log.file]\npath = \"" + path + "\"\n" +
                       std::string{smallest_config}));
  };
  EXPECT_EQ(problem("a.log"), "");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "a.log"));
  EXPECT_EQ(problem("/dev/null"), "");
  EXPECT_THAT(problem("nowhere/a.log"), HasSubstr("a.log: its folder does not exist"));
  EXPECT_THAT(problem("."), HasSubstr("is a folder"));
}

}  // namespace
}  // namespace latchkey::app
