// Whom https_client takes for the one it asks, and how it proves itself.
#include "client/fetching.hpp"
#include "support/raw_tls.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>

namespace latchkey::client {
namespace {

using namespace std::chrono_literals;
using support::raw_server;
using support::test_server;
using testing::HasSubstr;

class https_client_tls : public over_tls {
 protected:
  // What a client that trusts `authority` gets from a server with this certificate; and that the
  // server heard of no request where it got an error.
  core::result<http::fetched> get_from(const support::certificate& shown,
                                       const support::certificate& authority,
                                       const std::string& host = "127.0.0.1") {
    std::atomic<int> requests = 0;
    server::server_settings settings;
    settings.tls = tls_of(shown);
    // Not itself a coroutine: it may capture.
    const auto count = [&requests](http::context&) {
      ++requests;
      return answer();
    };
    test_server running{count, settings};
    const auto port = std::to_string(running.endpoint().port());
    const auto got =
        fetch(https_client{trusting(authority)}, "https://" + host + ":" + port + "/keys");
    EXPECT_EQ(requests, got.has_value() ? 1 : 0);
    return got;
  }

  // Why a client does not take such a server.
  std::string refusal(const support::certificate& shown, const support::certificate& authority,
                      const std::string& host) {
    server::server_settings settings;
    settings.tls = tls_of(shown);
    test_server running{[](http::context&) { return answer(); }, settings};
    const auto got = get(https_client{trusting(authority)},
                         {"https://" + host + ":" + std::to_string(running.endpoint().port()), {}});
    if (!got.has_error()) return "accepted";
    EXPECT_EQ(got.error().category(), net::certificate_category());
    return got.error().message();
  }
};

TEST_F(https_client_tls, fetches_from_whom_it_trusts) {
  const auto made = support::make_certificate();
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    const auto got = get_from(made, made, host);
    ASSERT_TRUE(got.has_value()) << host << ": " << got.error().message();
    EXPECT_EQ(got->body, "{}");
  }
}

TEST_F(https_client_tls, refuses_whom_it_cannot_trust) {
  const auto good = support::make_certificate();
  const auto other = support::make_certificate();
  EXPECT_TRUE(get_from(other, good).has_error()) << "another authority";
  const auto expired = support::make_certificate("IP:127.0.0.1", -7200, -3600);
  EXPECT_TRUE(get_from(expired, expired).has_error()) << "expired";
  const auto early = support::make_certificate("IP:127.0.0.1", 3600, 7200);
  EXPECT_TRUE(get_from(early, early).has_error()) << "not yet valid";
  const auto elsewhere = support::make_certificate("DNS:idp.example,IP:127.0.0.2");
  EXPECT_TRUE(get_from(elsewhere, elsewhere).has_error()) << "another address";
  EXPECT_TRUE(get_from(elsewhere, elsewhere, "localhost").has_error()) << "another name";
  const auto wide = support::make_certificate("DNS:*,DNS:*host,DNS:local*");
  EXPECT_TRUE(get_from(wide, wide, "localhost").has_error()) << "a wildcard for everything";
  const auto name = support::make_certificate("DNS:127.0.0.1");
  EXPECT_TRUE(get_from(name, name).has_error()) << "an address in the place of a name";
}

TEST_F(https_client_tls, refuses_the_systems_authorities_for_a_certificate_of_ones_own) {
  const auto made = support::make_certificate();
  server::server_settings settings;
  settings.tls = tls_of(made);
  test_server running{[](http::context&) { return answer(); }, settings};
  const auto port = std::to_string(running.endpoint().port());
  EXPECT_TRUE(fetch(plain_client(), "https://127.0.0.1:" + port + "/").has_error());
  const auto plain = fetch(plain_client(), "http://127.0.0.1:" + port + "/");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->status, 400U) << "plain HTTP to a TLS port";
}

