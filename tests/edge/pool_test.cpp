#include <latchkey/edge/pool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

upstream_settings small_limits(std::size_t outstanding, std::size_t waiting) {
  upstream_settings made;
  made.circuit = {outstanding, waiting};
  return made;
}

place place_at(const async::tcp::endpoint& where) {
  const named_place name{false, "api", where.port(), "api"};
  return places_of(name, "", {where}).front();
}
place place_on(std::uint16_t port) {
  return place_at({async::asio::ip::address_v4::loopback(), port});
}

// A pool with its context and a clock that the test moves. It stands behind that of the timers, so
// that what is to be looked at later is looked at with the next tick.
class pool_bench {
 public:
  explicit pool_bench(upstream_settings settings = {})
      : of_{std::make_unique<pool>(std::make_shared<const upstream_settings>(std::move(settings)),
                                   core::clock{core::wall_time::clock::now, [this] { return now; }},
                                   1, 0, 7)} {}
  ~pool_bench() { io.reset(); }
  pool_bench(const pool_bench&) = delete;
  pool_bench& operator=(const pool_bench&) = delete;

  pool& of() { return *of_; }
  const upstream_counts& counts() { return of_->counts(); }
  async::executor where() { return io->get_executor(); }

  // Whatever is ready.
  void settle() {
    io->restart();
    io->poll();
  }
  // Until it is so; false where it is not within seconds.
  template <class Condition>
  bool run_until(const Condition& is_so) {
    const auto end = core::steady_time::clock::now() + 8s;
    io->restart();
    while (!is_so() && core::steady_time::clock::now() < end) io->run_one_for(100ms);
    return is_so();
  }

  // Waits for a place beside the test and writes down how that ended.
  void enter(std::string name, core::deadline until = {}) {
    const auto wait = [](pool_bench& of, std::string who, core::deadline at) -> async::task<> {
      pool::waiting_place* here = nullptr;
      const bool entered = co_await of.of_->enter(at, here);
      of.ends.push_back(who + (entered ? " entered" : " did not"));
    };
    async::asio::co_spawn(where(), wait(*this, std::move(name), until), async::asio::detached);
    settle();
  }

  core::steady_time now = core::steady_time::clock::now() - 1h;
  std::unique_ptr<async::asio::io_context> io = std::make_unique<async::asio::io_context>();
  std::vector<std::string> ends;

 private:
  std::unique_ptr<pool> of_;
};

TEST(pool_places, are_given_until_there_are_no_more_and_then_waited_for) {
  pool_bench bench{small_limits(2, 1)};
  EXPECT_EQ(bench.of().try_enter(), admission::go);
  EXPECT_EQ(bench.of().try_enter(), admission::go);
  EXPECT_EQ(bench.counts().outstanding.get(), 2U);
  EXPECT_EQ(bench.of().try_enter(), admission::wait);
  bench.enter("a");
  EXPECT_EQ(bench.counts().waiting.get(), 1U);
  EXPECT_EQ(bench.counts().refused.get(), 0U);
  EXPECT_EQ(bench.of().try_enter(), admission::refuse);
  EXPECT_EQ(bench.counts().refused.get(), 1U);
  bench.of().leave();
  bench.settle();
  EXPECT_THAT(bench.ends, ElementsAre("a entered"));
  EXPECT_EQ(bench.counts().outstanding.get(), 2U);
  EXPECT_EQ(bench.counts().waiting.get(), 0U);
  bench.of().leave();
  bench.of().leave();
  EXPECT_EQ(bench.of().under_way().requests, 0U);
  EXPECT_EQ(bench.counts().outstanding.get(), 0U);
}

TEST(pool_places, go_to_whoever_has_waited_longest_and_nobody_overtakes) {
  pool_bench bench{small_limits(1, 10)};
  EXPECT_EQ(bench.of().try_enter(), admission::go);
  for (const char* name : {"a", "b", "c"}) bench.enter(name);
  bench.of().leave();
  // The place is given on already, though nobody has run.
  EXPECT_EQ(bench.of().try_enter(), admission::wait);
  bench.settle();
  bench.of().leave();
  bench.of().leave();
  bench.settle();
  EXPECT_THAT(bench.ends, ElementsAre("a entered", "b entered", "c entered"));
  EXPECT_EQ(bench.of().try_enter(), admission::wait);
  bench.of().leave();
  EXPECT_EQ(bench.of().try_enter(), admission::go);
}

