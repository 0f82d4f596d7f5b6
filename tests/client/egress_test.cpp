// How https_client gets to a provider and proves who is who: proxies, client certificates, further
// fields, addresses that are refused, entity tags, reasons for refused certificates.
#include "support/pki.hpp"
#include "support/raw_server.hpp"
#include "support/raw_tls.hpp"
#include "support/run.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace latchkey::client {
namespace {

using namespace std::chrono_literals;
using support::raw_server;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

core::result<http::fetched> get(const https_client& client, http::fetch_request wanted,
                                std::chrono::milliseconds limit = 5s) {
  boost::asio::io_context io;
  const core::deadline until{core::steady_time::clock::now() + limit};
  return support::run(io, client.get(std::move(wanted), until));
}

struct exchange_seen {
  std::string asked;
  core::result<http::fetched> got = net::errc::closed;
};

// What a client asks a plain server that answers with `bytes`, and what it makes of that.
exchange_seen seen_by(const std::string& bytes, https_client_settings settings = {},
                      const std::string& etag = {}) {
  exchange_seen seen;
  raw_server server{[&](raw_server::socket& peer) {
    seen.asked = raw_server::read_head(peer);
    raw_server::send(peer, bytes);
  }};
  seen.got =
      get(https_client{std::move(settings)}, {"http://127.0.0.1:" + server.port() + "/keys", etag});
  return seen;
}

TEST(entity_tags, are_handed_over_sent_back_and_answered_with_304) {
  const auto first = seen_by("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 2\r\n\r\n{}");
  ASSERT_TRUE(first.got.has_value());
  EXPECT_EQ(first.got->etag, "\"a\"");
  EXPECT_THAT(first.asked, Not(HasSubstr("If-None-Match")));
  const auto second = seen_by("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n", {}, "\"a\"");
  ASSERT_TRUE(second.got.has_value()) << second.got.error().message();
  EXPECT_EQ(second.got->status, 304U);
  EXPECT_EQ(second.got->body, "");
  EXPECT_THAT(second.asked, HasSubstr("\r\nIf-None-Match: \"a\"\r\n"));
}

TEST(entity_tags, that_could_not_be_sent_back_are_dropped) {
  for (const std::string tag : {"\"a b\"", "\"\x01\"", "\"\xc3\xa4\""}) {
    const auto seen = seen_by("HTTP/1.1 200 OK\r\nETag: " + tag + "\r\nContent-Length: 0\r\n\r\n");
    EXPECT_TRUE(seen.got.has_error() || seen.got->etag.empty()) << tag;
  }
  const auto longest = seen_by("HTTP/1.1 200 OK\r\nETag: " + std::string(257, 'a') +
                               "\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(longest.got->etag, "");
  const auto split = seen_by("HTTP/1.1 204 No Content\r\n\r\n", {}, "\"a\"\r\nX-Other: b");
  EXPECT_THAT(split.asked, Not(HasSubstr("X-Other")));
}

TEST(https_client, refuses_a_body_that_is_encoded) {
  const std::string end = "\r\nContent-Length: 2\r\n\r\n{}";
  EXPECT_EQ(seen_by("HTTP/1.1 200 OK\r\nContent-Encoding: gzip" + end).got.error(),
            errc::unexpected_encoding);
  EXPECT_TRUE(seen_by("HTTP/1.1 200 OK\r\nContent-Encoding: identity" + end).got.has_value());
  EXPECT_EQ(seen_by("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}").got.error(),
            errc::unexpected_encoding);
  const std::string chunks = "2\r\n{}\r\n0\r\n\r\n";
  EXPECT_EQ(
      seen_by("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunks).got.error(),
      errc::unexpected_encoding);
}

TEST(https_client, takes_the_status_of_a_refusal_that_is_encoded) {
  const auto busy = seen_by(
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Encoding: gzip\r\n"
      "Content-Length: 2\r\n\r\nxx");
  ASSERT_TRUE(busy.got.has_value()) << busy.got.error().message();
  EXPECT_EQ(busy.got->status, 503U);
  EXPECT_EQ(busy.got->retry_after, "7");
  EXPECT_EQ(busy.got->body, "");
  const auto same =
      seen_by("HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n", {}, "\"a\"");
  ASSERT_TRUE(same.got.has_value()) << same.got.error().message();
  EXPECT_EQ(same.got->status, 304U);
}

TEST(https_client, refuses_an_ambiguous_length) {
  EXPECT_TRUE(seen_by("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\n{}")
                  .got.has_error());
}

TEST(further_fields, are_sent_and_checked_at_the_start) {
  https_client_settings settings;
  settings.headers = {{"X-Api-Key", "k"}, {"X-Api-Key", "l"}, {"Authorization", "Basic eA=="}};
  const auto seen = seen_by("HTTP/1.1 204 No Content\r\n\r\n", settings);
  EXPECT_THAT(seen.asked, HasSubstr("\r\nX-Api-Key: k\r\n"));
  EXPECT_THAT(seen.asked, HasSubstr("\r\nX-Api-Key: l\r\n"));
  EXPECT_THAT(seen.asked, HasSubstr("\r\nAuthorization: Basic eA==\r\n"));
  using field = further_field;
  for (const auto& bad : {field{"", "x"}, field{"a b", "x"}, field{"a:", "x"}, field{"Host", "x"},
                          field{"content-length", "1"}, field{"Connection", "x"},
                          field{"x", "a\r\nb: c"}, field{"x", std::string{"a\0b", 3}}}) {
    settings.headers = {bad};
    EXPECT_THROW(https_client{settings}, std::invalid_argument) << bad.name;
  }
}

TEST(further_fields, go_to_their_origins_only) {
  https_client_settings settings;
  settings.headers = {{"X-Everywhere", "a", {}, {}, {}},
                      {"Authorization", "secret", {}, {}, {"https://idp.example/realms/a"}}};
  const auto seen = seen_by("HTTP/1.1 204 No Content\r\n\r\n", settings);
  EXPECT_THAT(seen.asked, HasSubstr("X-Everywhere: a"));
  EXPECT_THAT(seen.asked, Not(HasSubstr("secret")));
}

TEST(further_fields, are_read_from_their_file_for_each_request) {
  const support::temporary_folder folder;
  https_client_settings settings;
  settings.headers = {{"Authorization", {}, folder.write("token", "one\n"), "Bearer ", {}}};
  const https_client client{settings};
  std::string asked;
  raw_server server{[&](raw_server::socket& peer) {
    asked = raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 204 No Content\r\n\r\n");
  }};
  const http::fetch_request wanted{"http://127.0.0.1:" + server.port() + "/", {}};
  ASSERT_TRUE(get(client, wanted).has_value());
  EXPECT_THAT(asked, HasSubstr("\r\nAuthorization: Bearer one\r\n"));
  folder.write("token", "two");
  ASSERT_TRUE(get(client, wanted).has_value());
  EXPECT_THAT(asked, HasSubstr("\r\nAuthorization: Bearer two\r\n"));
  folder.write("token", "");
  EXPECT_EQ(get(client, wanted).error(), errc::field_file);
  EXPECT_EQ(server.connections(), 2);
}

TEST(https_client, asks_for_the_media_types_that_are_wanted) {
  std::string asked;
  raw_server server{[&](raw_server::socket& peer) {
    asked = raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 204 No Content\r\n\r\n");
  }};
  const auto url = "http://127.0.0.1:" + server.port() + "/";
  get(https_client{{}}, {url, {}});
  EXPECT_THAT(asked, HasSubstr("\r\nAccept: application/json\r\n"));
  get(https_client{{}}, {url, {}, "application/json, application/jwk-set+json"});
  EXPECT_THAT(asked, HasSubstr("\r\nAccept: application/json, application/jwk-set+json\r\n"));
}

TEST(refuse_internal, never_connects_to_this_machine) {
  raw_server server{[](raw_server::socket&) {}};
  https_client_settings settings;
  settings.refuse_internal = true;
  const https_client client{settings};
  for (const std::string host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"}) {
    const auto got = get(client, {"https://" + host + ":" + server.port() + "/", {}});
    EXPECT_EQ(got.error(), errc::internal_address) << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(errors, are_recognised_without_knowing_this_layer) {
  EXPECT_EQ(make_error_code(net::errc::timeout), boost::system::errc::timed_out);
  EXPECT_NE(make_error_code(net::errc::closed), boost::system::errc::timed_out);
}

class egress_tls : public testing::Test {
 protected:
  static async::task<http::response> answer() {
    co_return http::response::json(http::status::ok, "{}");
  }

  std::shared_ptr<const net::tls_context> tls_of(const support::certificate& shown) {
    return std::make_shared<const net::tls_context>(net::tls_files{
        folder_.write("server.pem", shown.pem), folder_.write("server.key", shown.key_pem)});
  }

  std::string refusal(const support::certificate& shown, const support::certificate& authority,
                      const std::string& host) {
    server::server_settings settings;
    settings.tls = tls_of(shown);
    support::test_server running{[](http::context&) { return answer(); }, settings};
    const auto got = get(https_client{trusting(authority)},
                         {"https://" + host + ":" + std::to_string(running.endpoint().port()), {}});
    if (!got.has_error()) return "accepted";
    EXPECT_EQ(got.error().category(), net::certificate_category());
    return got.error().message();
  }

  https_client_settings trusting(const support::certificate& authority) {
    https_client_settings settings;
    settings.ca_file = folder_.write("ca.pem", authority.pem);
    return settings;
  }

  support::temporary_folder folder_;
};

TEST_F(egress_tls, says_why_a_certificate_is_refused) {
  const auto good = support::make_certificate();
  EXPECT_EQ(refusal(good, good, "localhost"), "accepted");
  EXPECT_THAT(refusal(good, support::make_certificate(), "localhost"), HasSubstr("self-signed"));
  const auto expired = support::make_certificate("DNS:localhost", -7200, -3600);
  EXPECT_THAT(refusal(expired, expired, "localhost"), HasSubstr("expired"));
  const auto elsewhere = support::make_certificate("DNS:idp.example,IP:127.0.0.2");
  EXPECT_THAT(refusal(elsewhere, elsewhere, "localhost"), HasSubstr("hostname mismatch"));
  EXPECT_THAT(refusal(elsewhere, elsewhere, "127.0.0.1"), HasSubstr("IP address mismatch"));
}

TEST_F(egress_tls, trusts_the_authority_that_is_named_without_the_one_above_it) {
  const auto root = support::make_certificate("DNS:root", -3600, 3600, nullptr, "root");
  const auto issuing = support::make_certificate("DNS:issuing", -3600, 3600, &root, "issuing");
  const auto shown = support::make_certificate("DNS:localhost", -3600, 3600, &issuing, "server");
  const auto strange = support::make_certificate("DNS:issuing", -3600, 3600, &root, "issuing");
  EXPECT_EQ(refusal(shown, issuing, "localhost"), "accepted");
  EXPECT_NE(refusal(shown, strange, "localhost"), "accepted") << "the same name, another key";
  EXPECT_NE(refusal(shown, root, "localhost"), "accepted") << "the one between is missing";
}

// Who can cut the connection could otherwise shorten a key set.
TEST_F(egress_tls, takes_a_body_without_a_length_only_to_its_proper_end) {
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

TEST_F(egress_tls, proves_itself_with_a_client_certificate) {
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

// A proxy that answers CONNECT with `answer` and, where that is a success, passes bytes on.
class proxy {
 public:
  explicit proxy(std::string answer) : answer_{std::move(answer)}, server_{script()} {}
  proxy_settings settings(const std::string& user = {}) const {
    return {"http://" + user + "127.0.0.1:" + server_.port(), {}};
  }
  std::string asked;
  int connections() const { return server_.connections(); }

 private:
  raw_server::script script() {
    return [this](raw_server::socket& client) {
      asked = raw_server::read_head(client);
      raw_server::send(client, answer_);
      if (answer_.find(" 200 ") == std::string::npos) return;
      const auto colon = asked.find(':');
      const auto port = static_cast<unsigned short>(std::stoi(asked.substr(colon + 1)));
      raw_server::socket target{client.get_executor()};
      boost::system::error_code error;
      target.connect({boost::asio::ip::address_v4::loopback(), port}, error);
      while (!error) pass(client, target, error);
    };
  }
  static void pass(raw_server::socket& a, raw_server::socket& b, boost::system::error_code& error) {
    std::array<::pollfd, 2> ready{{{a.native_handle(), POLLIN, 0}, {b.native_handle(), POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), 5000);
    std::array<char, 4096> bytes;
    auto& from = ready[0].revents != 0 ? a : b;
    auto& to = ready[0].revents != 0 ? b : a;
    const auto size = from.read_some(boost::asio::buffer(bytes), error);
    if (!error) boost::asio::write(to, boost::asio::buffer(bytes, size), error);
  }

  std::string answer_;
  raw_server server_;
};

TEST_F(egress_tls, goes_through_a_proxy_and_checks_the_provider_itself) {
  const auto made = support::make_certificate();
  server::server_settings serving;
  serving.tls = tls_of(made);
  support::test_server running{[](http::context&) { return answer(); }, serving};
  const auto port = std::to_string(running.endpoint().port());
  proxy between{"HTTP/1.1 200 Connected\r\n\r\n"};
  auto settings = trusting(made);
  settings.proxy = between.settings("user:pass@");
  const auto got = get(https_client{settings}, {"https://localhost:" + port + "/", {}});
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->body, "{}");
  EXPECT_THAT(between.asked, StartsWith("CONNECT localhost:" + port + " HTTP/1.1\r\n"));
  EXPECT_THAT(between.asked, HasSubstr("\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"));

  settings.proxy.no_proxy = "localhost";
  EXPECT_TRUE(get(https_client{settings}, {"https://localhost:" + port + "/", {}}).has_value());
  EXPECT_EQ(between.connections(), 1) << "the second one went directly";

  settings = trusting(support::make_certificate());
  settings.proxy = between.settings();
  EXPECT_TRUE(get(https_client{settings}, {"https://localhost:" + port + "/", {}}).has_error());
  EXPECT_THAT(between.asked, Not(HasSubstr("Proxy-Authorization")));
}

TEST(proxies, that_do_not_connect_are_an_error) {
  for (const std::string answer :
       {"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "HTTP/1.1 302 Found\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 200 OK\r\n\r\nand more that is not TLS"}) {
    raw_server server{[&](raw_server::socket& peer) {
      raw_server::read_head(peer);
      raw_server::send(peer, answer);
      raw_server::gone(peer, 2s);
    }};
    https_client_settings settings;
    settings.proxy.url = "http://127.0.0.1:" + server.port();
    EXPECT_EQ(get(https_client{settings}, {"https://idp.example/", {}}).error(),
              errc::proxy_refused)
        << answer;
  }
}

// What a proxy makes of CONNECT by such an answer.
core::error_code answered_by_proxy(const std::string& answer) {
  raw_server server{[&](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, answer);
  }};
  https_client_settings settings;
  settings.proxy.url = "http://127.0.0.1:" + server.port();
  return get(https_client{settings}, {"https://idp.example/", {}}).error();
}

TEST(proxies, are_read_as_strictly_as_others) {
  EXPECT_EQ(answered_by_proxy("HTTP/2.0 200 OK\r\n\r\n"), http1::errc::bad_version);
  EXPECT_EQ(answered_by_proxy("HTTP/1.1 200 OK\nA: b\n\n"), http1::errc::bad_line_end);
  EXPECT_EQ(answered_by_proxy("HTTP/1.1 200 OK\r\nA : b\r\n\r\n"), http1::errc::bad_field);
  EXPECT_EQ(answered_by_proxy("hello"), http1::errc::bad_status_line);
  EXPECT_EQ(answered_by_proxy(""), http1::errc::no_response);
  EXPECT_EQ(answered_by_proxy("HTTP/1.1 200 OK\r\n"), http1::errc::truncated);
  EXPECT_EQ(answered_by_proxy("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 403 No\r\n\r\n"),
            errc::proxy_refused);
}

TEST(proxies, are_under_the_connect_timeout_and_bounded) {
  raw_server silent{[](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
  https_client_settings settings;
  settings.connect_timeout = 150ms;
  settings.proxy.url = "http://127.0.0.1:" + silent.port();
  EXPECT_EQ(get(https_client{settings}, {"https://idp.example/", {}}).error(), net::errc::timeout);

  raw_server endless{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\n");
    while (raw_server::send(peer, "X: " + std::string(1000, 'x') + "\r\n")) {
    }
  }};
  settings.connect_timeout = 5s;
  settings.proxy.url = "http://127.0.0.1:" + endless.port();
  EXPECT_EQ(get(https_client{settings}, {"https://idp.example/", {}}).error(),
            errc::answer_too_large);
}

TEST(proxies, are_not_led_inside_either) {
  https_client_settings settings;
  settings.refuse_internal = true;
  raw_server server{[](raw_server::socket&) {}};
  settings.proxy.url = "http://127.0.0.1:" + server.port();
  for (const std::string host :
       {"169.254.169.254", "localhost", "LocalHost", "localhost.", "a.LOCALHOST.", "[fe80::1]",
        "[::ffff:127.0.0.1]", "metadata.google.internal"}) {
    EXPECT_EQ(get(https_client{settings}, {"https://" + host + "/", {}}).error(),
              errc::internal_address)
        << host;
  }
  for (const std::string host : {"2130706433", "127.1", "0xa9fea9fe", "0177.0.0.1", "127.0.0.1.",
                                 "%6cocalhost", "127%2e0.0.1", "[fe80::1%251]"}) {
    EXPECT_EQ(get(https_client{settings}, {"https://" + host + "/", {}}).error(), errc::bad_url)
        << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(proxies, are_judged_where_they_would_be_used) {
  raw_server server{[](raw_server::socket& peer) { raw_server::read_head(peer); }};
  https_client_settings settings;
  settings.proxy.url = "https://proxy.example:3129";
  settings.proxy.no_proxy = "127.0.0.1";
  const https_client client{settings};
  EXPECT_EQ(get(client, {"https://localhost:" + server.port() + "/", {}}).error(), errc::bad_proxy);
  EXPECT_EQ(server.connections(), 0);
  EXPECT_NE(get(client, {"https://127.0.0.1:" + server.port() + "/", {}}).error(), errc::bad_proxy);
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace latchkey::client
