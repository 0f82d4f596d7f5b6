// Every allocation of a step fails once: what was asked for may fail, but nobody waits for ever,
// and the next time it goes well.
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <support/gated_fetch.hpp>
#include <support/manual_clock.hpp>
#include <support/mint.hpp>
#include <support/reference_kernel.hpp>
#include <support/sanitized.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace {

// How many allocations of this thread go well before one fails; negative: all do.
thread_local long before_failure = -1;
thread_local bool has_failed = false;

[[maybe_unused]] bool fails_now() {
  if (before_failure < 0 || before_failure-- > 0) return false;
  has_failed = true;
  return true;
}

}  // namespace

// A sanitizer brings its own.
#ifndef LATCHKEY_SANITIZED
void* operator new(std::size_t size) {
  if (fails_now()) throw std::bad_alloc{};
  if (void* made = std::malloc(size != 0 ? size : 1)) return made;
  throw std::bad_alloc{};
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size != 0 ? size : 1);
}
// Asio's own.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  void* made = nullptr;
  if (fails_now()) return nullptr;
  return ::posix_memalign(&made, std::max(alignment, sizeof(void*)), size) == 0 ? made : nullptr;
}
void operator delete(void* made) noexcept {
  std::free(made);
}
void operator delete(void* made, std::size_t) noexcept {
  std::free(made);
}
#endif

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using support::gated_fetch;

void fail_after(long allocations) {
  has_failed = false;
  before_failure = allocations;
}

// Whether one failed.
bool end_failing() {
  before_failure = -1;
  return has_failed;
}

class shortage : public testing::Test {
 protected:
  void SetUp() override {
#ifdef LATCHKEY_SANITIZED
    GTEST_SKIP() << "memory cannot be taken away from under a sanitizer";
#endif
  }
};

struct asked {
  std::string text = support::issuer_key().sign_claims("{}");
  jose::token parsed = jose::parse_token(text).value();
  std::optional<core::error_code> outcome;
};

async::task<> ask(verify_queue& queue, asked& one, const jose::key& by) {
  try {
    one.outcome = co_await queue.check(one.parsed, jose::algorithm::rs256, by);
  } catch (const std::bad_alloc&) {
    one.outcome = make_error_code(boost::system::errc::not_enough_memory);
  }
}

TEST_F(shortage, answers_every_check_of_a_signature) {
  const auto key =
      jose::parse_jwk(jose::parse_json(support::issuer_key().public_jwk()).value().get_object())
          .value();
  constexpr const jose::rsa_batch_kernel* none = nullptr;
  for (const auto* kernel : {&support::reference_kernel<8>, none}) {
    long step = 0;
    for (bool failed = true; failed; ++step) {
      async::asio::io_context context{1};
      verify_queue queue{context.get_executor(), {kernel}};
      std::vector<std::unique_ptr<asked>> all;
      for (int i = 0; i < 20; ++i) all.push_back(std::make_unique<asked>());
      for (auto& one : all) {
        async::asio::co_spawn(context, ask(queue, *one, key), async::asio::detached);
      }
      fail_after(step);
      context.run();
      failed = end_failing();
      std::size_t without_memory = 0;
      for (const auto& one : all) {
        ASSERT_TRUE(one->outcome) << "lost, at step " << step;
        if (*one->outcome) {
          ++without_memory;
          EXPECT_EQ(*one->outcome, boost::system::errc::not_enough_memory);
        }
      }
      EXPECT_EQ(without_memory != 0, failed) << "at step " << step;
      asked next;
      async::asio::co_spawn(context, ask(queue, next, key), async::asio::detached);
      context.restart();
      context.run();
      ASSERT_EQ(next.outcome, core::error_code{}) << "after step " << step;
      ASSERT_LT(step, 1000);
    }
    if (kernel != nullptr) {
      EXPECT_GT(step, 1) << "nothing was allocated";
    }
  }
}

// A client with one key, a fetch of which is due.
struct due_client {
  due_client() {
    made.emplace(
        jwks_settings{}, gate.source(), clock.clock(), context.get_executor(), [] { return 0.5; },
        jwks_client::observer{});
    made->prefetch();
    pump();
    gate.release(gated_fetch::ok(support::jwks()));
    pump();
    clock.advance(9min);
  }
  ~due_client() {
    made.reset();
    pump();
  }

  void pump() {
    context.restart();
    while (context.poll() > 0) {
    }
  }

  async::asio::io_context context{1};
  support::manual_clock clock;
  gated_fetch gate;
  std::optional<jwks_client> made;
};

template <class Step>
void expect_no_fetch_lost(Step step) {
  bool failed = true;
  for (long number = 0; failed; ++number) {
    due_client one;
    fail_after(number);
    try {
      step(one);
    } catch (const std::bad_alloc&) {
    }
    failed = end_failing();
    one.pump();
    ASSERT_TRUE(one.made->lookup("k1", jose::algorithm::rs256, "192.0.2.1").key);
    one.pump();
    ASSERT_EQ(one.gate.calls(), 2U) << "marked and never made, at step " << number;
    one.gate.release(gated_fetch::ok(support::jwks()));
    one.pump();
    ASSERT_FALSE(one.made->stats().in_flight);
    ASSERT_EQ(one.made->stats().waiters, 0U);
    ASSERT_LT(number, 1000);
  }
}

TEST_F(shortage, loses_no_fetch_of_a_known_key) {
  expect_no_fetch_lost(
      [](due_client& one) { one.made->lookup("k1", jose::algorithm::rs256, "192.0.2.1"); });
}

TEST_F(shortage, loses_no_fetch_for_an_unknown_kid) {
  expect_no_fetch_lost([](due_client& one) {
    const auto asking = [](jwks_client& client) -> async::task<> {
      try {
        co_await client.wait_for_key("other", jose::algorithm::rs256, "192.0.2.1", {});
      } catch (const std::bad_alloc&) {
      }
      end_failing();
    };
    const auto failing = before_failure;
    before_failure = -1;
    async::asio::co_spawn(one.context, asking(*one.made), async::asio::detached);
    before_failure = failing;
    one.context.restart();
    one.context.poll_one();
  });
}

}  // namespace
}  // namespace latchkey::auth
