#include "support/client_pki.hpp"
#include "support/temporary.hpp"

#include <latchkey/net/client_certificate.hpp>
#include <latchkey/net/client_rules.hpp>
#include <latchkey/net/tls.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/tls_failure.hpp>
#include <openssl/err.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::net {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using support::client_authority;
using support::issued_as;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct deleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  void operator()(X509* one) const { X509_free(one); }
};

// How a handshake ended, as the server sees it.
struct outcome {
  std::string end;  // "in" or the reason
  bool resumed = false;
  std::string subject;  // of the certificate

  bool operator==(const outcome&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const outcome& one) {
    return out << one.end << (one.resumed ? " resumed " : " ") << one.subject;
  }
};

// A client that keeps the session it was given last.
class client {
 public:
  client(int version, const support::certificate* shown) {
    SSL_CTX_set_max_proto_version(context_.get(), version);
    if (shown == nullptr) return;
    support::temporary_folder folder;
    const auto chain = folder.write("chain.pem", shown->pem);
    const auto key = folder.write("key.pem", shown->key_pem);
    support::detail::require(
        SSL_CTX_use_certificate_chain_file(context_.get(), chain.c_str()) == 1 &&
        SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) == 1);
  }

  outcome connect(const tls_context& server, const std::shared_ptr<const client_rules>& rules,
                  const char* name = nullptr) {
    const std::unique_ptr<SSL, deleter> here{SSL_new(server.native())};
    const std::unique_ptr<SSL, deleter> there{SSL_new(context_.get())};
    BIO* near = nullptr;
    BIO* far = nullptr;
    BIO_new_bio_pair(&near, 1U << 17U, &far, 1U << 17U);
    SSL_set_bio(here.get(), near, near);
    SSL_set_bio(there.get(), far, far);
    SSL_set_accept_state(here.get());
    SSL_set_connect_state(there.get());
    if (name != nullptr) SSL_set_tlsext_host_name(there.get(), name);
    client_rules::use(rules, here.get());
    if (kept_) SSL_set_session(there.get(), kept_.get());
    for (int i = 0; i < 10; ++i) {
      ERR_clear_error();
      SSL_do_handshake(there.get());
      if (asked_.empty()) note_asked(there.get());
      ERR_clear_error();
      const int done = SSL_do_handshake(here.get());
      if (done == 1) continue;
      if (SSL_get_error(here.get(), done) != SSL_ERROR_SSL) continue;
      return {std::string{reason(handshake_failure(here.get()))}, false, {}};
    }
    ERR_clear_error();
    if (SSL_is_init_finished(here.get()) != 1) return {"unfinished", false, {}};
    EXPECT_TRUE(!rules || rules->allows(here.get()));
    // The ticket of TLS 1.3 comes behind the handshake.
    std::array<char, 16> nothing;
    SSL_read(there.get(), nothing.data(), nothing.size());
    kept_.reset(SSL_get1_session(there.get()));
    auto* const shown = SSL_get0_peer_certificate(here.get());
    const auto read = shown != nullptr ? read_client_certificate(shown) : std::nullopt;
    const outcome ended{"in", SSL_session_reused(here.get()) == 1, read ? read->subject : ""};
    SSL_shutdown(there.get());
    return ended;
  }

  // The authorities that the server has named.
  const std::vector<std::string>& asked() const { return asked_; }

 private:
  void note_asked(SSL* ssl) {
    const auto* const names = SSL_get0_peer_CA_list(ssl);
    for (int i = 0; names != nullptr && i < sk_X509_NAME_num(names); ++i) {
      std::array<char, 100> text{};
      X509_NAME_get_text_by_NID(sk_X509_NAME_value(names, i), NID_commonName, text.data(),
                                text.size());
      asked_.emplace_back(text.data());
    }
  }

  std::unique_ptr<SSL_CTX, deleter> context_{SSL_CTX_new(TLS_client_method())};
  std::unique_ptr<SSL_SESSION, deleter> kept_;
  std::vector<std::string> asked_;
};

class client_rules_base : public testing::Test {
 protected:
  client_rules_base() {
    const auto standard = support::make_certificate();
    const auto named = support::make_certificate("DNS:named.example");
    server_ = std::make_unique<tls_context>(
        tls_files{folder_.write("server.pem", standard.pem),
                  folder_.write("server.key", standard.key_pem)},
        std::vector<named_certificate>{
            {{folder_.write("named.pem", named.pem), folder_.write("named.key", named.key_pem)},
             {}}},
        make_ticket_ring());
  }

