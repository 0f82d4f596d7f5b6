#include "support/cases.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"

#include <latchkey/net/tls.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <sys/stat.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::net {
namespace {

using std::chrono::hours;
using testing::AllOf;
using testing::HasSubstr;

struct deleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, deleter>;

// A client and a server context joined by memory, and what the client keeps for next time.
class pair_of_sides {
 public:
  pair_of_sides(const tls_context& server, int version) : server_{server} {
    SSL_CTX_set_max_proto_version(client_.get(), version);
  }

  void offer(const char* suites) { SSL_CTX_set_ciphersuites(client_.get(), suites); }
  // That the last connection agreed on.
  const std::string& suite() const { return suite_; }

  // Whether the kept session was taken up; keeps the one that came.
  bool connect() {
    const std::unique_ptr<SSL, deleter> here{SSL_new(server_.native())};
    const std::unique_ptr<SSL, deleter> there{SSL_new(client_.get())};
    BIO* near = nullptr;
    BIO* far = nullptr;
    BIO_new_bio_pair(&near, 1U << 16U, &far, 1U << 16U);
    SSL_set_bio(here.get(), near, near);
    SSL_set_bio(there.get(), far, far);
    SSL_set_accept_state(here.get());
    SSL_set_connect_state(there.get());
    if (kept_) SSL_set_session(there.get(), kept_.get());
    for (int i = 0; i < 10; ++i) {
      SSL_do_handshake(there.get());
      SSL_do_handshake(here.get());
    }
    if (SSL_is_init_finished(there.get()) != 1) throw std::runtime_error{"no handshake"};
    // The ticket of TLS 1.3 comes behind the handshake.
    std::array<char, 16> nothing;
    SSL_read(there.get(), nothing.data(), nothing.size());
    kept_.reset(SSL_get1_session(there.get()));
    suite_ = SSL_get_cipher_name(there.get());
    const bool resumed = SSL_session_reused(there.get()) == 1;
    SSL_shutdown(there.get());
    return resumed;
  }

 private:
  const tls_context& server_;
  std::unique_ptr<SSL_CTX, deleter> client_{SSL_CTX_new(TLS_client_method())};
  session_ptr kept_;
  std::string suite_;
};

class tls : public testing::Test {
 protected:
  // Takes the key.
  tls_files files_of(EVP_PKEY* key) {
    const auto made = support::certificate_of(key);
    return {folder_.write("server.pem", made.pem), folder_.write("server.key", made.key_pem)};
  }
  tls_files files() { return files_of(EVP_EC_gen("P-256")); }
  std::string fault(EVP_PKEY* key) {
    try {
      const tls_context made{files_of(key)};
      return "";
    } catch (const std::runtime_error& refused) {
      return refused.what();
    }
  }

  support::temporary_folder folder_;
};

class tickets : public tls, public testing::WithParamInterface<int> {};

TEST_P(tickets, are_taken_up_for_as_long_as_their_key_is_kept) {
  core::steady_time now{hours{1000}};
  const tls_context context{files(), [&now] { return now; }};
  pair_of_sides one{context, GetParam()};
  EXPECT_FALSE(one.connect());
  EXPECT_TRUE(one.connect());
  now += hours{2};
  EXPECT_TRUE(one.connect()) << "under the key before";
  now += hours{2};
  EXPECT_TRUE(one.connect()) << "the last time renewed it";
  now += hours{4};
  EXPECT_FALSE(one.connect()) << "the key is gone";
  EXPECT_TRUE(one.connect());
}

TEST_P(tickets, of_one_server_are_nothing_to_another) {
  const tls_context first{files()};
  const tls_context second{files()};
  pair_of_sides one{first, GetParam()};
  pair_of_sides other{second, GetParam()};
  EXPECT_FALSE(one.connect());
  EXPECT_FALSE(other.connect());
  EXPECT_TRUE(one.connect());
}

INSTANTIATE_TEST_SUITE_P(tls, tickets, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "tls_1_2" : "tls_1_3";
                         });

struct offered_suites {
  std::string name;
  const char* offered;
  std::string taken;
};

class suites : public tls, public testing::WithParamInterface<offered_suites> {};

TEST_P(suites, are_chosen_by_the_server_unless_its_client_has_no_aes) {
  const tls_context context{files()};
  pair_of_sides one{context, TLS1_3_VERSION};
  one.offer(GetParam().offered);
  one.connect();
  EXPECT_EQ(one.suite(), GetParam().taken);
  EXPECT_TRUE(one.connect());
}

const std::vector<offered_suites> all_offers{
    {"long_keys_first",
     "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256",
     "TLS_AES_128_GCM_SHA256"},
    {"long_keys_only", "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"},
    {"chacha_first", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
     "TLS_CHACHA20_POLY1305_SHA256"},
    {"chacha_last", "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
     "TLS_AES_256_GCM_SHA384"}};

