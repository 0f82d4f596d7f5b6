#include "support/client.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"
#include "support/tls_peer.hpp"

#include <latchkey/net/tls_budget.hpp>
#include <latchkey/server/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::server {
namespace {

using support::client;
using support::test_server;
using support::tls_peer;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string question = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

async::task<http::response> answer(http::context& ctx) {
  co_return http::response::text(http::status::ok, "text/plain", std::string{ctx.target.path});
}

class tls_abuse : public testing::Test {
 protected:
  server_settings settings() {
    const auto made = support::make_certificate();
    server_settings all;
    all.tls = std::make_shared<const net::tls_context>(net::tls_files{
        folder_.write("server.pem", made.pem), folder_.write("server.key", made.key_pem)});
    all.refused = [this](const refusal& one) {
      const std::lock_guard lock{mutex_};
      refused_.push_back(one.error.message() + " " + std::to_string(one.status));
    };
    return all;
  }
  // Waits for the first: a client may see its end before the server has told of it.
  std::vector<std::string> refused() {
    const auto lingering_timeout = core::steady_time::clock::now() + std::chrono::seconds{8};
    for (;;) {
      const std::lock_guard lock{mutex_};
      if (!refused_.empty() || core::steady_time::clock::now() > lingering_timeout) return refused_;
      std::this_thread::yield();
    }
  }
  std::string ask(const client::endpoint& to) {
    client one{to};
    one.start_tls();
    one.send("GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return one.read_to_end();
  }

  support::temporary_folder folder_;
  std::mutex mutex_;
  std::vector<std::string> refused_;
};

TEST_F(tls_abuse, ends_a_peer_that_only_renews_its_keys) {
  test_server running{answer, settings()};
  tls_peer one{running.endpoint(), TLS1_3_VERSION};
  int sent = 0;
  while (sent < 20'000 && one.update_keys()) ++sent;
  EXPECT_TRUE(one.is_ended());
  EXPECT_THAT(refused(), ElementsAre("tls_flood 0"));
  EXPECT_THAT(ask(running.endpoint()), EndsWith("/b"));
}

TEST_F(tls_abuse, ends_it_within_a_request_too) {
  test_server running{answer, settings()};
  tls_peer one{running.endpoint(), TLS1_3_VERSION};
  ASSERT_TRUE(one.send("GET / HTTP/1.1\r\nHo"));
  for (unsigned i = 0; i <= net::tls_budget::messages_without_data; ++i) {
    ASSERT_TRUE(one.update_keys());
  }
  EXPECT_TRUE(one.is_ended());
  EXPECT_THAT(refused(), ElementsAre("tls_flood 0"));
}

TEST_F(tls_abuse, bears_keys_renewed_between_requests) {
  test_server running{answer, settings()};
  tls_peer one{running.endpoint(), TLS1_3_VERSION};
  for (int i = 0; i < 4; ++i) {
    for (unsigned k = 0; k + 1 < net::tls_budget::messages_without_data; ++k) {
      ASSERT_TRUE(one.update_keys());
    }
    ASSERT_TRUE(one.send(question));
    EXPECT_THAT(one.read_some(), EndsWith("/a"));
  }
}

// In TLS 1.2 a message may be in a record with many others, or in many records.
std::string hello_again() {
  const auto body = "\3\3" + std::string(32, 'r') + std::string{"\0\0\2\xC0\x2B\1\0\0\0", 9};
  return std::string{"\1\0\0", 3} + static_cast<char>(body.size()) + body;
}

TEST_F(tls_abuse, ends_a_peer_that_only_renegotiates) {
  test_server running{answer, settings()};
  tls_peer one{running.endpoint(), TLS1_2_VERSION};
  int sent = 0;
  while (sent < 20'000 && one.send_raw(one.record(22, hello_again()))) ++sent;
  EXPECT_TRUE(one.is_ended());
  EXPECT_THAT(refused(), ElementsAre("tls_flood 0"));
  EXPECT_THAT(ask(running.endpoint()), EndsWith("/b"));
}

TEST_F(tls_abuse, ends_a_peer_that_renegotiates_many_times_in_one_record) {
  test_server running{answer, settings()};
  tls_peer one{running.endpoint(), TLS1_2_VERSION};
  std::string many;
  for (int i = 0; i < 300; ++i) many += hello_again();
  one.send_raw(one.record(22, many));
  EXPECT_TRUE(one.is_ended());
  EXPECT_THAT(refused(), ElementsAre("tls_flood 0"));
}

TEST_F(tls_abuse, ends_a_peer_whose_message_never_ends) {
  test_server running{answer, settings()};
  tls_peer one{running.endpoint(), TLS1_2_VERSION};
  ASSERT_TRUE(one.send_raw(one.record(22, std::string{"\1\1\0\0", 4})));
  int sent = 0;
  while (sent < 20'000 && one.send_raw(one.record(22, "x"))) ++sent;
  EXPECT_TRUE(one.is_ended());
  EXPECT_THAT(refused(), ElementsAre("tls_flood 0"));
}

TEST_F(tls_abuse, goes_on_beside_half_a_client_hello_and_drains_it_at_once) {
  test_server running{answer, settings()};
  client half{running.endpoint()};
  half.send(std::string{"\x16\3\1\2\0\1\0\1\xFC\3\3", 11});
  while (running.server().open_connections() != 1) std::this_thread::yield();
  EXPECT_THAT(ask(running.endpoint()), EndsWith("/b"));
  auto ended = running.drain(std::chrono::seconds{8});
  EXPECT_EQ(half.read_to_end(), "");
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{4}), std::future_status::ready);
}

TEST_F(tls_abuse, tells_who_speaks_plain_http) {
  test_server running{answer, settings()};
  client one{running.endpoint()};
  one.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" +
           std::string(200'000, 'x'));
  const auto text = one.read_to_end();
  EXPECT_THAT(text, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(text, HasSubstr("content-type: text/plain"));
  EXPECT_THAT(text, HasSubstr("This port speaks HTTPS"));
  EXPECT_TRUE(one.ended_orderly());
  EXPECT_THAT(refused(), ElementsAre("plain_http 400"));
}

struct opening {
  const char* name;
  std::string bytes;
  const char* answered;
  const char* reason;
};

TEST_F(tls_abuse, tells_the_log_what_came_instead_of_tls) {
  const std::string alert{"\x15\3\3\0\2\2", 6};
  const opening cases[] = {
      {"proxy header", "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n", "", "proxy_header 0"},
      {"proxy header 2", {"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16}, "", "proxy_header 0"},
      {"noise", {"\0\1\2", 3}, "", "not_tls 0"},
      {"ssh", "SSH-2.0-a\r\n", "", "not_tls 0"},
      {"ssl 2", {"\x80\x2E\1\0\2\0", 6}, "\x15\3\3\0\2\2\x46", "tls_version 0"},
      {"large hello", {"\x16\3\1\1\0\1\1\0\0", 9}, "\x15\3\3\0\2\2\x32", "hello_too_large 0"},
  };
  for (const auto& one : cases) {
    refused_.clear();
    test_server running{answer, settings()};
    client speaks{running.endpoint()};
    speaks.send(one.bytes);
    const auto text = speaks.read_to_end();
    if (std::string{one.answered}.empty()) {
      EXPECT_EQ(text, "") << one.name;
    } else {
      EXPECT_THAT(text, StartsWith(alert)) << one.name;
      EXPECT_EQ(text.back(), one.name == std::string{"ssl 2"} ? 0x46 : 0x32) << one.name;
    }
    EXPECT_THAT(refused(), ElementsAre(one.reason)) << one.name;
  }
}

struct offer {
  const char* name;
  std::function<void(SSL_CTX*)> limit;
  const char* reason;  // null: the handshake succeeds
};

void alpn(SSL_CTX* context, const std::string& list) {
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(list.data()),
                          static_cast<unsigned>(list.size()));
}

TEST_F(tls_abuse, tells_why_there_is_no_handshake) {
  const offer cases[] = {
      {"http/1.1", [](auto* c) { alpn(c, "\2h2\10http/1.1"); }, nullptr},
      {"http/1.0", [](auto* c) { alpn(c, "\10http/1.0"); }, nullptr},
      {"h2 alone", [](auto* c) { alpn(c, "\2h2"); }, "no_common_protocol 0"},
      {"version",
       [](auto* c) {
         SSL_CTX_set_security_level(c, 0);
         SSL_CTX_set_min_proto_version(c, TLS1_VERSION);
         SSL_CTX_set_max_proto_version(c, TLS1_1_VERSION);
       },
       "tls_version 0"},
      {"suite",
       [](auto* c) {
         SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION);
         SSL_CTX_set_cipher_list(c, "AES128-SHA");
       },
       "no_common_suite 0"},
      {"group", [](auto* c) { SSL_CTX_set1_groups_list(c, "P-521"); }, "no_common_group 0"},
      {"signature", [](auto* c) { SSL_CTX_set1_sigalgs_list(c, "rsa_pss_rsae_sha256"); },
       "no_common_signature 0"},
      {"trust", [](auto* c) { SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr); },
       "certificate_rejected 0"},
  };
  for (const auto& one : cases) {
    refused_.clear();
    test_server running{answer, settings()};
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{
        SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
    one.limit(context.get());
    client speaks{running.endpoint()};
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl{SSL_new(context.get()), SSL_free};
    SSL_set_fd(ssl.get(), speaks.socket().native_handle());
    const bool agreed = SSL_connect(ssl.get()) == 1;
    EXPECT_EQ(agreed, one.reason == nullptr) << one.name;
    if (one.reason != nullptr) {
      EXPECT_THAT(refused(), ElementsAre(one.reason)) << one.name;
    }
    if (one.name == std::string{"http/1.0"} && agreed) {
      const unsigned char* chosen = nullptr;
      unsigned size = 0;
      SSL_get0_alpn_selected(ssl.get(), &chosen, &size);
      EXPECT_EQ((std::string{chosen, chosen + size}), "http/1.0");
    }
  }
}

}  // namespace
}  // namespace latchkey::server