  std::shared_ptr<const client_rules> rules(client_auth mode, const std::string& authorities,
                                            const std::string& lists = {}) {
    const client_rules_settings settings{
        mode, folder_.write("authorities.pem", authorities),
        lists.empty() ? std::filesystem::path{} : folder_.write("lists.pem", lists)};
    return std::make_shared<const client_rules>(settings, [this] { return now_; });
  }
  std::string fault(const std::string& authorities, const std::string& lists = {}) {
    try {
      rules(client_auth::required, authorities, lists);
      return "";
    } catch (const std::runtime_error& refused) {
      return refused.what();
    }
  }

  support::temporary_folder folder_;
  core::wall_time now_ = std::chrono::system_clock::now();
  client_authority root_{"root"};
  client_authority other_{"other"};
  std::unique_ptr<tls_context> server_;
};

class client_rules_test : public client_rules_base, public testing::WithParamInterface<int> {
 protected:
  // Of a client of its own.
  std::string end(const std::shared_ptr<const client_rules>& with,
                  const support::certificate* shown) {
    return client{GetParam(), shown}.connect(*server_, with).end;
  }
  std::string end(const std::shared_ptr<const client_rules>& with,
                  const support::certificate& shown) {
    return end(with, &shown);
  }
};

TEST_P(client_rules_test, take_the_certificates_of_their_authorities_alone) {
  const auto good = root_.issue({.subject = "good"});
  struct {
    const char* what;
    support::certificate shown;
    const char* end;
  } const cases[] = {
      {"good", good, "in"},
      {"of another authority", other_.issue({}), "client_certificate_unknown"},
      {"of itself", support::make_certificate(), "client_certificate_unknown"},
      {"expired", root_.issue({.until = -60}), "client_certificate_expired"},
      {"not valid yet", root_.issue({.from = 60}), "client_certificate_expired"},
      {"a server's", root_.issue({.purpose = "serverAuth"}), "client_certificate_refused"},
      {"for any purpose there is", root_.issue({.purpose = ""}), "in"},
      {"a name that cannot be told", root_.issue({.names = "URI:a b"}),
       "client_certificate_refused"},
      {"too many names",
       root_.issue({.names =
                        [] {
                          std::string all = "DNS:a.example";
                          for (std::size_t i = 0; i < max_certificate_names; ++i) {
                            all += ",DNS:b.example";
                          }
                          return all;
                        }()}),
       "client_certificate_refused"},
  };
  for (const auto mode : {client_auth::optional, client_auth::required}) {
    const auto with = rules(mode, root_.pem());
    for (const auto& one : cases) EXPECT_EQ(end(with, one.shown), one.end) << one.what;
    EXPECT_EQ(end(with, nullptr),
              mode == client_auth::required ? "client_certificate_missing" : "in");
  }
  EXPECT_EQ(end(nullptr, good), "in") << "nobody asks";
}

TEST_P(client_rules_test, say_which_authorities_they_have) {
  const auto good = root_.issue({});
  client one{GetParam(), &good};
  EXPECT_EQ(one.connect(*server_, rules(client_auth::required, root_.pem() + other_.pem())).end,
            "in");
  EXPECT_THAT(one.asked(), ElementsAre("root", "other"));
  client nobody{GetParam(), nullptr};
  EXPECT_EQ(nobody.connect(*server_, nullptr).end, "in");
  EXPECT_THAT(nobody.asked(), IsEmpty());
}

TEST_P(client_rules_test, hold_whatever_name_is_asked_for) {
  const auto with = rules(client_auth::required, root_.pem());
  const auto good = root_.issue({});
  const auto bad = other_.issue({});
  for (const auto* const name : {"named.example", "nobody.example"}) {
    EXPECT_EQ((client{GetParam(), &good}.connect(*server_, with, name).end), "in");
    EXPECT_EQ((client{GetParam(), &bad}.connect(*server_, with, name).end),
              "client_certificate_unknown");
    EXPECT_EQ((client{GetParam(), nullptr}.connect(*server_, with, name).end),
              "client_certificate_missing");
  }
  client one{GetParam(), &good};
  EXPECT_FALSE(one.connect(*server_, with, "named.example").resumed);
  EXPECT_EQ(one.connect(*server_, with, "named.example"), (outcome{"in", true, "CN=client"}));
}