INSTANTIATE_TEST_SUITE_P(tls_1_3, suites, testing::ValuesIn(all_offers), support::case_name);

TEST_F(tls, files_that_are_none_are_refused_and_not_waited_for) {
  const auto made = support::make_certificate();
  const auto certificate = folder_.write("a.pem", made.pem);
  const auto key = folder_.write("a.key", made.key_pem);
  const auto pipe = folder_.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto why = [](const tls_files& files) -> std::string {
    try {
      const tls_context tried{files};
    } catch (const std::runtime_error& refused) {
      return refused.what();
    }
    return {};
  };
  EXPECT_EQ(why({pipe, key}),
            "cannot read the certificate " + pipe.string() + ": not a file, but a pipe");
  EXPECT_EQ(why({certificate, pipe}),
            "cannot read the private key " + pipe.string() + ": not a file, but a pipe");
  EXPECT_EQ(why({certificate, "/dev/zero"}),
            "cannot read the private key /dev/zero: not a file, but a device");
  EXPECT_EQ(why({folder_.path(), key}), "cannot read the certificate " + folder_.path().string() +
                                            ": not a file, but a folder");
  const auto large = folder_.write("large.pem", std::string((1U << 20U) + 1, '\n'));
  EXPECT_EQ(why({large, key}),
            "cannot read the certificate " + large.string() + ": larger than it may be");
}

TEST_F(tls, a_chain_is_shown_whole) {
  const auto made = support::make_certificate();
  const auto chain = made.pem + support::make_certificate().pem + support::make_certificate().pem;
  const tls_context served{{folder_.write("a.pem", chain), folder_.write("a.key", made.key_pem)}};
  STACK_OF(X509)* shown = nullptr;
  ASSERT_EQ(SSL_CTX_get0_chain_certs(served.native(), &shown), 1);
  EXPECT_EQ(sk_X509_num(shown), 2);
}

TEST_F(tls, one_that_no_client_takes_is_found_among_many) {
  const auto write = [this](const std::string& name, EVP_PKEY* key) {
    const auto made = support::certificate_of(key);
    return tls_files{folder_.write(name + ".pem", made.pem),
                     folder_.write(name + ".key", made.key_pem)};
  };
  const auto first = write("first", EVP_EC_gen("P-256"));
  const auto second = write("second", EVP_EC_gen("P-256"));
  auto* const unusual = EVP_EC_gen("P-256");
  ASSERT_EQ(EVP_PKEY_set_utf8_string_param(unusual, "encoding", "explicit"), 1);
  for (auto* const key : {unusual, EVP_EC_gen("secp256k1")}) {
    const auto bad = write("bad", key);
    try {
      const tls_context tried{
          first, {{second, {"b.example"}}, {bad, {"c.example"}}}, make_ticket_ring()};
      ADD_FAILURE();
    } catch (const std::runtime_error& refused) {
      EXPECT_THAT(refused.what(), HasSubstr("bad.pem: its key is of a kind that no client takes"));
    }
  }
}

TEST_F(tls, many_certificates_are_given_up_between_two_of_them) {
  const auto made = support::make_certificate();
  const tls_files files{folder_.write("a.pem", made.pem), folder_.write("a.key", made.key_pem)};
  const std::vector<named_certificate> many(1000, {files, {"a.example"}});
  int asked = 0;
  const auto stopped = [&asked] { return ++asked == 3; };
  EXPECT_THROW((tls_context{files, many, make_ticket_ring(), stopped}), core::given_up);
  EXPECT_EQ(asked, 3);
}

TEST_F(tls, takes_keys_that_clients_take) {
  for (const auto* const curve : {"P-256", "P-384", "P-521"}) {
    EXPECT_EQ(fault(EVP_EC_gen(curve)), "") << curve;
  }
  EXPECT_EQ(fault(EVP_RSA_gen(2048)), "");
  EXPECT_EQ(fault(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), "");
}

TEST_F(tls, refuses_keys_that_no_client_takes) {
  for (const auto* const curve : {"secp256k1", "brainpoolP256r1", "brainpoolP512r1"}) {
    EXPECT_THAT(fault(EVP_EC_gen(curve)),
                AllOf(HasSubstr("cannot use the certificate " + folder_.path().string()),
                      HasSubstr("EC on the curve " + std::string{curve}), HasSubstr("P-256")))
        << curve;
  }
}

TEST_F(tls, refuses_a_curve_given_by_its_parameters) {
  auto* const key = EVP_EC_gen("P-256");
  ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key, "encoding", "explicit"), 1);
  EXPECT_THAT(fault(key), HasSubstr("of a kind that no client takes"));
}

}  // namespace
}  // namespace latchkey::net