TEST(pool_places, are_not_waited_for_beyond_the_deadline) {
  pool_bench bench{small_limits(1, 10)};
  EXPECT_EQ(bench.of().try_enter(), admission::go);
  bench.enter("late", core::deadline{core::steady_time::clock::now()});
  bench.enter("patient");
  ASSERT_TRUE(bench.run_until([&] { return !bench.ends.empty(); }));
  EXPECT_THAT(bench.ends, ElementsAre("late did not"));
  EXPECT_EQ(bench.counts().waiting.get(), 1U);
  EXPECT_EQ(bench.counts().refused.get(), 1U);
  bench.of().leave();
  bench.settle();
  EXPECT_THAT(bench.ends, ElementsAre("late did not", "patient entered"));
}

TEST(pool_places, that_become_free_at_the_deadline_are_not_lost) {
  pool_bench bench{small_limits(1, 10)};
  EXPECT_EQ(bench.of().try_enter(), admission::go);
  bench.enter("a", core::deadline{core::steady_time::clock::now() + 20ms});
  bench.enter("b");
  // Past its time, but it has not run since.
  const auto end = core::steady_time::clock::now() + 30ms;
  while (core::steady_time::clock::now() < end) {
  }
  bench.of().leave();
  bench.settle();
  EXPECT_THAT(bench.ends, ElementsAre("a entered"));
  bench.of().leave();
  bench.settle();
  EXPECT_THAT(bench.ends, ElementsAre("a entered", "b entered"));
}

TEST(pool_places, are_not_waited_for_by_those_that_were_destroyed) {
  pool_bench bench{small_limits(1, 10)};
  EXPECT_EQ(bench.of().try_enter(), admission::go);
  bench.enter("a");
  bench.enter("b");
  EXPECT_EQ(bench.counts().waiting.get(), 2U);
  bench.io.reset();
  EXPECT_EQ(bench.counts().waiting.get(), 0U);
  bench.of().leave();
  EXPECT_EQ(bench.of().under_way().requests, 0U);
  EXPECT_THAT(bench.ends, IsEmpty());
}

TEST(pool_places, have_retries_among_them) {
  pool_bench bench;
  bench.of().begin_retry();
  bench.of().begin_retry();
  EXPECT_EQ(bench.of().under_way().retries, 2U);
  bench.of().end_retry();
  EXPECT_EQ(bench.of().under_way().retries, 1U);
}

TEST(pool_addresses, keep_what_is_known_of_them_when_others_come_and_go) {
  upstream_settings settings;
  settings.health.failures = 1;
  pool_bench bench{settings};
  bench.of().replace({place_on(1), place_on(2), place_on(3)});
  EXPECT_EQ(bench.counts().addresses.get(), 3U);
  EXPECT_EQ(bench.counts().healthy.get(), 3U);
  const auto epoch = bench.of().epoch();
  const auto begin = [&](std::size_t index) {
    const std::vector<std::size_t> others = {(index + 1) % 3, (index + 2) % 3};
    EXPECT_EQ(bench.of().choose({}, others, bench.now).index, index);
  };
  begin(1);
  bench.of().at(2).told_timeout = 9s;
  bench.of().set_healthy("127.0.0.1:3", false);
  EXPECT_EQ(bench.counts().healthy.get(), 2U);

  bench.of().replace({place_on(3), place_on(4), place_on(2)});
  EXPECT_NE(bench.of().epoch(), epoch);
  EXPECT_EQ(bench.of().at(0).told_timeout, 9s);
  EXPECT_FALSE(bench.of().group().at(0).healthy);
  EXPECT_TRUE(bench.of().group().at(1).healthy);
  EXPECT_EQ(bench.counts().healthy.get(), 2U);
  EXPECT_EQ(bench.of().now_at(epoch, 0, "127.0.0.1:1"), std::nullopt);
  EXPECT_EQ(bench.of().now_at(epoch, 1, "127.0.0.1:2"), 2U);
  EXPECT_EQ(bench.of().now_at(epoch, 2, "127.0.0.1:3"), 0U);
  EXPECT_EQ(bench.of().now_at(bench.of().epoch(), 1, "127.0.0.1:4"), 1U);

  bench.of().set_healthy("127.0.0.1:3", true);
  bench.of().set_healthy("127.0.0.1:1", false);
  EXPECT_EQ(bench.counts().healthy.get(), 3U) << "of one that is gone nothing is known";
}

