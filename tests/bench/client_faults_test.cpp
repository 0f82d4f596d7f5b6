#include "client_faults/client_faults.hpp"

#include "client_faults/catalogue.hpp"
#include "client_faults/judge.hpp"
#include "client_faults/tls_peer.hpp"
#include "harness/certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <set>
#include <thread>
#include <unistd.h>
#include <vector>

namespace latchkey::bench::client_faults {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

load::sample answered(unsigned status, milliseconds took) {
  load::sample made;
  made.intended = made.sent = core::steady_time{seconds{1000}};
  made.answered = made.intended + took;
  made.status = status;
  return made;
}

TEST(client_faults_judge, a_tail_may_double_and_has_some_noise) {
  EXPECT_EQ(max_tail(milliseconds{4}), milliseconds{8} + noise);
  std::vector<load::sample> some(99, answered(200, milliseconds{1}));
  EXPECT_LT(tail_of(some), milliseconds{2});
  some.push_back(answered(200, milliseconds{300}));
  some.push_back(answered(200, milliseconds{300}));
  EXPECT_GE(tail_of(some), milliseconds{300});
  EXPECT_EQ(tail_of({}), core::steady_duration::max()) << "no answer is no short tail";
  EXPECT_EQ(tail_of(std::vector{answered(0, milliseconds{1})}), core::steady_duration::max());
}

TEST(client_faults_judge, every_answer_must_be_right) {
  EXPECT_TRUE(all_right(std::vector{answered(200, milliseconds{1})}));
  EXPECT_FALSE(
      all_right(std::vector{answered(200, milliseconds{1}), answered(503, milliseconds{1})}));
  EXPECT_FALSE(all_right({}));
}

TEST(client_faults_judge, what_is_required_of_bad_connections) {
  const own_bounds in_time{milliseconds{2000}, false};
  EXPECT_TRUE(own_hold({8, 0, milliseconds{1900}}, in_time, 8));
  EXPECT_FALSE(own_hold({8, 0, milliseconds{2100}}, in_time, 8));
  EXPECT_FALSE(own_hold({0, 0, milliseconds{0}}, in_time, 8)) << "nothing was tried";
  const own_bounds answers{std::nullopt, true};
  EXPECT_TRUE(own_hold({100, 92, {}}, answers, 8));
  EXPECT_FALSE(own_hold({100, 91, {}}, answers, 8));
}

TEST(client_faults_catalogue, has_rows_of_its_own) {
  std::set<std::string> names;
  for (const auto& one : catalogue()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_TRUE(one.exclusive) << one.name;
  }
  EXPECT_THAT(names,
              testing::IsSupersetOf({"key-updates", "renegotiation", "half-handshakes", "slow-head",
                                     "slow-body", "slow-read", "garbage", "plain-http", "resets"}));
  EXPECT_EQ(problem_of_client_faults({{"garbage", "resets"}, false, false, false}), "");
  EXPECT_THAT(problem_of_client_faults({{"cold"}, false, false, false}),
              testing::HasSubstr("\"cold\""));
}

struct context_deleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// A server's side of TLS in memory, to see what the records come to.
class tls_server {
 public:
  tls_server() : context_{SSL_CTX_new(TLS_server_method())} {
    const auto identity = harness::make_certificate();
    const std::unique_ptr<BIO, decltype(&BIO_free)> certificate{text(identity.pem), BIO_free};
    const std::unique_ptr<BIO, decltype(&BIO_free)> key{text(identity.key_pem), BIO_free};
    const std::unique_ptr<X509, decltype(&X509_free)> shown{
        PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr), X509_free};
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> held{
        PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
    SSL_CTX_use_certificate(context_.get(), shown.get());
    SSL_CTX_use_PrivateKey(context_.get(), held.get());
    SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION);
    // They could be written when the peer has gone, which would end the process.
    SSL_CTX_set_num_tickets(context_.get(), 0);
    SSL_CTX_set_msg_callback(context_.get(), [](int write, int, int type, const void* bytes,
                                                std::size_t size, SSL*, void* self) {
      if (write != 0 || type != SSL3_RT_HANDSHAKE || size == 0) return;
      static_cast<tls_server*>(self)->kinds_.push_back(*static_cast<const unsigned char*>(bytes));
    });
    SSL_CTX_set_msg_callback_arg(context_.get(), this);
  }

  // Serves one connection until the peer ends it.
  void serve(int socket) {
    const net::ssl_ptr ssl{SSL_new(context_.get())};
    SSL_set_fd(ssl.get(), socket);
    if (SSL_accept(ssl.get()) != 1) return;
    shaken_ = true;
    kinds_.clear();
    char byte = 0;
    while (SSL_read(ssl.get(), &byte, 1) == 1) ++read_;
  }

  const std::vector<int>& kinds() const { return kinds_; }
  bool shaken() const { return shaken_; }
  std::size_t read() const { return read_; }

 private:
  static BIO* text(const std::string& pem) {
    return BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  }

  std::unique_ptr<SSL_CTX, context_deleter> context_;
  std::vector<int> kinds_;  // of the handshake messages behind the handshake
  bool shaken_ = false;
  std::size_t read_ = 0;
};

// Lets a client talk to such a server over the loopback device.
template <class Talk>
void serve_while(tls_server& server, Talk talk) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::socklen_t size = sizeof at;
  ASSERT_EQ(::bind(listener, reinterpret_cast<::sockaddr*>(&at), sizeof at), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<::sockaddr*>(&at), &size), 0);
  std::jthread serving{[&server, listener] {
    const int socket = ::accept(listener, nullptr, nullptr);
    server.serve(socket);
    ::close(socket);
  }};
  {
    raw_socket over{ntohs(at.sin_port)};
    talk(over);
  }
  serving.join();
  ::close(listener);
}

TEST(tls_peer, updates_its_keys_and_can_still_be_understood) {
  tls_server server;
  serve_while(server, [](raw_socket& over) {
    tls_peer peer{tls_version::v1_3};
    ASSERT_TRUE(peer.handshake(over, seconds{5}));
    std::string all;
    for (int i = 0; i < 50; ++i) all += peer.key_update();
    EXPECT_TRUE(send_all(over, all + peer.seal("abc"), seconds{5}));
  });
  EXPECT_THAT(server.kinds(), testing::ElementsAreArray(std::vector<int>(50, SSL3_MT_KEY_UPDATE)));
  EXPECT_EQ(server.read(), 3U);
}

TEST(tls_peer, asks_to_negotiate_anew_as_often_as_it_likes) {
  tls_server server;
  serve_while(server, [](raw_socket& over) {
    tls_peer peer{tls_version::v1_2};
    ASSERT_TRUE(peer.handshake(over, seconds{5}));
    tls12_writer writer{peer};
    std::string all;
    for (int i = 0; i < 20; ++i) all += writer.client_hello();
    EXPECT_TRUE(send_all(over, all, seconds{5}));
    std::array<char, 4096> answers;
    // A warning for each: none of them was taken for a broken record.
    std::size_t got = 0;
    constexpr std::size_t alert_record = 5 + 8 + 2 + 16;
    for (int i = 0; i < 100 && got < 20 * alert_record; ++i) got += over.receive(answers);
    EXPECT_EQ(got, 20 * alert_record);
    EXPECT_FALSE(over.has_ended());
  });
  EXPECT_TRUE(server.shaken());
}

}  // namespace
}  // namespace latchkey::bench::client_faults
