// Connections that are made rather than accepted, against servers that do what a test tells them.
#include "support/full_queue.hpp"
#include "support/pki.hpp"
#include "support/raw_server.hpp"
#include "support/raw_tls.hpp"
#include "support/run.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

namespace latchkey::net {
namespace {

using namespace std::chrono_literals;
using support::raw_server;
using support::tls_end;
using idle_state = transport::idle_state;
using boost::asio::ip::tcp;

core::deadline in(std::chrono::milliseconds wait) {
  return core::deadline{core::steady_time::clock::now() + wait};
}

// A client's end of one connection.
class client {
 public:
  client() : waits_{io_.get_executor()} {}

  // Without `tls`, plain.
  core::error_code open(const tcp::endpoint& to, const client_tls* tls = nullptr,
                        const std::string& host = "localhost", SSL_SESSION* resume = nullptr,
                        std::chrono::milliseconds limit = 5s) {
    return run(begin(to, tls, host, resume, limit));
  }
  // "!" and the reason in the place of an error, "" for the peer's end.
  std::string read() { return run(read_once()); }
  core::error_code write(std::string_view bytes) { return run(write_all(bytes)); }
  core::error_code readable() { return run(wait_readable()); }
  transport& here() { return *made_; }

 private:
  template <class T>
  T run(async::task<T> work) {
    return support::run_until_done(io_, std::move(work));
  }
  async::task<core::error_code> begin(tcp::endpoint to, const client_tls* tls, std::string host,
                                      SSL_SESSION* resume, std::chrono::milliseconds limit) {
    auto begun = transport::connect(to, waits_);
    if (begun.has_error()) co_return begun.error();
    made_ = std::move(*begun);
    made_->read_until(in(limit));
    made_->write_until(in(limit));
    if (const auto error = co_await made_->connected()) co_return error;
    if (tls == nullptr) co_return core::error_code{};
    co_return co_await made_->handshake(*tls, host, resume);
  }
  async::task<std::string> read_once() {
    std::array<char, 1000> piece;
    const auto got = co_await made_->read_some(piece);
    if (got.has_error()) co_return "!" + got.error().message();
    co_return std::string{piece.data(), *got};
  }
  async::task<core::error_code> write_all(std::string_view bytes) {
    co_return co_await made_->write(bytes);
  }
  async::task<core::error_code> wait_readable() { co_return co_await made_->readable(); }

  boost::asio::io_context io_;
  async::socket_waits waits_;
  std::unique_ptr<transport> made_;
};

client_tls trusting(const support::certificate& authority) {
  return client_tls{{.trusted = authorities_in_text(authority.pem)}};
}

std::string failed(const core::error_code& error) {
  return "!" + error.message();
}

TEST(connecting, makes_a_plain_connection) {
  const raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "hello");
  }};
  client one;
  ASSERT_FALSE(one.open(server.endpoint()));
  EXPECT_FALSE(one.write("a\r\n\r\n"));
  EXPECT_EQ(one.read(), "hello");
  EXPECT_EQ(one.read(), "") << "the peer's end";
  EXPECT_EQ(one.here().tls(), nullptr);
}

TEST(connecting, says_when_nobody_listens) {
  tcp::endpoint gone;
  {
    const raw_server ended{[](raw_server::socket&) {}};
    gone = ended.endpoint();
  }
  EXPECT_EQ(client{}.open(gone), boost::asio::error::connection_refused);
}

TEST(connecting, keeps_to_its_deadline) {
  const support::full_queue silent;
  const auto start = core::steady_time::clock::now();
  EXPECT_EQ(client{}.open(silent.endpoint(), nullptr, "", nullptr, 100ms), errc::timeout);
  EXPECT_LT(core::steady_time::clock::now() - start, 3s);
}

TEST(connecting, says_what_the_system_says_at_once) {
  // A broadcast address is none to connect to.
  const tcp::endpoint nowhere{boost::asio::ip::make_address("255.255.255.255"), 1};
  EXPECT_TRUE(client{}.open(nowhere));
}