TEST(pool_addresses, are_each_there_once) {
  pool_bench bench;
  bench.of().replace({place_on(1), place_on(2), place_on(1)});
  EXPECT_EQ(bench.counts().addresses.get(), 2U);
  EXPECT_EQ(bench.of().group().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(bench.of().at(i).at.text, bench.of().group().at(i).address);
  }
  bench.of().replace({});
  EXPECT_EQ(bench.counts().addresses.get(), 0U);
  EXPECT_EQ(bench.of().choose({}, {}, bench.now).result, choice::outcome::none_healthy);
}

TEST(pool_addresses, of_one_key_are_the_same) {
  pool_bench bench;
  bench.of().replace({place_on(1), place_on(2), place_on(3)});
  const auto first = bench.of().choose("ann", {}, bench.now).index;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(bench.of().choose("ann", {}, bench.now).index, first);
  }
}

TEST(pool, keeps_a_tls_session_for_an_hour_from_when_a_certificate_was_looked_at) {
  pool_bench bench;
  bench.of().replace({place_at({async::asio::ip::address_v4::loopback(), 9000})});
  const auto some = [] { return net::session_ptr{SSL_SESSION_new()}; };
  const auto begin = bench.now;
  EXPECT_EQ(bench.of().take_session(0, begin), nullptr);
  bench.of().keep_session(0, some(), false, begin);
  EXPECT_NE(bench.of().take_session(0, begin + 59min), nullptr);
  EXPECT_EQ(bench.of().take_session(0, begin + 59min), nullptr) << "each is used once";
  bench.of().keep_session(0, some(), true, begin + 59min);
  EXPECT_EQ(bench.of().take_session(0, begin + 60min), nullptr) << "by resumption for ever";
  bench.of().keep_session(0, some(), false, begin + 61min);
  EXPECT_NE(bench.of().take_session(0, begin + 120min), nullptr);
}

// Connections to a listener of the test's own, which does what it is told.
class pool_connections : public testing::Test {
 protected:
  void begin(upstream_settings settings = {}) {
    bench_ = std::make_unique<pool_bench>(std::move(settings));
    listener_ = std::make_unique<async::tcp_acceptor>(
        bench_->where(), async::tcp::endpoint{async::asio::ip::address_v4::loopback(), 0});
    of().replace({place_at(listener_->local_endpoint())});
    of().waits(bench_->where(), nullptr);
  }
  void TearDown() override {
    peers_.clear();
    listener_.reset();
  }

  pool_bench& bench() { return *bench_; }
  pool& of() { return bench_->of(); }
  core::steady_time& now() { return bench_->now; }

  pooled_connection connect() {
    auto made =
        net::transport::connect(listener_->local_endpoint(), of().waits(bench_->where(), nullptr));
    EXPECT_TRUE(made.has_value());
    bool is_made = false;
    const auto wait = [](net::transport& over, bool& done) -> async::task<> {
      EXPECT_FALSE(co_await over.connected());
      done = true;
    };
    async::asio::co_spawn(bench_->where(), wait(**made, is_made), async::asio::detached);
    peers_.push_back(listener_->accept());
    EXPECT_TRUE(bench_->run_until([&] { return is_made; }));
    pooled_connection one;
    one.over = std::move(*made);
    one.made = now();
    return one;
  }
  // One that was used and rests.
  void rest(const keep_alive& told = {}) { of().give_back(0, connect(), told, now()); }
  bool take(bool repeatable = true) { return of().take(0, repeatable, now()).over != nullptr; }
  async::tcp_socket& peer(std::size_t number) { return peers_.at(number); }
  // The system tells of the peer's end or bytes in its own time.
  bool has_come_to(const net::transport& over, net::transport::idle_state wanted) {
    auto& at = const_cast<net::transport&>(over);
    return bench_->run_until([&] { return at.check_idle() == wanted; });
  }
  const net::transport& resting(std::size_t number) { return *of().at(0).idle.at(number).over; }