TEST_F(https_client_tls, tells_a_whole_answer_from_a_cut_off_one) {
  const auto made = support::make_certificate();
  auto context = support::server_context(made);
  const auto get_cut = [&](const std::string& bytes) {
    raw_server server{
        [&](raw_server::socket& peer) { support::answer_over_tls(peer, context, bytes); }};
    return fetch(https_client{trusting(made)}, "https://127.0.0.1:" + server.port() + "/");
  };
  EXPECT_TRUE(get_cut("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").has_value());
  EXPECT_TRUE(get_cut("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}").has_error());
  EXPECT_TRUE(get_cut("HTTP/1.1 200 OK\r\n\r\n{}").has_error()) << "only its end would end it";
}

TEST_F(https_client_tls, says_how_a_server_ended_the_connection) {
  const auto made = support::make_certificate();
  auto context = support::server_context(made);
  const https_client client{trusting(made)};
  raw_server resets{[&](raw_server::socket& peer) {
    const auto tls = support::accept_tls(peer, context);
    raw_server::reset(peer);
  }};
  EXPECT_EQ(fetch(client, "https://127.0.0.1:" + resets.port() + "/").error(),
            boost::asio::error::connection_reset);
  raw_server plain{[](raw_server::socket& peer) { raw_server::send(peer, "HTTP/1.1 200 OK\r\n"); }};
  EXPECT_THAT(fetch(client, "https://127.0.0.1:" + plain.port() + "/").error().message(),
              HasSubstr("wrong version number"));
}