class client_handshake : public testing::Test {
 protected:
  // How a handshake with a server that shows this certificate ends.
  core::error_code shake(const support::certificate& shown, const client_tls& tls,
                         const std::string& host = "localhost") {
    auto context = support::server_context(shown);
    const raw_server server{[&](raw_server::socket& peer) { support::accept_tls(peer, context); }};
    return client{}.open(server.endpoint(), &tls, host);
  }
  core::error_code refusal(int why) { return {why, certificate_category()}; }
};

TEST_F(client_handshake, takes_whom_it_trusts_by_name_and_by_address) {
  const auto shown = support::make_certificate();
  EXPECT_FALSE(shake(shown, trusting(shown)));
  EXPECT_FALSE(shake(shown, trusting(shown), "127.0.0.1"));
}

TEST_F(client_handshake, takes_one_below_the_authority_it_trusts) {
  const auto root = support::make_certificate("DNS:root", -3600, 3600, nullptr, "root");
  const auto shown = support::make_certificate("DNS:localhost", -3600, 3600, &root, "server");
  EXPECT_FALSE(shake(shown, trusting(root)));
}

TEST_F(client_handshake, refuses_a_certificate_for_the_reason_there_is) {
  const auto good = support::make_certificate();
  const auto other = support::make_certificate();
  EXPECT_EQ(shake(good, trusting(other)), refusal(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT));
  const auto root = support::make_certificate("DNS:root", -3600, 3600, nullptr, "root");
  const auto issued = support::make_certificate("DNS:localhost", -3600, 3600, &root, "server");
  EXPECT_EQ(shake(issued, trusting(other)), refusal(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY));
  const auto expired = support::make_certificate("DNS:localhost", -7200, -3600);
  EXPECT_EQ(shake(expired, trusting(expired)), refusal(X509_V_ERR_CERT_HAS_EXPIRED));
  const auto early = support::make_certificate("DNS:localhost", 3600, 7200);
  EXPECT_EQ(shake(early, trusting(early)), refusal(X509_V_ERR_CERT_NOT_YET_VALID));
  const auto elsewhere = support::make_certificate("DNS:idp.example,IP:127.0.0.2");
  EXPECT_EQ(shake(elsewhere, trusting(elsewhere)), refusal(X509_V_ERR_HOSTNAME_MISMATCH));
  EXPECT_EQ(shake(elsewhere, trusting(elsewhere), "127.0.0.1"),
            refusal(X509_V_ERR_IP_ADDRESS_MISMATCH));
  const auto written = support::make_certificate("DNS:127.0.0.1");
  EXPECT_EQ(shake(written, trusting(written), "127.0.0.1"),
            refusal(X509_V_ERR_IP_ADDRESS_MISMATCH));
  const auto wide = support::make_certificate("DNS:*,DNS:*host,DNS:local*");
  EXPECT_EQ(shake(wide, trusting(wide)), refusal(X509_V_ERR_HOSTNAME_MISMATCH));
}

TEST_F(client_handshake, takes_anyone_where_it_does_not_verify) {
  const auto expired = support::make_certificate("DNS:idp.example", -7200, -3600);
  const client_tls tls{{.verify = false}};
  EXPECT_FALSE(shake(expired, tls));
}

TEST_F(client_handshake, is_made_with_somebody_only) {
  const auto shown = support::make_certificate();
  const auto tls = trusting(shown);
  EXPECT_EQ(shake(shown, tls, ""), errc::tls_failed);
  EXPECT_EQ(shake(shown, tls, std::string{"localhost\0.example", 18}), errc::tls_failed);
}

