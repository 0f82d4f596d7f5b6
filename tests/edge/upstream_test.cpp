// What keeps the addresses of an upstream known and checked.
#include "support/raw_server.hpp"

#include <latchkey/async/io_pool.hpp>
#include <latchkey/edge/upstream.hpp>

#include <boost/asio/error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using support::raw_server;
using testing::ElementsAre;
using testing::IsEmpty;

// Answers lookups as it is told to, on the threads of the resolver.
class told_names {
 public:
  void set(core::result<net::found_addresses> to) {
    const std::lock_guard lock{state_->mutex};
    state_->answer = std::move(to);
  }
  void set(const char* address) {
    set(net::found_addresses{{async::asio::ip::make_address(address)}});
  }
  // From here on nobody is answered before release().
  void hold() { state_->held = true; }
  void release() {
    const std::lock_guard lock{state_->mutex};
    state_->held = false;
    state_->news.notify_all();
  }
  int asked() const { return state_->asked; }
  net::resolver resolver() const {
    return net::resolver{[in = state_](const std::string&) -> core::result<net::found_addresses> {
      std::unique_lock lock{in->mutex};
      ++in->asked;
      in->news.wait(lock, [&] { return !in->held; });
      return in->answer;
    }};
  }

 private:
  struct state {
    std::mutex mutex;
    std::condition_variable news;
    std::atomic<int> asked = 0;
    std::atomic<bool> held = false;
    core::result<net::found_addresses> answer{core::error_code{async::asio::error::host_not_found}};
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

class upstream_bench {
 public:
  explicit upstream_bench(upstream_settings settings, net::resolver names = {}) {
    settings.name = "api";
    const upstream_parts parts{threads,
                               control.get_executor(),
                               core::system_clock(),
                               std::make_shared<client::authority_cache>(),
                               std::move(names),
                               [] { return std::uint64_t{1} << 63U; },
                               [this](const address_event& event) {
                                 events.push_back(std::string{event.address} + " " +
                                                  std::string{event.what} +
                                                  (event.error ? " for a reason" : ""));
                               }};
    of = std::make_unique<upstream>(std::move(settings), parts);
  }

  // Runs both threads by turns in this one until it is so; false where it is not within seconds.
  bool run_until(const std::function<bool()>& is_so) {
    const auto end = core::steady_time::clock::now() + 8s;
    while (!is_so() && core::steady_time::clock::now() < end) {
      control.restart();
      control.run_one_for(1ms);
      control.poll();
      for (std::size_t i = 0; i < threads.size(); ++i) {
        const async::io_pool::thread_scope here{threads, i};
        threads.context(i).restart();
        threads.context(i).poll();
      }
    }
    return is_so();
  }
  std::vector<std::string> addresses(std::size_t thread = 0) {
    std::vector<std::string> all;
    const auto& group = of->pools()[thread]->group();
    for (std::size_t i = 0; i < group.size(); ++i) all.push_back(group.at(i).address);
    return all;
  }
  bool is_healthy(std::size_t thread = 0) { return of->pools()[thread]->group().at(0).healthy; }

  async::asio::io_context control;
  async::io_pool threads{2};
  std::vector<std::string> events;
  std::unique_ptr<upstream> of;
};

upstream_settings at(std::vector<std::string> urls) {
  upstream_settings made;
  made.addresses = std::move(urls);
  made.resolve = 10ms;
  return made;
}

TEST(upstream, knows_addresses_at_once_and_names_once_they_are_looked_up) {
  upstream_bench plain{at({"http://127.0.0.1:9000", "https://[::1]:9001", "http://10.0.0.5"})};
  EXPECT_TRUE(plain.of->settled());
  EXPECT_NE(plain.of->tls(), nullptr);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_THAT(plain.addresses(i), ElementsAre("127.0.0.1:9000", "[::1]:9001", "10.0.0.5:80"));
  }