TEST_F(https_client_tls, gives_up_a_server_that_only_renews_its_keys) {
  const auto made = support::make_certificate();
  auto context = support::server_context(made);
  raw_server renews{[&](raw_server::socket& peer) {
    const auto tls = support::accept_tls(peer, context);
    while (tls && SSL_key_update(tls.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
           SSL_do_handshake(tls.get()) == 1) {
    }
  }};
  EXPECT_EQ(fetch(https_client{trusting(made)}, "https://127.0.0.1:" + renews.port() + "/").error(),
            net::errc::tls_flood);
}

TEST_F(https_client_tls, refuses_authorities_that_cannot_be_read) {
  https_client_settings settings;
  settings.ca_file = folder_.path() / "missing.pem";
  EXPECT_THROW(https_client{settings}, std::runtime_error);
  settings.ca_file = folder_.write("text.pem", "hello");
  EXPECT_THROW(https_client{settings}, std::runtime_error);
}

TEST_F(https_client_tls, says_why_a_certificate_is_refused) {
  const auto good = support::make_certificate();
  EXPECT_EQ(refusal(good, good, "localhost"), "accepted");
  EXPECT_THAT(refusal(good, support::make_certificate(), "localhost"), HasSubstr("self-signed"));
  const auto expired = support::make_certificate("DNS:localhost", -7200, -3600);
  EXPECT_THAT(refusal(expired, expired, "localhost"), HasSubstr("expired"));
  const auto elsewhere = support::make_certificate("DNS:idp.example,IP:127.0.0.2");
  EXPECT_THAT(refusal(elsewhere, elsewhere, "localhost"), HasSubstr("hostname mismatch"));
  EXPECT_THAT(refusal(elsewhere, elsewhere, "127.0.0.1"), HasSubstr("IP address mismatch"));
}

TEST_F(https_client_tls, trusts_the_authority_that_is_named_without_the_one_above_it) {
  const auto root = support::make_certificate("DNS:root", -3600, 3600, nullptr, "root");
  const auto issuing = support::make_certificate("DNS:issuing", -3600, 3600, &root, "issuing");
  const auto shown = support::make_certificate("DNS:localhost", -3600, 3600, &issuing, "server");
  const auto strange = support::make_certificate("DNS:issuing", -3600, 3600, &root, "issuing");
  EXPECT_EQ(refusal(shown, issuing, "localhost"), "accepted");
  EXPECT_NE(refusal(shown, strange, "localhost"), "accepted") << "the same name, another key";
  EXPECT_NE(refusal(shown, root, "localhost"), "accepted") << "the one between is missing";
}

// Who can cut the connection could otherwise shorten a key set.
TEST_F(https_client_tls, takes_a_body_without_a_length_only_to_its_proper_end) {
  const auto shown = support::make_certificate();
  auto context = support::server_context(shown);
  // One connection after another, on the listener's thread.
  int connection = 0;
  raw_server listening{[&](raw_server::socket& peer) {
    ++connection;
    const std::string length = connection == 3 ? "Content-Length: 2\r\n" : "";
    const auto end = connection == 1 ? support::tls_end::orderly : support::tls_end::cut_off;
    support::answer_over_tls(peer, context, "HTTP/1.1 200 OK\r\n" + length + "\r\n{}", end);
  }};
  const https_client client{trusting(shown)};
  const http::fetch_request wanted{"https://127.0.0.1:" + listening.port() + "/", {}};
  const auto whole = get(client, wanted);
  ASSERT_TRUE(whole.has_value()) << whole.error().message();
  EXPECT_EQ(whole->body, "{}");
  EXPECT_EQ(get(client, wanted).error(), http1::errc::truncated);
  EXPECT_TRUE(get(client, wanted).has_value()) << "the length tells that it is whole";
}

std::string encrypted(const std::string& key_pem) {
  auto* from = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
  auto* key = PEM_read_bio_PrivateKey(from, nullptr, nullptr, nullptr);
  auto* memory = BIO_new(BIO_s_mem());
  const std::string password = "secret";
  PEM_write_bio_PrivateKey(memory, key, EVP_aes_128_cbc(),
                           reinterpret_cast<const unsigned char*>(password.data()),
                           static_cast<int>(password.size()), nullptr, nullptr);
  EVP_PKEY_free(key);
  BIO_free(from);
  return support::detail::take(memory);
}

TEST_F(https_client_tls, proves_itself_with_a_client_certificate) {
  const auto mine = support::make_certificate("DNS:client");
  const auto server = support::make_certificate();
  auto context = support::server_context(server);
  context.add_certificate_authority(boost::asio::buffer(mine.pem));
  context.set_verify_mode(boost::asio::ssl::verify_peer |
                          boost::asio::ssl::verify_fail_if_no_peer_cert);
  raw_server listening{[&](raw_server::socket& peer) {
    support::answer_over_tls(peer, context, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  }};
  const auto url = "https://127.0.0.1:" + listening.port() + "/";
  auto settings = trusting(server);
  EXPECT_TRUE(get(https_client{settings}, {url, {}}).has_error());
  settings.client_certificate = folder_.write("client.pem", mine.pem);
  settings.client_key = folder_.write("client.key", mine.key_pem);
  EXPECT_TRUE(get(https_client{settings}, {url, {}}).has_value());
  settings.certificate_origins = {"https://idp.example/", url};
  EXPECT_TRUE(get(https_client{settings}, {url, {}}).has_value());
  settings.certificate_origins = {"https://idp.example/", "https://127.0.0.1/"};
  EXPECT_TRUE(get(https_client{settings}, {url, {}}).has_error()) << "to another origin";

  settings.client_key = folder_.write("other.key", server.key_pem);
  EXPECT_THROW(https_client{settings}, std::runtime_error) << "another's key";
  settings.client_key = folder_.path() / "missing.key";
  EXPECT_THROW(https_client{settings}, std::runtime_error);
  settings.client_key = folder_.write("locked.key", encrypted(mine.key_pem));
  try {
    const https_client client{settings};
    ADD_FAILURE() << "an encrypted key, to which nobody has the password";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("locked.key"));
  }
  settings.client_key.clear();
  EXPECT_THROW(https_client{settings}, std::invalid_argument) << "half of it";
}

}  // namespace
}  // namespace latchkey::client