TEST_F(client_handshake, says_how_it_was_cut_short) {
  const auto tls = trusting(support::make_certificate());
  const raw_server resets{[](raw_server::socket& peer) {
    std::array<char, 1> first;
    boost::system::error_code error;
    peer.read_some(boost::asio::buffer(first), error);
    raw_server::reset(peer);
  }};
  EXPECT_EQ(client{}.open(resets.endpoint(), &tls), boost::asio::error::connection_reset);
  const raw_server ends{[](raw_server::socket& peer) {
    peer.shutdown(tcp::socket::shutdown_send);
    raw_server::read_to_end(peer);
  }};
  EXPECT_EQ(client{}.open(ends.endpoint(), &tls), errc::closed);
  const raw_server plain{[](raw_server::socket& peer) {
    raw_server::send(peer, "HTTP/1.1 400 Bad Request\r\n\r\n");
    raw_server::read_to_end(peer);
  }};
  EXPECT_EQ(client{}.open(plain.endpoint(), &tls).category(),
            boost::asio::error::get_ssl_category());
  const raw_server mute{[](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
  EXPECT_EQ(client{}.open(mute.endpoint(), &tls, "localhost", nullptr, 100ms), errc::timeout);
}

TEST_F(client_handshake, begins_behind_a_plain_dialogue) {
  const auto shown = support::make_certificate();
  auto context = support::server_context(shown);
  const raw_server server{[&](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "yes");
    const auto tls = support::accept_tls(peer, context);
    if (tls) SSL_write(tls.get(), "sealed", 6);
  }};
  boost::asio::io_context io;
  async::socket_waits waits{io.get_executor()};
  const auto talk = [](async::socket_waits& by, tcp::endpoint to,
                       const client_tls& tls) -> async::task<std::string> {
    auto made = transport::connect(to, by);
    if (made.has_error()) co_return made.error().message();
    auto& over = **made;
    over.read_until(in(5s));
    if (const auto error = co_await over.connected()) co_return error.message();
    if (const auto error = co_await over.write("may I?\r\n\r\n")) co_return error.message();
    std::array<char, 100> piece;
    const auto said = co_await over.read_some(piece);
    std::string all{piece.data(), said ? *said : 0U};
    if (const auto error = co_await over.handshake(tls, "localhost")) co_return error.message();
    const auto sealed = co_await over.read_some(piece);
    all += " " + std::string{piece.data(), sealed ? *sealed : 0U};
    co_return all;
  };
  const auto tls = trusting(shown);
  EXPECT_EQ(support::run_until_done(io, talk(waits, server.endpoint(), tls)), "yes sealed");
}

TEST_F(client_handshake, offers_protocols_and_sees_which_was_chosen) {
  const auto shown = support::make_certificate();
  auto context = support::server_context(shown);
  SSL_CTX_set_alpn_select_cb(
      context.native_handle(),
      [](SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
         unsigned offered_size, void*) {
        static constexpr std::array<unsigned char, 9> one{8,   'h', 't', 't', 'p',
                                                          '/', '1', '.', '1'};
        unsigned char* match = nullptr;
        if (SSL_select_next_proto(&match, size, one.data(), one.size(), offered, offered_size) !=
            OPENSSL_NPN_NEGOTIATED) {
          return SSL_TLSEXT_ERR_ALERT_FATAL;
        }
        *chosen = match;
        return SSL_TLSEXT_ERR_OK;
      },
      nullptr);
  const raw_server server{[&](raw_server::socket& peer) { support::accept_tls(peer, context); }};
  const auto trusted = authorities_in_text(shown.pem);
  const client_tls offering{{.trusted = trusted, .protocols = {"h2", "http/1.1"}}};
  client one;
  ASSERT_FALSE(one.open(server.endpoint(), &offering));
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(one.here().tls(), &chosen, &size);
  EXPECT_EQ((std::string{reinterpret_cast<const char*>(chosen), size}), "http/1.1");
  const client_tls other{{.trusted = trusted, .protocols = {"h2"}}};
  EXPECT_TRUE(client{}.open(server.endpoint(), &other));
}

TEST_F(client_handshake, takes_up_a_session_that_was_kept) {
  const auto shown = support::make_certificate();
  auto context = support::server_context(shown);
  const raw_server server{[&](raw_server::socket& peer) {
    const auto tls = support::accept_tls(peer, context);
    if (tls) SSL_write(tls.get(), "x", 1);
    raw_server::read_to_end(peer);
  }};
  const auto tls = trusting(shown);
  session_ptr kept;
  {
    client first;
    ASSERT_FALSE(first.open(server.endpoint(), &tls));
    EXPECT_EQ(first.read(), "x");
    EXPECT_EQ(SSL_session_reused(first.here().tls()), 0);
    first.here().end_writing();
    kept = first.here().session();
  }
  client second;
  ASSERT_FALSE(second.open(server.endpoint(), &tls, "localhost", kept.get()));
  EXPECT_EQ(SSL_session_reused(second.here().tls()), 1);
}

TEST_F(client_handshake, tells_that_a_certificate_was_asked_for) {
  const auto shown = support::make_certificate();
  const auto tls = trusting(shown);
  auto context = support::server_context(shown);
  context.set_verify_mode(boost::asio::ssl::verify_peer |
                          boost::asio::ssl::verify_fail_if_no_peer_cert);
  const raw_server asking{[&](raw_server::socket& peer) { support::accept_tls(peer, context); }};
  client one;
  const auto error = one.open(asking.endpoint(), &tls);
  // In TLS 1.3 the client learns it behind its handshake only.
  EXPECT_TRUE(error || one.read().starts_with('!'));
  EXPECT_TRUE(one.here().lacks_certificate());

  auto content = support::server_context(shown);
  const raw_server other{[&](raw_server::socket& peer) { support::accept_tls(peer, content); }};
  client two;
  EXPECT_FALSE(two.open(other.endpoint(), &tls));
  EXPECT_FALSE(two.here().lacks_certificate());
}

class client_reading : public testing::Test {
 protected:
  // Serves one connection after another behind a handshake.
  raw_server serving(std::function<void(SSL*, raw_server::socket&)> act) {
    return raw_server{[this, act = std::move(act)](raw_server::socket& peer) {
      const auto tls = support::accept_tls(peer, context_);
      if (tls) act(tls.get(), peer);
    }};
  }
  support::certificate shown_ = support::make_certificate();
  boost::asio::ssl::context context_ = support::server_context(shown_);
  client_tls tls_ = trusting(shown_);
};

TEST_F(client_reading, tells_a_cut_connection_from_one_that_was_ended) {
  const auto orderly = serving([](SSL* tls, raw_server::socket&) {
    SSL_write(tls, "abc", 3);
    SSL_shutdown(tls);
  });
  client one;
  ASSERT_FALSE(one.open(orderly.endpoint(), &tls_));
  EXPECT_EQ(one.read(), "abc");
  EXPECT_EQ(one.read(), "");
  const auto cut = serving([](SSL* tls, raw_server::socket&) { SSL_write(tls, "abc", 3); });
  client two;
  ASSERT_FALSE(two.open(cut.endpoint(), &tls_));
  EXPECT_EQ(two.read(), "abc");
  EXPECT_EQ(two.read(), failed(errc::truncated));
}

TEST_F(client_reading, tells_of_a_reset) {
  const auto over_tls = serving([](SSL*, raw_server::socket& peer) { raw_server::reset(peer); });
  client one;
  ASSERT_FALSE(one.open(over_tls.endpoint(), &tls_));
  EXPECT_EQ(one.read(), failed(boost::asio::error::connection_reset));
  const raw_server plain{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::reset(peer);
  }};
  client two;
  ASSERT_FALSE(two.open(plain.endpoint()));
  EXPECT_FALSE(two.write("\r\n\r\n"));
  EXPECT_EQ(two.read(), failed(boost::asio::error::connection_reset));
}

