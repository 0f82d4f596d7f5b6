// What becomes of open connections whose client's certificate, or what it was judged by, holds no
// more.
#include "support/client.hpp"
#include "support/client_pki.hpp"
#include "support/temporary.hpp"

#include <latchkey/async/io_pool.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/server/client_standing.hpp>
#include <latchkey/server/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace latchkey::server {
namespace {

using net::client_auth;
using support::client;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using rules_ptr = std::shared_ptr<const net::client_rules>;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

async::task<http::response> whoami(http::context& ctx) {
  co_return http::response::text(http::status::ok, "text/plain",
                                 ctx.certificate ? ctx.certificate->subject + "." : "nobody.");
}

std::shared_ptr<site> site_of(std::vector<listener_terms> terms,
                              std::shared_ptr<const net::tls_context> tls = nullptr) {
  auto made = std::make_shared<site>();
  made->pipeline = whoami;
  made->terms = std::move(terms);
  made->tls = std::move(tls);
  return made;
}

class client_standing_base : public testing::Test {
 protected:
  rules_ptr rules(client_auth mode, const support::client_authority& authority,
                  const std::string& lists = {}) {
    return std::make_shared<const net::client_rules>(
        net::client_rules_settings{
            mode, folder_.write("ca.pem", authority.pem()),
            lists.empty() ? std::filesystem::path{} : folder_.write("lists.pem", lists)},
        [this] { return std::chrono::system_clock::now() + later_.load(); });
  }

  support::temporary_folder folder_;
  std::atomic<std::chrono::seconds> later_{std::chrono::seconds{0}};
  support::client_authority root_{"root"};
};

TEST_F(client_standing_base, ends_with_the_last_listener_of_the_same_rules) {
  const auto first = rules(client_auth::required, root_);
  const auto again = rules(client_auth::required, root_);
  const auto optional = rules(client_auth::optional, root_);
  const auto other = rules(client_auth::required, support::client_authority{"other"});
  const auto listed = rules(client_auth::required, root_, root_.revoke({7}));
  struct {
    const char* what;
    std::vector<listener_terms> now;
    bool outdated;
  } const cases[] = {
      {"the same", {{}, {.clients = first}}, false},
      {"read anew", {{}, {.clients = again}}, false},
      {"at another listener", {{.clients = other}, {.clients = again}}, false},
      {"another mode", {{}, {.clients = optional}}, true},
      {"another authority", {{}, {.clients = other}}, true},
      {"with a list", {{}, {.clients = listed}}, true},
      {"gone", {{}}, true},
  };
  client_standing nobody{nullptr};
  client_standing one{first};
  std::vector<std::shared_ptr<site>> all;
  for (const auto& now : cases) {
    all.push_back(site_of(now.now));
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(one.is_outdated(*all.back()), now.outdated) << now.what;
      EXPECT_FALSE(nobody.is_outdated(*all.back())) << now.what;
    }
  }
  // Another site in the same place.
  all.front()->terms = {{.clients = other}};
  ++all.front()->generation;
  EXPECT_TRUE(one.is_outdated(*all.front()));
}

TEST_F(client_standing_base, ends_with_the_certificate) {
  const auto certificate = std::make_shared<core::client_certificate>();
  certificate->not_after = std::chrono::system_clock::now() + std::chrono::hours{1};
  client_standing one{rules(client_auth::optional, root_)};
  EXPECT_FALSE(one.has_expired());
  one.shown(certificate);
  EXPECT_FALSE(one.has_expired());
  later_ = std::chrono::hours{2};
  EXPECT_TRUE(one.has_expired());
  one.shown(nullptr);
  EXPECT_FALSE(one.has_expired());
}

class asking_server : public client_standing_base {
 protected:
  asking_server()
      : server_{pool_,
                {{parse_endpoint("127.0.0.1:0"), 1}, {parse_endpoint("127.0.0.1:0"), 0}},
                recording(),
                site_asking(rules(client_auth::optional, root_, lists_)),
                core::system_clock()} {
    server_.start();
    pool_.run();
  }
  ~asking_server() override {
    pool_.stop();
    pool_.join();
  }