  told_names names;
  names.set("192.0.2.1");
  upstream_bench named{at({"http://10.0.0.5:9000", "http://api:9000"}), names.resolver()};
  EXPECT_EQ(named.of->tls(), nullptr);
  EXPECT_FALSE(named.of->settled());
  EXPECT_THAT(named.addresses(), ElementsAre("10.0.0.5:9000"));
  ASSERT_TRUE(named.run_until([&] { return named.addresses(1).size() == 2; }));
  EXPECT_TRUE(named.of->settled());
  EXPECT_THAT(named.addresses(1), ElementsAre("10.0.0.5:9000", "192.0.2.1:9000"));
}

TEST(upstream, has_a_pool_for_each_of_its_threads_and_none_elsewhere) {
  upstream_bench bench{at({"http://127.0.0.1:9000"})};
  ASSERT_EQ(bench.of->pools().size(), 2U);
  EXPECT_EQ(bench.of->here(), nullptr);
  for (std::size_t i = 0; i < 2; ++i) {
    const async::io_pool::thread_scope here{bench.threads, i};
    EXPECT_EQ(bench.of->here(), bench.of->pools()[i]);
  }
  const async::io_pool other{1};
  const async::io_pool::thread_scope elsewhere{other, 0};
  EXPECT_EQ(bench.of->here(), nullptr);
}

TEST(upstream, follows_a_name_and_keeps_what_it_knows_while_that_is_not_found) {
  told_names names;
  upstream_bench bench{at({"http://api:9000"}), names.resolver()};
  ASSERT_TRUE(bench.run_until([&] { return bench.of->settled(); })) << "whether found or not";
  EXPECT_THAT(bench.addresses(), IsEmpty());
  names.set("192.0.2.1");
  ASSERT_TRUE(bench.run_until([&] { return bench.addresses().size() == 1; }));
  names.set("192.0.2.2");
  ASSERT_TRUE(bench.run_until([&] { return bench.addresses().at(0) == "192.0.2.2:9000"; }));
  names.set(core::error_code{async::asio::error::host_not_found});
  const auto asked = names.asked();
  ASSERT_TRUE(bench.run_until([&] { return names.asked() > asked + 2; }));
  EXPECT_THAT(bench.addresses(), ElementsAre("192.0.2.2:9000"));
  names.set(net::found_addresses{
      {async::asio::ip::make_address("192.0.2.9"), async::asio::ip::make_address("192.0.2.2")}});
  ASSERT_TRUE(bench.run_until([&] { return bench.addresses().size() == 2; }));
  EXPECT_THAT(bench.addresses(), ElementsAre("192.0.2.2:9000", "192.0.2.9:9000"))
      << "in an order that does not change with each answer";
  // Once for each change, however often it is looked up.
  EXPECT_THAT(bench.events, ElementsAre("api:9000 unresolved for a reason", "api:9000 resolved",
                                        "api:9000 unresolved for a reason", "api:9000 resolved"));
}

TEST(upstream, uses_what_is_found_while_another_name_is_not_answered) {
  std::promise<void> over;
  const auto ask = [stuck = over.get_future().share()](
                       const std::string& host) -> core::result<net::found_addresses> {
    if (host == "stuck") stuck.wait();
    return net::found_addresses{{async::asio::ip::make_address("192.0.2.1")}};
  };
  upstream_bench bench{at({"http://stuck:9000", "http://api:9000"}), net::resolver{ask}};
  EXPECT_TRUE(bench.run_until([&] { return bench.addresses().size() == 1; }));
  EXPECT_FALSE(bench.of->settled());
  over.set_value();
  EXPECT_TRUE(bench.run_until([&] { return bench.of->settled(); }));
}

TEST(upstream, looks_a_name_up_again_when_its_time_to_live_is_over) {
  told_names names;
  auto settings = at({"http://api:9000", "http://10.0.0.5:9000"});
  settings.resolve = 1h;
  upstream_bench bench{std::move(settings), names.resolver()};
  names.set(net::found_addresses{{async::asio::ip::make_address("192.0.2.1")}, 0s});
  ASSERT_TRUE(bench.run_until([&] { return bench.of->settled(); }));
  const auto found = core::steady_time::clock::now();
  names.set(net::found_addresses{{async::asio::ip::make_address("192.0.2.2")}, 3600s});
  ASSERT_TRUE(bench.run_until([&] { return bench.addresses().at(0) == "192.0.2.2:9000"; }));
  EXPECT_GE(core::steady_time::clock::now() - found, 900ms) << "not more often than each second";
  EXPECT_EQ(names.asked(), 2);
}

TEST(upstream, may_go_while_its_name_is_looked_up) {
  told_names names;
  names.hold();
  upstream_bench bench{at({"http://api:9000"}), names.resolver()};
  ASSERT_TRUE(bench.run_until([&] { return names.asked() == 1; }));
  bench.of.reset();
  names.set("192.0.2.1");
  names.release();
  const auto end = core::steady_time::clock::now() + 50ms;
  bench.run_until([&] { return core::steady_time::clock::now() > end; });
  EXPECT_EQ(names.asked(), 1);
  EXPECT_THAT(bench.events, IsEmpty()) << "of one that is gone nothing is told";
}

// An upstream whose health is what the test says.
class checked_server {
 public:
  raw_server::script script() {
    return [this](raw_server::socket& peer) {
      const auto head = raw_server::read_head(peer);
      if (head.empty()) return;
      {
        const std::lock_guard lock{mutex_};
        last_ = head;
      }
      ++checks;
      if (silent) return raw_server::read_to_end(peer);
      raw_server::send(peer,
                       "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n");
    };
  }
  std::string last() {
    const std::lock_guard lock{mutex_};
    return last_;
  }
  std::atomic<int> checks = 0;
  std::atomic<unsigned> status = 200;
  std::atomic<bool> silent = false;