TEST_F(client_reading, gives_up_a_server_that_only_renews_its_keys) {
  const auto server = serving([](SSL* tls, raw_server::socket&) {
    while (SSL_key_update(tls, SSL_KEY_UPDATE_NOT_REQUESTED) == 1 && SSL_do_handshake(tls) == 1) {
    }
  });
  client one;
  ASSERT_FALSE(one.open(server.endpoint(), &tls_));
  EXPECT_EQ(one.read(), failed(errc::tls_flood));
  one.here().close();
}

TEST_F(client_reading, takes_keys_renewed_between_data) {
  constexpr int times = 100;
  const auto server = serving([](SSL* tls, raw_server::socket&) {
    for (int i = 0; i < times; ++i) {
      SSL_key_update(tls, SSL_KEY_UPDATE_NOT_REQUESTED);
      if (SSL_write(tls, "x", 1) != 1) return;
    }
    SSL_shutdown(tls);
  });
  client one;
  ASSERT_FALSE(one.open(server.endpoint(), &tls_));
  std::size_t got = 0;
  for (auto piece = one.read(); !piece.empty(); piece = one.read()) {
    ASSERT_NE(piece.front(), '!') << piece;
    got += piece.size();
  }
  EXPECT_EQ(got, times);
}

TEST_F(client_reading, sees_what_an_idle_connection_has_come_to) {
  // A second one would come at its own time.
  SSL_CTX_set_num_tickets(context_.native_handle(), 1);
  const auto state_after = [this](const std::function<void(SSL*, raw_server::socket&)>& then) {
    const auto server = serving([&then](SSL* tls, raw_server::socket& peer) {
      std::array<char, 10> piece;
      SSL_read(tls, piece.data(), piece.size());
      then(tls, peer);
      raw_server::read_to_end(peer);
    });
    client one;
    EXPECT_FALSE(one.open(server.endpoint(), &tls_));
    // The ticket, which comes behind the handshake.
    EXPECT_FALSE(one.readable());
    EXPECT_EQ(one.here().check_idle(), idle_state::open);
    EXPECT_FALSE(one.here().may_read());
    EXPECT_FALSE(one.write("go on"));
    EXPECT_FALSE(one.readable());
    const auto state = one.here().check_idle();
    one.here().close();
    return state;
  };
  const auto renew = [](SSL* tls, raw_server::socket&) {
    SSL_key_update(tls, SSL_KEY_UPDATE_NOT_REQUESTED);
    SSL_do_handshake(tls);
  };
  EXPECT_EQ(state_after(renew), idle_state::open);
  const auto speak = [](SSL* tls, raw_server::socket&) { SSL_write(tls, "x", 1); };
  EXPECT_EQ(state_after(speak), idle_state::spoke);
  const auto end = [](SSL* tls, raw_server::socket&) { SSL_shutdown(tls); };
  EXPECT_EQ(state_after(end), idle_state::ended);
  const auto cut = [](SSL*, raw_server::socket& peer) {
    peer.shutdown(tcp::socket::shutdown_send);
  };
  EXPECT_EQ(state_after(cut), idle_state::ended);
}

TEST_F(client_reading, sees_what_an_idle_plain_connection_has_come_to) {
  const raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "x");
    raw_server::read_head(peer);
  }};
  client one;
  ASSERT_FALSE(one.open(server.endpoint()));
  EXPECT_EQ(one.here().check_idle(), idle_state::open);
  EXPECT_FALSE(one.write("\r\n\r\n"));
  EXPECT_FALSE(one.readable());
  EXPECT_EQ(one.here().check_idle(), idle_state::spoke);
  EXPECT_EQ(one.read(), "x") << "it is still there";
  EXPECT_EQ(one.here().check_idle(), idle_state::open);
  EXPECT_FALSE(one.write("\r\n\r\n"));
  EXPECT_FALSE(one.readable());
  EXPECT_EQ(one.here().check_idle(), idle_state::ended);
  one.here().close();
  EXPECT_EQ(one.here().check_idle(), idle_state::ended);
}

}  // namespace
}  // namespace latchkey::net
