// The client asked from many threads at once; worth most under ThreadSanitizer.
#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>
#include <support/gated_fetch.hpp>
#include <support/manual_clock.hpp>
#include <support/mint.hpp>

#include <atomic>
#include <future>
#include <optional>
#include <thread>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using support::gated_fetch;

constexpr std::size_t threads = 4;

jwks_settings settings() {
  jwks_settings made;
  return made;
}

// Counts how requests on all threads end.
struct tally {
  explicit tally(std::size_t expected) : left{expected} {}

  void count(const key_lookup& got) {
    if (got.key) {
      ++keys;
    } else if (got.error == errc::keys_unavailable) {
      ++unavailable;
    } else if (got.error == jose::errc::unknown_key) {
      ++unknown;
    }
    if (--left == 0) all.set_value();
  }

  bool wait() { return all.get_future().wait_for(60s) == std::future_status::ready; }

  std::atomic<std::size_t> left;
  std::atomic<std::size_t> keys{0};
  std::atomic<std::size_t> unavailable{0};
  std::atomic<std::size_t> unknown{0};
  std::promise<void> all;
};

async::task<> ask(jwks_client& client, std::string kid, core::deadline until, tally& out) {
  const auto given = client.lookup(kid, jose::algorithm::rs256, {});
  if (!given.must_wait()) {
    out.count(given);
    co_return;
  }
  const auto got = co_await client.wait_for_key(kid, jose::algorithm::rs256, {}, until);
  out.count(got);
}

void spawn(async::io_pool& pool, std::size_t number, jwks_client& client, std::string kid,
           core::deadline until, tally& out) {
  async::asio::co_spawn(pool.at(number % threads), ask(client, std::move(kid), until, out),
                        async::asio::detached);
}

// The pool goes before the client and the tally, whichever way a test ends: its coroutines use
// them.
jwks_client& make(std::optional<jwks_client>& place, jwks_settings with, const gated_fetch& gate,
                  core::clock clock, async::io_pool& pool, std::size_t home = 0,
                  jwks_client::observer observe = {}) {
  return place.emplace(
      std::move(with), gate.source(), std::move(clock), pool.at(home), [] { return 0.5; },
      std::move(observe), nullptr, &pool);
}

template <class Condition>
bool comes_true(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(jwks_client_threads, thousand_waiters_on_four_threads_share_one_fetch) {
  support::manual_clock clock;
  gated_fetch gate;
  tally out{1000};
  std::optional<jwks_client> made;
  async::io_pool pool{threads};
  auto& client = make(made, settings(), gate, clock.clock(), pool);
  for (std::size_t i = 0; i < 1000; ++i) spawn(pool, i, client, "k1", {}, out);
  pool.run();
  ASSERT_TRUE(comes_true([&] { return client.stats().waiters == 1000; }));
  ASSERT_TRUE(gate.wait_for_calls(1));
  gate.release(gated_fetch::ok(support::jwks()));
  ASSERT_TRUE(out.wait());
  EXPECT_EQ(out.keys, 1000U);
  EXPECT_EQ(gate.calls(), 1U);
  pool.stop();
  pool.join();
}

TEST(jwks_client_threads, some_deadlines_pass_while_others_are_served) {
  support::manual_clock clock;
  gated_fetch gate;
  tally out{1000};
  std::optional<jwks_client> made;
  async::io_pool pool{threads};
  auto& client = make(made, settings(), gate, clock.clock(), pool);
  const core::deadline soon{std::chrono::steady_clock::now() + 1ms};
  for (std::size_t i = 0; i < 1000; ++i) {
    spawn(pool, i, client, "k1", i % 5 == 0 ? soon : core::deadline{}, out);
  }
  pool.run();
  ASSERT_TRUE(comes_true([&] { return out.unavailable == 200 && client.stats().waiters == 800; }));
  ASSERT_TRUE(gate.wait_for_calls(1));
  gate.release(gated_fetch::ok(support::jwks()));
  ASSERT_TRUE(out.wait());
  EXPECT_EQ(out.keys, 800U);
  EXPECT_EQ(gate.calls(), 1U);
  pool.stop();
  pool.join();
}

TEST(jwks_client_threads, close_wakes_waiters_on_every_thread) {
  support::manual_clock clock;
  gated_fetch gate;
  tally out{400};
  std::optional<jwks_client> made;
  async::io_pool pool{threads};
  auto& client = make(made, settings(), gate, clock.clock(), pool);
  for (std::size_t i = 0; i < 400; ++i) spawn(pool, i, client, "k1", {}, out);
  pool.run();
  ASSERT_TRUE(comes_true([&] { return client.stats().waiters == 400; }));
  client.close();
  ASSERT_TRUE(out.wait());
  EXPECT_EQ(out.unavailable, 400U);
  EXPECT_EQ(client.stats().waiters, 0U);
  pool.stop();
  pool.join();
}

// Traffic with known, new and bad kids on all threads, on the machine's clock, while the provider
// rotates, fails and recovers every few milliseconds, ended by a close in the midst of it.
TEST(jwks_client_threads, survive_rotations_failures_and_close_under_load) {
  constexpr std::size_t total = 20'000;
  gated_fetch gate;
  std::atomic<unsigned> asked{0};
  const auto first = support::jwks();
  const auto both = support::jwks({&support::issuer_key(), &support::second_key()});
  gate.open([&](const std::string&) {
    const auto turn = asked++ % 4;
    if (turn == 1) return gated_fetch::no_connection();
    return gated_fetch::ok(turn == 2 ? both : first);
  });
  auto quick = settings();
  quick.refresh.max_age = 2ms;
  quick.refresh.max_stale = 20ms;
  quick.refresh.cooldown = 1ms;
  quick.refresh.negative_ttl = 2ms;
  quick.refresh.backoff_first = 1ms;
  quick.refresh.backoff_max = 4ms;
  std::atomic<std::size_t> events{0};
  tally out{total};
  std::optional<jwks_client> made;
  async::io_pool pool{threads};
  auto& client =
      make(made, quick, gate, core::system_clock(), pool, 1, [&](const jwks_event&) { ++events; });
  const auto traffic = [](jwks_client& from, std::size_t count, tally& to) -> async::task<> {
    for (std::size_t i = 0; i < count; ++i) {
      std::string kid = i % 3 == 0 ? "k1" : i % 3 == 1 ? "k2" : "bad" + std::to_string(i % 50);
      const core::deadline until{std::chrono::steady_clock::now() + 1ms * (i % 4)};
      co_await ask(from, std::move(kid), until, to);
      if (i % 64 == 0) {
        async::timer pause{co_await async::asio::this_coro::executor, 1ms};
        co_await pause.async_wait(async::use_task);
      }
    }
  };
  for (std::size_t i = 0; i < 16; ++i) {
    async::asio::co_spawn(pool.at(i % threads), traffic(client, total / 16, out),
                          async::asio::detached);
  }
  pool.run();
  ASSERT_TRUE(comes_true([&] { return out.left < total / 4; }));
  EXPECT_GT(events, 2U);
  client.close();
  ASSERT_TRUE(out.wait());
  EXPECT_EQ(gate.max_at_once(), 1U);
  EXPECT_GT(out.keys, 0U);
  EXPECT_EQ(out.keys + out.unavailable + out.unknown, total);
  EXPECT_EQ(client.stats().waiters, 0U);
  pool.stop();
  pool.join();
}

}  // namespace
}  // namespace latchkey::auth