TEST_P(client_rules_test, bound_the_chain) {
  std::vector<std::unique_ptr<client_authority>> line;
  line.push_back(std::make_unique<client_authority>("0"));
  // With the client's own certificate, and the root.
  for (int i = 1; i < client_rules::max_chain; ++i) {
    line.push_back(std::make_unique<client_authority>(std::to_string(i), line.back().get()));
  }
  const auto with = rules(client_auth::required, line.front()->pem());
  EXPECT_EQ(end(with, line[client_rules::max_chain - 2]->issue({})), "in");
  EXPECT_EQ(end(with, line[client_rules::max_chain - 1]->issue({})), "client_certificate_refused");
}

// A client that shows such is told from one that speaks no TLS.
TEST_P(client_rules_test, know_forged_certificates_as_such) {
  const client_authority root{"root"};
  const client_authority forged{"root"};  // the same name, and another key
  const client_authority middle{"middle", &root};
  const client_authority like_middle{"middle", &forged};
  const auto with = rules(client_auth::required, root.pem());
  EXPECT_EQ(end(with, forged.issue({})), "client_certificate_refused");
  EXPECT_EQ(end(with, like_middle.issue({})), "client_certificate_refused");
  auto mixed = like_middle.issue({});
  mixed.pem.resize(mixed.pem.find("-----BEGIN", 1));
  mixed.pem += middle.pem();
  EXPECT_EQ(end(with, mixed), "client_certificate_refused");
  auto large = root.issue({});
  while (large.pem.size() < 2 * client_rules::max_chain_bytes) large.pem += middle.pem();
  EXPECT_EQ(end(with, large), "client_certificate_refused");
}

TEST_P(client_rules_test, trust_an_authority_without_the_one_above_it) {
  const client_authority middle{"middle", &root_};
  const client_authority beside{"beside", &root_};
  const auto with = rules(client_auth::required, middle.pem());
  EXPECT_EQ(end(with, middle.issue({})), "in");
  EXPECT_EQ(end(with, beside.issue({})), "client_certificate_unknown");
  EXPECT_EQ(end(with, root_.issue({})), "client_certificate_unknown");
  // Whose own list only the root could give.
  const auto listed = rules(client_auth::required, middle.pem(), middle.revoke({7}));
  EXPECT_EQ(end(listed, middle.issue({})), "in");
  EXPECT_EQ(end(listed, middle.issue({.serial = 7})), "client_certificate_revoked");
}

TEST_P(client_rules_test, refuse_who_is_revoked) {
  const client_authority middle{"middle", &root_};
  const auto all = root_.pem() + middle.pem();
  const auto some = rules(client_auth::required, root_.pem(), root_.revoke({3, 4}));
  EXPECT_EQ(end(some, root_.issue({.serial = 2})), "in");
  EXPECT_EQ(end(some, root_.issue({.serial = 3})), "client_certificate_revoked");
  EXPECT_EQ(end(some, root_.issue({.serial = 4})), "client_certificate_revoked");
  const auto both = rules(client_auth::required, all, root_.revoke({3}) + middle.revoke({4}));
  EXPECT_EQ(end(both, middle.issue({.serial = 3})), "in");
  EXPECT_EQ(end(both, middle.issue({.serial = 4})), "client_certificate_revoked");
  // The authority itself has the number 1.
  const auto above = rules(client_auth::required, all, root_.revoke({1}) + middle.revoke({}));
  EXPECT_EQ(end(above, middle.issue({.serial = 9})), "client_certificate_revoked");
}

TEST_P(client_rules_test, refuse_who_cannot_be_looked_up) {
  const client_authority middle{"middle", &root_};
  const auto good = root_.issue({.serial = 2});
  EXPECT_EQ(end(rules(client_auth::required, root_.pem(), root_.revoke({}, -10, -100)), good),
            "client_certificate_unchecked");
  EXPECT_EQ(end(rules(client_auth::required, root_.pem(), root_.revoke({}, 100, 60)), good),
            "client_certificate_unchecked");
  EXPECT_EQ(end(rules(client_auth::required, root_.pem() + other_.pem(), other_.revoke({})), good),
            "client_certificate_unchecked");
  EXPECT_EQ(end(rules(client_auth::required, root_.pem() + middle.pem(), root_.revoke({})),
                middle.issue({})),
            "client_certificate_unchecked");
}