 private:
  std::unique_ptr<pool_bench> bench_;
  std::unique_ptr<async::tcp_acceptor> listener_;
  std::vector<async::tcp_socket> peers_;
};

TEST_F(pool_connections, are_taken_again_the_last_used_first) {
  begin();
  EXPECT_FALSE(take());
  auto first = connect();
  auto second = connect();
  auto* const second_over = second.over.get();
  EXPECT_FALSE(first.reused);
  of().give_back(0, std::move(first), {}, now());
  of().give_back(0, std::move(second), {}, now());
  EXPECT_EQ(of().idle_count(), 2U);
  EXPECT_EQ(bench().counts().idle.get(), 2U);
  auto taken = of().take(0, true, now());
  EXPECT_EQ(taken.over.get(), second_over);
  EXPECT_TRUE(taken.reused);
  EXPECT_EQ(of().idle_count(), 1U);
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
  EXPECT_EQ(bench().counts().idle.get(), 0U);
}

TEST_F(pool_connections, are_too_old_after_four_seconds_unless_the_upstream_has_told) {
  begin();
  rest();
  now() += 3999ms;
  EXPECT_TRUE(take());
  rest();
  now() += 4s;
  EXPECT_FALSE(take());
  EXPECT_EQ(of().idle_count(), 0U) << "it is closed";
  rest({.timeout = 11s, .max = {}});
  now() += 9999ms;
  EXPECT_TRUE(take());
  // What has been told is of the address, not of the connection.
  rest();
  now() += 9999ms;
  EXPECT_TRUE(take());
  rest();
  now() += 10s;
  EXPECT_FALSE(take());
}

TEST_F(pool_connections, are_never_kept_beyond_what_is_set_or_beyond_their_life) {
  upstream_settings settings;
  settings.pool.idle = 20s;
  settings.pool.life = 50s;
  begin(settings);
  rest({.timeout = 1000s, .max = {}});
  now() += 20s;
  EXPECT_FALSE(take());
  rest();
  for (int i = 0; i < 4; ++i) {
    now() += 12s;
    auto again = of().take(0, true, now());
    ASSERT_NE(again.over, nullptr) << i;
    of().give_back(0, std::move(again), {}, now());
  }
  now() += 2s;
  EXPECT_FALSE(take()) << "50 s after it was made";
}

TEST_F(pool_connections, are_left_to_others_where_a_request_cannot_be_sent_again) {
  begin();
  rest();
  now() += 499ms;
  EXPECT_TRUE(take(false));
  rest();
  now() += 500ms;
  EXPECT_FALSE(take(false));
  EXPECT_EQ(of().idle_count(), 1U);
  EXPECT_TRUE(take(true));
}

TEST_F(pool_connections, are_closed_where_the_upstream_takes_no_more_on_them) {
  begin();
  rest({.timeout = {}, .max = 0});
  EXPECT_EQ(of().idle_count(), 0U);
  rest({.timeout = {}, .max = 1});
  EXPECT_TRUE(take());
  rest({.timeout = 1s, .max = {}});
  EXPECT_EQ(of().idle_count(), 0U) << "a second of margin leaves nothing";
}

TEST_F(pool_connections, are_no_more_than_are_set) {
  upstream_settings settings;
  settings.max_idle = 2;
  begin(settings);
  auto a = connect();
  auto b = connect();
  auto c = connect();
  of().give_back(0, std::move(a), {}, now());
  of().give_back(0, std::move(b), {}, now());
  of().give_back(0, std::move(c), {}, now());
  EXPECT_EQ(of().idle_count(), 2U);
}