 private:
  std::mutex mutex_;
  std::string last_;
};

upstream_settings checked(const raw_server& server) {
  auto made = at({"http://127.0.0.1:" + server.port()});
  made.health_path = "/healthz?x";
  made.health_timeout = 200ms;
  made.health.active = true;
  made.health.interval = 10ms;
  made.health.fall = 2;
  made.health.rise = 3;
  return made;
}

TEST(upstream, is_checked_and_falls_and_rises) {
  checked_server health;
  const raw_server server{health.script()};
  upstream_bench bench{checked(server)};
  ASSERT_TRUE(bench.run_until([&] { return health.checks > 3; }));
  EXPECT_TRUE(bench.is_healthy());
  EXPECT_EQ(health.last(), "GET /healthz?x HTTP/1.1\r\nhost: 127.0.0.1:" + server.port() +
                               "\r\nuser-agent: latchkey-health\r\nconnection: close\r\n\r\n");
  health.status = 503;
  ASSERT_TRUE(bench.run_until([&] { return !bench.is_healthy(0) && !bench.is_healthy(1); }));
  EXPECT_EQ(bench.of->pools()[0]->counts().healthy.get(), 0U);
  health.status = 302;
  ASSERT_TRUE(bench.run_until([&] { return bench.is_healthy(0) && bench.is_healthy(1); }));
  health.status = 404;
  ASSERT_TRUE(bench.run_until([&] { return !bench.is_healthy(); }));
  health.status = 204;
  ASSERT_TRUE(bench.run_until([&] { return bench.is_healthy(); }));
  const auto name = "127.0.0.1:" + server.port();
  EXPECT_THAT(bench.events, ElementsAre(name + " unhealthy", name + " healthy", name + " unhealthy",
                                        name + " healthy"));
}

TEST(upstream, reports_what_checks_find) {
  checked_server health;
  const raw_server server{health.script()};
  upstream_bench bench{checked(server)};
  const auto report = bench.of->addresses();
  ASSERT_EQ(report.size(), 1U);
  EXPECT_EQ(report[0].text, "127.0.0.1:" + server.port());
  EXPECT_TRUE(report[0].healthy);
  EXPECT_EQ(report[0].ejected_for, 0s);
  health.status = 503;
  EXPECT_TRUE(bench.run_until([&] { return !bench.of->addresses().at(0).healthy; }));
  health.status = 200;
  EXPECT_TRUE(bench.run_until([&] { return bench.of->addresses().at(0).healthy; }));
}

TEST(upstream, reports_for_how_long_an_address_is_out) {
  auto settings = at({"http://127.0.0.1:1", "http://127.0.0.1:2"});
  settings.health.failures = 1;
  settings.health.ejection = 20s;
  settings.health.longest_ejection = 20s;
  upstream_bench bench{settings};
  auto& of_thread = *bench.of->pools()[1];
  const auto now = core::steady_time::clock::now();
  of_thread.begin(1, now);
  of_thread.end(1, exchange_end::failed, now);
  ASSERT_TRUE(bench.run_until([&] { return bench.of->addresses().at(1).ejected_for > 0s; }));
  EXPECT_GT(bench.of->addresses().at(1).ejected_for, 10s);
  EXPECT_LE(bench.of->addresses().at(1).ejected_for, 20s);
  EXPECT_EQ(bench.of->addresses().at(0).ejected_for, 0s);
  EXPECT_TRUE(bench.of->addresses().at(1).healthy) << "that is what checks say";
}

TEST(upstream, that_does_not_answer_checks_in_time_falls) {
  checked_server health;
  const raw_server server{health.script()};
  auto settings = checked(server);
  settings.health_timeout = 20ms;
  upstream_bench bench{settings};
  ASSERT_TRUE(bench.run_until([&] { return health.checks > 2; }));
  EXPECT_TRUE(bench.is_healthy());
  health.silent = true;
  EXPECT_TRUE(bench.run_until([&] { return !bench.is_healthy(); }));
}

TEST(upstream, that_nobody_listens_at_falls) {
  std::string port;
  {
    const raw_server gone{[](raw_server::socket&) {}};
    port = gone.port();
  }
  auto settings = at({"http://127.0.0.1:" + port});
  settings.health_path = "/";
  settings.health.active = true;
  settings.health.interval = 10ms;
  upstream_bench bench{settings};
  EXPECT_TRUE(bench.run_until([&] { return !bench.is_healthy(); }));
}

TEST(upstream, may_go_while_it_is_checked) {
  checked_server health;
  health.silent = true;
  const raw_server server{health.script()};
  upstream_bench bench{checked(server)};
  ASSERT_TRUE(bench.run_until([&] { return health.checks == 1; }));
  bench.of.reset();
  const auto end = core::steady_time::clock::now() + 300ms;
  bench.run_until([&] { return core::steady_time::clock::now() > end; });
  EXPECT_EQ(health.checks, 1) << "none begins any more";
  EXPECT_THAT(bench.events, IsEmpty());
}

TEST(upstream, may_go_after_its_contexts_have_run_for_the_last_time) {
  checked_server health;
  health.silent = true;
  const raw_server server{health.script()};
  upstream_bench bench{checked(server)};
  ASSERT_TRUE(bench.run_until([&] { return health.checks == 1; }));
  bench.threads.stop();
  bench.control.stop();
}

TEST(upstream, is_not_made_of_what_cannot_be_used) {
  EXPECT_THROW(upstream_bench{at({"http://api/path"})}, std::invalid_argument);
  EXPECT_THROW(upstream_bench{at({""})}, std::invalid_argument);
  auto settings = at({"http://127.0.0.1"});
  settings.retry.attempts = 0;
  EXPECT_THROW(upstream_bench{settings}, std::invalid_argument);
  settings = at({"http://127.0.0.1"});
  settings.health.interval = 0s;
  EXPECT_THROW(upstream_bench{settings}, std::invalid_argument);
  settings = at({"https://127.0.0.1"});
  settings.ca_file = "/nowhere/at/all.pem";
  EXPECT_THROW(upstream_bench{settings}, std::runtime_error);
}

}  // namespace
}  // namespace latchkey::edge
