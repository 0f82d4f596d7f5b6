#include "support/pki.hpp"
#include "support/temporary.hpp"

#include <latchkey/net/transport.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

namespace latchkey::net {
namespace {

// A client whose records come and go as text, so that it is known what leaves together.
class client_side {
 public:
  explicit client_side(int version = TLS1_3_VERSION) {
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_session_cache_mode(context_.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context_.get(), [](SSL* ssl, SSL_SESSION*) {
      ++static_cast<client_side*>(SSL_get_app_data(ssl))->tickets_;
      return 0;
    });
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_app_data(ssl_.get(), this);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_connect_state(ssl_.get());
  }

  void offer_groups(const char* groups) { SSL_set1_groups_list(ssl_.get(), groups); }

  // Goes on with the handshake by what has come: what is to be sent.
  std::string shake_hands(const std::string& came = {}) {
    put(came);
    SSL_do_handshake(ssl_.get());
    return taken();
  }
  bool done() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  std::string sealed(const std::string& text) {
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    return taken();
  }
  std::string opened(const std::string& came) {
    put(came);
    std::array<char, 256> text;
    const int got = SSL_read(ssl_.get(), text.data(), text.size());
    return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0U};
  }
  int tickets() const { return tickets_; }

 private:
  void put(const std::string& came) {
    if (!came.empty()) BIO_write(in_, came.data(), static_cast<int>(came.size()));
  }
  std::string taken() {
    std::string text(BIO_ctrl_pending(out_), '\0');
    if (!text.empty()) BIO_read(out_, text.data(), static_cast<int>(text.size()));
    return text;
  }

  std::unique_ptr<SSL_CTX, ssl_deleter> context_{SSL_CTX_new(TLS_client_method())};
  ssl_ptr ssl_;
  BIO* in_ = nullptr;
  BIO* out_ = nullptr;
  int tickets_ = 0;
};

class transport_tickets : public testing::Test {
 protected:
  transport_tickets() {
    const auto made = support::make_certificate();
    tls_ = std::make_unique<tls_context>(tls_files{folder_.write("server.pem", made.pem),
                                                   folder_.write("server.key", made.key_pem)});
    async::tcp_acceptor acceptor{io_.get_executor(), {boost::asio::ip::address_v4::loopback(), 0}};
    peer_.connect(acceptor.local_endpoint());
    auto accepted = acceptor.accept();
    accepted.non_blocking(true);
    here_ = std::make_unique<transport>(core::descriptor{accepted.release()}, tls_.get(), waits_);
  }

  void TearDown() override {
    here_->close();
    run_until([this] { return ended_; });
  }

  template <class Condition>
  void run_until(const Condition& holds) {
    io_.restart();
    while (!holds()) io_.run_one();
  }
  void send(const std::string& bytes) { boost::asio::write(peer_, boost::asio::buffer(bytes)); }
  bool has_come() { return peer_.available() != 0; }
  std::string come() {
    std::string bytes(peer_.available(), '\0');
    if (!bytes.empty()) peer_.read_some(boost::asio::buffer(bytes));
    return bytes;
  }

  // Up to where the client has to send its last flight, which it gives.
  std::string begin(client_side& client) {
    boost::asio::co_spawn(io_, serve(), boost::asio::detached);
    auto next = client.shake_hands();
    while (!client.done()) {
      send(next);
      run_until([this] { return has_come(); });
      next = client.shake_hands(come());
    }
    return next;
  }
  async::task<> serve() {
    error_ = co_await here_->handshake();
    shaken_ = true;
    std::array<char, 64> text;
    if (!error_) {
      const auto got = co_await here_->read_some(text);
      if (got.has_value()) request_.assign(text.data(), *got);
    }
    ended_ = true;
  }
  async::task<> answer() { error_ = co_await here_->write("answer"); }

  support::temporary_folder folder_;
  std::unique_ptr<tls_context> tls_;
  boost::asio::io_context io_;
  async::socket_waits waits_{io_.get_executor()};
  async::tcp_socket peer_{io_};
  std::unique_ptr<transport> here_;
  bool shaken_ = false;
  bool ended_ = false;  // serve() has
  std::string request_;
  core::error_code error_;
};

TEST_F(transport_tickets, leave_with_the_answer_to_a_request_that_came_at_once) {
  client_side client;
  const auto last = begin(client);
  send(last + client.sealed("request"));
  run_until([this] { return !request_.empty(); });
  EXPECT_EQ(request_, "request");
  EXPECT_FALSE(has_come());
  boost::asio::co_spawn(io_, answer(), boost::asio::detached);
  run_until([this] { return has_come(); });
  EXPECT_EQ(client.opened(come()), "answer") << "one piece has both";
  EXPECT_EQ(client.tickets(), 1);
}

TEST_F(transport_tickets, leave_at_once_where_no_request_has_come) {
  client_side client;
  send(begin(client));
  run_until([this] { return has_come(); });
  EXPECT_TRUE(shaken_);
  EXPECT_EQ(client.opened(come()), "");
  EXPECT_EQ(client.tickets(), 1);
  send(client.sealed("request"));
  run_until([this] { return !request_.empty(); });
  EXPECT_EQ(request_, "request");
}

TEST_F(transport_tickets, leave_with_the_farewell) {
  client_side client;
  const auto last = begin(client);
  send(last + client.sealed("request"));
  run_until([this] { return !request_.empty(); });
  here_->end_writing();
  run_until([this] { return has_come(); });
  EXPECT_EQ(client.opened(come()), "");
  EXPECT_EQ(client.tickets(), 1);
}

TEST_F(transport_tickets, do_not_hold_back_what_else_a_handshake_sends) {
  client_side client;
  client.offer_groups("P-521:P-256");
  send(begin(client));
  run_until([this] { return shaken_; });
  EXPECT_FALSE(error_) << "after a second ClientHello";
}

TEST_F(transport_tickets, do_not_hold_back_an_alert) {
  client_side client;
  auto last = begin(client);
  last.back() = static_cast<char>(last.back() ^ 1);
  send(last);
  run_until([this] { return shaken_; });
  EXPECT_TRUE(error_);
  EXPECT_TRUE(has_come());
}

TEST_F(transport_tickets, are_a_part_of_the_last_flight_before_tls_1_3) {
  client_side client{TLS1_2_VERSION};
  begin(client);
  EXPECT_EQ(client.tickets(), 1);
}

}  // namespace
}  // namespace latchkey::net