TEST_F(pool_connections, whose_peer_has_ended_or_spoken_are_not_taken) {
  using state = net::transport::idle_state;
  begin();
  rest();
  peer(0).close();
  ASSERT_TRUE(has_come_to(resting(0), state::ended));
  EXPECT_FALSE(take());
  EXPECT_EQ(of().idle_count(), 0U);

  rest();
  peer(1).send(async::asio::buffer("HTTP/1.1 408 Request Timeout\r\n\r\n", 32));
  ASSERT_TRUE(has_come_to(resting(0), state::spoke));
  EXPECT_FALSE(take());
  EXPECT_EQ(of().idle_count(), 0U);

  rest();
  rest();
  peer(3).set_option(async::asio::socket_base::linger{true, 0});
  peer(3).close();
  ASSERT_TRUE(has_come_to(resting(1), state::ended));
  EXPECT_TRUE(take()) << "the other one is well";
  EXPECT_EQ(of().idle_count(), 0U);
}

TEST_F(pool_connections, that_nobody_asks_for_are_closed_in_time) {
  begin();
  rest();
  rest();
  now() += 2s;
  rest();
  now() += 2s;
  // Of the first two the time is over.
  ASSERT_TRUE(bench().run_until([&] { return of().idle_count() != 3; }));
  EXPECT_EQ(of().idle_count(), 1U);
  EXPECT_EQ(bench().counts().idle.get(), 1U);
  now() += 2s;
  EXPECT_TRUE(bench().run_until([&] { return of().idle_count() == 0; }));
}

TEST_F(pool_connections, whose_peer_ends_are_closed_though_nobody_asks) {
  begin();
  rest();
  rest();
  peer(0).close();
  ASSERT_TRUE(bench().run_until([&] { return of().idle_count() == 1; }));
  EXPECT_TRUE(take());
}

TEST_F(pool_connections, stay_with_an_address_that_stays) {
  begin();
  rest();
  auto same = of().at(0).at;
  of().replace({place_on(1), same});
  EXPECT_EQ(of().idle_count(), 1U);
  EXPECT_FALSE(take());
  EXPECT_NE(of().take(1, true, now()).over, nullptr);
  rest();
  EXPECT_EQ(of().idle_count(), 1U);
  of().replace({same});
  EXPECT_EQ(of().idle_count(), 0U) << "they go with their address";
  EXPECT_EQ(bench().counts().idle.get(), 0U);
}

TEST_F(pool_connections, do_not_stay_with_one_that_is_spoken_to_otherwise) {
  begin();
  rest();
  auto other = of().at(0).at;
  other.secure = true;
  of().replace({other});
  EXPECT_EQ(of().idle_count(), 0U);
  EXPECT_FALSE(take());
}

TEST_F(pool_connections, of_a_pool_that_is_retired_are_closed_and_none_is_kept) {
  begin();
  rest();
  auto under_way = connect();
  of().retire();
  EXPECT_EQ(of().idle_count(), 0U);
  of().give_back(0, std::move(under_way), {}, now());
  EXPECT_EQ(of().idle_count(), 0U);
  EXPECT_EQ(bench().counts().idle.get(), 0U);
}

TEST_F(pool_connections, rest_a_while_where_more_may_come_behind_an_answer) {
  begin();
  auto tired = connect();
  tired.rests_until = now() + 20ms;
  auto* const tired_over = tired.over.get();
  of().give_back(0, std::move(tired), {}, now());
  EXPECT_FALSE(take()) << "it rests";
  rest();
  EXPECT_TRUE(take()) << "another one does not";
  EXPECT_FALSE(take());
  now() += 20ms;
  EXPECT_EQ(of().take(0, true, now()).over.get(), tired_over);
}

TEST_F(pool_connections, of_an_address_that_is_distrusted_carry_only_what_can_be_sent_again) {
  begin();
  rest();
  of().distrust(0, now());
  EXPECT_FALSE(take(false));
  EXPECT_TRUE(take());
  now() += 60s;
  rest();
  EXPECT_TRUE(take(false));
}

TEST_F(pool_connections, of_an_address_that_says_too_much_are_closed) {
  begin();
  rest();
  rest();
  of().close_idle(0);
  EXPECT_EQ(of().idle_count(), 0U);
  EXPECT_FALSE(take());
}

TEST_F(pool_connections, that_rest_may_outlive_their_context) {
  begin();
  rest();
  rest();
  TearDown();
  bench().io.reset();
  of().retire();
  EXPECT_EQ(of().idle_count(), 0U);
}

}  // namespace
}  // namespace latchkey::edge