TEST_P(client_rules_test, know_who_comes_back) {
  const auto with = rules(client_auth::required, root_.pem(), root_.revoke({}));
  const auto good = root_.issue({.subject = "good"});
  client one{GetParam(), &good};
  EXPECT_EQ(one.connect(*server_, with), (outcome{"in", false, "CN=good"}));
  EXPECT_EQ(one.connect(*server_, with), (outcome{"in", true, "CN=good"}));
  EXPECT_EQ(one.connect(*server_, with), (outcome{"in", true, "CN=good"}));
}

TEST_P(client_rules_test, take_up_no_session_of_other_rules) {
  const auto good = root_.issue({.subject = "good", .serial = 5});
  const auto required = rules(client_auth::required, root_.pem());
  const auto optional = rules(client_auth::optional, root_.pem());
  const auto of_other = rules(client_auth::required, other_.pem());
  const auto listed = rules(client_auth::required, root_.pem(), root_.revoke({}));
  const auto revoking = rules(client_auth::required, root_.pem(), root_.revoke({5}));
  const outcome anew{"in", false, "CN=good"};
  struct {
    std::shared_ptr<const client_rules> first;
    std::shared_ptr<const client_rules> then;
    outcome end;
  } const cases[] = {
      {nullptr, required, anew},
      {nullptr, optional, anew},
      {required, optional, anew},
      {optional, required, anew},
      {required, listed, anew},
      {required, nullptr, {"in", false, ""}},
      {required, of_other, {"client_certificate_unknown", false, ""}},
      {required, revoking, {"client_certificate_revoked", false, ""}},
      {listed, revoking, {"client_certificate_revoked", false, ""}},
      {required, required, {"in", true, "CN=good"}},
  };
  int number = 0;
  for (const auto& one : cases) {
    client comes{GetParam(), &good};
    EXPECT_EQ(comes.connect(*server_, one.first).end, "in") << number;
    EXPECT_EQ(comes.connect(*server_, one.then), one.end) << number++;
  }
  // Nobody becomes somebody, and who is nobody gets in only where that is enough.
  client nobody{GetParam(), nullptr};
  EXPECT_EQ(nobody.connect(*server_, optional).end, "in");
  EXPECT_EQ(nobody.connect(*server_, optional), (outcome{"in", true, ""}));
  EXPECT_EQ(nobody.connect(*server_, required).end, "client_certificate_missing");
}

TEST_P(client_rules_test, take_up_no_session_that_has_outlived_its_certificate) {
  const auto with = rules(client_auth::required, root_.pem(), root_.revoke({}, 7200));
  const auto good = root_.issue({.until = 600});
  client one{GetParam(), &good};
  EXPECT_EQ(one.connect(*server_, with).end, "in");
  now_ += minutes{5};
  EXPECT_TRUE(one.connect(*server_, with).resumed);
  EXPECT_TRUE(one.connect(*server_, with).resumed) << "what was renewed says the same";
  now_ += minutes{6};
  EXPECT_EQ(one.connect(*server_, with).end, "client_certificate_expired");
}

TEST_P(client_rules_test, take_certificates_and_lists_that_end_past_the_clock) {
  constexpr long far = 99'999L * 86'400;
  const client_authority root{"root", nullptr, far};
  const auto with = rules(client_auth::required, root.pem(), root.revoke({7}, far));
  EXPECT_THAT(with->warnings(), IsEmpty());
  const auto good = root.issue({.until = far});
  client one{GetParam(), &good};
  EXPECT_EQ(one.connect(*server_, with).end, "in");
  EXPECT_TRUE(one.connect(*server_, with).resumed);
  EXPECT_EQ(end(with, root.issue({.serial = 7, .until = far})), "client_certificate_revoked");
}

TEST_P(client_rules_test, take_up_no_session_that_has_outlived_its_authority) {
  const client_authority brief{"brief", &root_, 600};
  const auto with = rules(client_auth::required, root_.pem());
  const auto good = brief.issue({});
  client one{GetParam(), &good};
  EXPECT_EQ(one.connect(*server_, with).end, "in");
  EXPECT_TRUE(one.connect(*server_, with).resumed);
  now_ += minutes{11};
  EXPECT_EQ(one.connect(*server_, with).end, "client_certificate_expired");
}