  std::shared_ptr<site> site_asking(rules_ptr with) {
    if (!tls_) {
      const auto own = support::make_certificate();
      tls_ = std::make_shared<const net::tls_context>(
          net::tls_files{folder_.write("own.pem", own.pem), folder_.write("own.key", own.key_pem)});
    }
    return site_of({{}, {.clients = std::move(with)}}, tls_);
  }
  server_settings recording() {
    server_settings settings;
    const auto own = site_asking(nullptr);
    settings.tls = own->tls;
    settings.refused = [this](const refusal& one) {
      const std::lock_guard lock{mutex_};
      refused_.push_back(one.error);
    };
    return settings;
  }
  void use(std::shared_ptr<const site> next) {
    std::promise<void> done;
    server_.use(std::move(next), [&done](core::error_code) { done.set_value(); });
    done.get_future().get();
  }
  std::vector<core::error_code> refused() {
    const std::lock_guard lock{mutex_};
    return refused_;
  }
  std::unique_ptr<client> connected() {
    return std::make_unique<client>(server_.endpoints().front());
  }
  static std::string ask(client& over) {
    over.send(get);
    return over.read_past(".");
  }

  const std::string lists_ = root_.revoke({});
  std::shared_ptr<const net::tls_context> tls_;
  std::mutex mutex_;
  std::vector<core::error_code> refused_;
  async::io_pool pool_{1};
  server server_;
  support::certificate ann_ = root_.issue({.subject = "ann", .serial = 7});
};

TEST_F(asking_server, closes_with_the_next_answer_where_other_rules_hold) {
  const auto one = connected();
  const auto nobody = connected();
  const auto unasked = std::make_unique<client>(server_.endpoints().back());
  one->start_tls(ann_.pem, ann_.key_pem);
  nobody->start_tls();
  unasked->start_tls();
  EXPECT_THAT(ask(*one), HasSubstr("CN=ann."));
  EXPECT_THAT(ask(*nobody), HasSubstr("nobody."));
  EXPECT_THAT(ask(*unasked), HasSubstr("nobody."));
  use(site_asking(rules(client_auth::optional, root_, lists_)));
  EXPECT_THAT(ask(*one), AllOf(HasSubstr("CN=ann."), Not(HasSubstr("connection: close"))))
      << "the same files";
  use(site_asking(rules(client_auth::optional, root_, root_.revoke({7}))));
  for (auto* const open : {one.get(), nobody.get()}) {
    EXPECT_THAT(ask(*open), HasSubstr("connection: close"));
    EXPECT_EQ(open->read_to_end(), "");
    EXPECT_TRUE(open->ended_orderly());
  }
  EXPECT_THAT(ask(*unasked), Not(HasSubstr("connection: close")));
  EXPECT_THAT(refused(), IsEmpty());
}

TEST_F(asking_server, lets_nobody_in_by_rules_of_before_a_reload) {
  const auto early = connected();
  const auto nobody = connected();
  const auto last = connected();
  last->start_tls();
  EXPECT_THAT(ask(*last), HasSubstr("nobody.")) << "the others have been accepted, too";
  use(site_asking(rules(client_auth::required, root_, root_.revoke({7}))));
  const auto refuse = [](client& one, const support::certificate& shown) {
    try {
      one.start_tls(shown.pem, shown.key_pem);
      one.send(get);
      EXPECT_EQ(one.read_to_end(), "");
    } catch (const boost::system::system_error&) {  // in the handshake
    }
  };
  refuse(*early, ann_);
  refuse(*nobody, {});
  EXPECT_THAT(refused(), ElementsAre(net::errc::client_certificate_refused,
                                     net::errc::client_certificate_refused));
}

TEST_F(asking_server, answers_nobody_whose_certificate_has_expired) {
  const auto one = connected();
  const auto nobody = connected();
  one->start_tls(ann_.pem, ann_.key_pem);
  nobody->start_tls();
  EXPECT_THAT(ask(*one), HasSubstr("CN=ann."));
  EXPECT_THAT(ask(*nobody), HasSubstr("nobody."));
  later_ = std::chrono::hours{2};
  one->send(get);
  EXPECT_EQ(one->read_to_end(), "");
  EXPECT_TRUE(one->ended_orderly());
  EXPECT_THAT(ask(*nobody), AllOf(HasSubstr("nobody."), Not(HasSubstr("connection: close"))));
}

TEST_F(asking_server, answers_a_client_whose_certificate_ends_past_the_clock) {
  const auto far = root_.issue({.subject = "far", .serial = 9, .until = 99'999L * 86'400});
  const auto one = connected();
  one->start_tls(far.pem, far.key_pem);
  EXPECT_THAT(ask(*one), AllOf(HasSubstr("CN=far."), Not(HasSubstr("connection: close"))));
  EXPECT_THAT(ask(*one), HasSubstr("CN=far."));
}

}  // namespace
}  // namespace latchkey::server