TEST_P(client_rules_test, take_up_no_session_that_has_outlived_a_list) {
  const auto with = rules(client_auth::required, root_.pem(), root_.revoke({}, 600));
  const auto good = root_.issue({});
  client one{GetParam(), &good};
  EXPECT_EQ(one.connect(*server_, with).end, "in");
  EXPECT_TRUE(one.connect(*server_, with).resumed);
  now_ += minutes{11};
  EXPECT_EQ(one.connect(*server_, with).end, "client_certificate_unchecked");
}

// The newest holds, whatever an authority has left beside it, and until it expires.
TEST_P(client_rules_test, pass_over_lists_that_were_left_behind) {
  const client_authority middle{"middle", &root_};
  const auto old = root_.revoke({}, -3600, -7200);
  const auto with = rules(client_auth::required, root_.pem() + middle.pem(),
                          old + root_.revoke({5}, 1200) + middle.revoke({}, 600) + old);
  EXPECT_THAT(with->warnings(), IsEmpty());
  EXPECT_EQ(end(with, root_.issue({.serial = 5})), "client_certificate_revoked");
  const auto good = root_.issue({.serial = 6});
  client one{GetParam(), &good};
  EXPECT_EQ(one.connect(*server_, with).end, "in");
  EXPECT_TRUE(one.connect(*server_, with).resumed);
  now_ += minutes{11};
  EXPECT_FALSE(one.connect(*server_, with).resumed) << "the other authority's has expired";
  EXPECT_THAT(with->warnings(), ElementsAre(HasSubstr("of CN=middle has expired")));
  now_ += minutes{10};
  EXPECT_EQ(one.connect(*server_, with).end, "client_certificate_unchecked");
  EXPECT_THAT(with->warnings(), ElementsAre(HasSubstr("of CN=root has expired"),
                                            HasSubstr("of CN=middle has expired")));
}

INSTANTIATE_TEST_SUITE_P(versions, client_rules_test,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION), [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "tls_1_2" : "tls_1_3";
                         });

TEST_F(client_rules_base, refuse_files_that_are_none) {
  const client_authority middle{"middle", &root_};
  EXPECT_EQ(fault(root_.pem() + middle.pem(), root_.revoke({}) + middle.revoke({})), "");
  EXPECT_THAT(fault(""), HasSubstr("authorities.pem: expected certificates of authorities in PEM, "
                                   "found nothing"));
  EXPECT_THAT(fault(root_.revoke({})), HasSubstr("found a revocation list"));
  EXPECT_THAT(fault(root_.issue({.subject = "leaf"}).pem),
              HasSubstr("the certificate of CN=leaf is that of no authority"));
  EXPECT_THAT(fault(root_.pem(), root_.pem()),
              HasSubstr("lists.pem: expected revocation lists in PEM, found a certificate"));
  EXPECT_THAT(fault(root_.pem(), other_.revoke({})),
              HasSubstr("that of CN=other is of none of the authorities of clients"));
  EXPECT_THAT(fault(root_.pem(), client_authority{"root"}.revoke({})),
              HasSubstr("that of CN=root is not signed by that authority"));
  EXPECT_THAT(fault(root_.pem(), root_.revoke({}, 0)), HasSubstr("does not say when the next"));
  std::string many;
  for (int i = 0; i < 101; ++i) many += root_.pem();
  EXPECT_THAT(fault(many), HasSubstr("more than 100 certificates"));
  EXPECT_THAT(fault(root_.pem(), std::string(client_rules::max_revoked_bytes + 1, '\n')),
              HasSubstr("lists.pem"));
}

// With these OpenSSL refuses everybody, or takes an entry for one about somebody else.
TEST_F(client_rules_base, refuse_lists_that_are_not_for_everybody) {
  struct {
    client_authority::extension with;
    const char* fault;
  } const cases[] = {
      {{NID_issuing_distribution_point, "critical,fullname:URI:http://x.example/"},
       "that of CN=root is for some certificates alone"},
      {{NID_issuing_distribution_point, "critical,onlyuser:TRUE"}, "issuing distribution point"},
      {{NID_issuing_distribution_point, "onlyCA:TRUE"}, "without that extension"},
      {{NID_delta_crl, "critical,DER:020101"}, "a delta list"},
      {{NID_info_access, "critical,OCSP;URI:http://x.example/"},
       "that of CN=root has a critical extension that is not understood (1.3.6.1.5.5.7.1.1)"},
      {{NID_crl_reason, "critical,DER:0A0101", true}, "not understood (2.5.29.21)"},
      {{NID_certificate_issuer, "DER:3003820178", true}, "not understood (2.5.29.29)"},
      {{NID_info_access, "OCSP;URI:http://x.example/"}, ""},
      {{NID_crl_reason, "DER:0A0101", true}, ""},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.with.value);
    const auto found = fault(root_.pem(), root_.revoke({7}, 3600, -60, {one.with}));
    if (std::string_view{one.fault}.empty()) {
      EXPECT_EQ(found, "");
    } else {
      EXPECT_THAT(found, HasSubstr(one.fault));
    }
  }
}

TEST_F(client_rules_base, warn_of_lists_that_refuse_everybody) {
  const auto of = [this](const std::string& authorities, const std::string& lists) {
    return rules(client_auth::required, authorities, lists)->warnings();
  };
  EXPECT_THAT(of(root_.pem(), root_.revoke({})), IsEmpty());
  EXPECT_THAT(of(root_.pem() + other_.pem(), ""), IsEmpty());
  EXPECT_THAT(of(root_.pem() + other_.pem(), root_.revoke({})),
              ElementsAre(HasSubstr("no revocation list of CN=other")));
  EXPECT_THAT(of(root_.pem(), root_.revoke({}, -10, -100)),
              ElementsAre(HasSubstr("the revocation list of CN=root has expired")));
  EXPECT_THAT(of(root_.pem(), root_.revoke({}, 100, 60)),
              ElementsAre(HasSubstr("of CN=root is not valid yet")));
  const auto soon = root_.revoke({}, 100, 60);
  EXPECT_THAT(of(root_.pem(), soon + root_.revoke({}, 10)), IsEmpty()) << "one holds still";
  EXPECT_THAT(of(root_.pem(), soon + root_.revoke({}, -10, -100)),
              ElementsAre(HasSubstr("of CN=root is not valid yet")));
  now_ += hours{11};
  EXPECT_THAT(of(root_.pem(), ""), ElementsAre(HasSubstr("the authority CN=root has expired")));
}

std::optional<core::client_certificate> read(const support::certificate& made) {
  const std::unique_ptr<X509, deleter> one{[&made] {
    auto* memory = BIO_new_mem_buf(made.pem.data(), static_cast<int>(made.pem.size()));
    auto* const read = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
    BIO_free(memory);
    return read;
  }()};
  return read_client_certificate(one.get());
}

TEST_F(client_rules_base, a_certificate_says_who_a_client_is) {
  const auto said = read(root_.issue({.subject = "J\xc3\xbcrgen, \"the\" client\n ",
                                      .serial = 0x1a2b,
                                      .names = "DNS:a.example,DNS:*.b.example,URI:spiffe://c/d,"
                                               "email:e@f.example,IP:127.0.0.1"}));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->subject, R"(CN=J\C3\BCrgen\, \"the\" client\0A\ )");
  EXPECT_EQ(said->issuer, "CN=root");
  EXPECT_EQ(said->serial, "1A2B");
  EXPECT_EQ(said->sha256.size(), 43U);
  EXPECT_THAT(said->dns, ElementsAre("a.example", "*.b.example"));
  EXPECT_THAT(said->uris, ElementsAre("spiffe://c/d"));
  EXPECT_THAT(said->emails, ElementsAre("e@f.example"));
  EXPECT_GT(said->not_after, now_);
  EXPECT_EQ(read(root_.issue({}))->dns.size(), 0U);
}

TEST_F(client_rules_base, a_name_with_a_zero_byte_is_escaped_or_refused) {
  const auto said = read(root_.issue({.subject = std::string{"a\0b", 3}}));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->subject, "CN=a\\00b");
  EXPECT_FALSE(read(root_.issue({.names = "DNS:a b"})));
  EXPECT_FALSE(read(root_.issue({.names = "URI:" + std::string(max_certificate_name + 1, 'a')})));
  EXPECT_TRUE(read(root_.issue({.names = "URI:" + std::string(max_certificate_name, 'a')})));
}

}  // namespace
}  // namespace latchkey::net
