#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/auth/thread_verifiers.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/verifier.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>
#include <support/mint.hpp>
#include <support/reference_kernel.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::auth {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

struct asked {
  std::string text;
  jose::token parsed;
  std::optional<core::error_code> outcome;
};

jose::key public_key(const jose::signing_key& pair) {
  return jose::parse_jwk(jose::parse_json(pair.public_jwk()).value().get_object()).value();
}

class verify_queue_test : public testing::Test {
 protected:
  std::unique_ptr<asked> make(bool good = true) {
    auto text = support::issuer_key().sign_claims("{\"n\":" + std::to_string(++made_) + "}");
    if (!good) {
      const auto at = text.rfind('.') + 5;
      text[at] = text[at] == 'A' ? 'B' : 'A';
    }
    auto one = std::make_unique<asked>(asked{text, jose::parse_token(text).value(), {}});
    // The views of the token are of this text, which has moved.
    one->parsed = jose::parse_token(one->text).value();
    return one;
  }

  static async::task<> ask(verify_queue& queue, asked& one, const jose::key& by) {
    one.outcome = co_await queue.check(one.parsed, jose::algorithm::rs256, by);
  }

  void spawn(verify_queue& queue, asked& one, const jose::key& by) {
    async::asio::co_spawn(context_, ask(queue, one, by), async::asio::detached);
  }

  // On every processor, of as many lanes as the widest kernel.
  static constexpr const auto* kernel = &support::reference_kernel<8>;

  async::asio::io_context context_{1};
  jose::key key_ = public_key(support::issuer_key());
  int made_ = 0;
};

TEST_F(verify_queue_test, answers_each_of_many) {
  for (std::size_t count = 1; count <= 20; ++count) {
    for (const auto bad : {none, std::size_t{0}, count / 2, count - 1}) {
      verify_queue queue{context_.get_executor(), {kernel}};
      std::vector<std::unique_ptr<asked>> all;
      for (std::size_t i = 0; i < count; ++i) all.push_back(make(i != bad));
      for (auto& one : all) spawn(queue, *one, key_);
      context_.restart();
      context_.run();
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_TRUE(all[i]->outcome) << i << " of " << count;
        const auto expected =
            i == bad ? make_error_code(jose::errc::bad_signature) : core::error_code{};
        EXPECT_EQ(*all[i]->outcome, expected) << i << " of " << count;
      }
      const auto counts = queue.counts();
      EXPECT_EQ(counts.kernel + counts.openssl, count);
    }
  }
}

TEST_F(verify_queue_test, what_waits_in_one_turn_goes_in_one_batch) {
  verify_queue queue{context_.get_executor(), {kernel}};
  std::vector<std::unique_ptr<asked>> all;
  for (int i = 0; i < 19; ++i) all.push_back(make());
  for (auto& one : all) spawn(queue, *one, key_);
  context_.run();
  const auto counts = queue.counts();
  EXPECT_EQ(counts.batches, (decltype(counts.batches){0, 0, 1, 0, 0, 0, 0, 2}));
  EXPECT_EQ(counts.kernel, 19U);
  EXPECT_EQ(counts.openssl, 0U);
}

TEST_F(verify_queue_test, a_pass_takes_as_many_as_the_kernel_has_lanes) {
  verify_queue queue{context_.get_executor(), {&support::reference_kernel<4>}};
  std::vector<std::unique_ptr<asked>> all;
  for (int i = 0; i < 9; ++i) all.push_back(make(i != 6));
  for (auto& one : all) spawn(queue, *one, key_);
  context_.run();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i]->outcome == core::error_code{}, i != 6) << i;
  }
  const auto counts = queue.counts();
  EXPECT_EQ(counts.batches, (decltype(counts.batches){1, 0, 0, 2}));
  EXPECT_EQ(counts.kernel, 8U);
  EXPECT_EQ(counts.openssl, 1U) << "the one left over";
}

TEST_F(verify_queue_test, every_kernel_of_this_processor_answers) {
  for (const auto kind : jose::rsa_batch_kinds) {
    const auto* const real = jose::find_rsa_batch_kernel(kind);
    if (real == nullptr) continue;
    verify_queue queue{context_.get_executor(), {real}};
    std::vector<std::unique_ptr<asked>> all;
    for (std::size_t i = 0; i < 2 * real->lanes; ++i) all.push_back(make(i % 3 != 0));
    for (auto& one : all) spawn(queue, *one, key_);
    context_.restart();
    context_.run();
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i]->outcome == core::error_code{}, i % 3 != 0) << real->name << ' ' << i;
    }
    EXPECT_EQ(queue.counts().kernel, 2 * real->lanes);
  }
}

TEST_F(verify_queue_test, may_end_with_the_last_that_waits) {
  for (const std::size_t count : {1U, 3U, 8U, 17U}) {
    auto queue = std::make_shared<verify_queue>(context_.get_executor(), jose::rsa_kernels{kernel});
    const std::weak_ptr<verify_queue> ended = queue;
    std::vector<std::unique_ptr<asked>> all;
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(make());
      const auto hold = [](std::shared_ptr<verify_queue> held, asked& one,
                           const jose::key& by) -> async::task<> {
        one.outcome = co_await held->check(one.parsed, jose::algorithm::rs256, by);
        held.reset();
      };
      async::asio::co_spawn(context_, hold(queue, *all.back(), key_), async::asio::detached);
    }
    queue.reset();
    context_.restart();
    context_.run();
    EXPECT_TRUE(ended.expired());
    for (auto& one : all) EXPECT_EQ(one->outcome, core::error_code{});
  }
}

TEST_F(verify_queue_test, a_lone_one_waits_for_nobody) {
  verify_queue queue{context_.get_executor(), {kernel}};
  const auto one = make();
  spawn(queue, *one, key_);
  // Nothing else is ever posted, and no timer runs: the context has run out of work when it is
  // done.
  EXPECT_GT(context_.run(), 0U);
  EXPECT_EQ(one->outcome, core::error_code{});
  const auto counts = queue.counts();
  EXPECT_EQ(counts.batches.front(), 1U);
  EXPECT_EQ(counts.openssl, 1U);
  EXPECT_EQ(counts.kernel, 0U);
}

TEST_F(verify_queue_test, the_next_turn_is_another_batch) {
  verify_queue queue{context_.get_executor(), {kernel}};
  std::vector<std::unique_ptr<asked>> all;
  for (int i = 0; i < 5; ++i) all.push_back(make());
  for (int i = 0; i < 3; ++i) spawn(queue, *all[static_cast<std::size_t>(i)], key_);
  context_.run();
  for (int i = 3; i < 5; ++i) spawn(queue, *all[static_cast<std::size_t>(i)], key_);
  context_.restart();
  context_.run();
  for (const auto& one : all) EXPECT_EQ(one->outcome, core::error_code{});
  EXPECT_EQ(queue.counts().batches, (decltype(verify_counts::batches){0, 1, 1}));
}

TEST_F(verify_queue_test, who_was_answered_may_ask_again_at_once) {
  verify_queue queue{context_.get_executor(), {kernel}};
  std::vector<std::unique_ptr<asked>> all;
  for (int i = 0; i < 12; ++i) all.push_back(make());
  const auto twice = [](verify_queue& through, asked& one, const jose::key& by) -> async::task<> {
    co_await ask(through, one, by);
    one.outcome.reset();
    co_await ask(through, one, by);
  };
  for (auto& one : all) {
    async::asio::co_spawn(context_, twice(queue, *one, key_), async::asio::detached);
  }
  context_.run();
  for (const auto& one : all) EXPECT_EQ(one->outcome, core::error_code{});
  const auto counts = queue.counts();
  EXPECT_EQ(counts.kernel + counts.openssl, 24U);
}

TEST_F(verify_queue_test, off_means_one_at_a_time) {
  constexpr const jose::rsa_single_kernel* openssl = nullptr;
  for (const auto* single : {openssl, &support::reference_single_kernel}) {
    verify_queue queue{context_.get_executor(), {nullptr, single}};
    std::vector<std::unique_ptr<asked>> all;
    for (int i = 0; i < 10; ++i) all.push_back(make(i != 4));
    for (auto& one : all) spawn(queue, *one, key_);
    context_.restart();
    context_.run();
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i]->outcome == core::error_code{}, i != 4);
    }
    const auto counts = queue.counts();
    EXPECT_EQ(counts.batches, (decltype(counts.batches){10}));
    EXPECT_EQ(counts.openssl, single == nullptr ? 10U : 0U);
    EXPECT_EQ(counts.single, single == nullptr ? 0U : 10U);
  }
}

// Of ten, eight fill a pass; two are decided sooner one by one where there is a kernel for that.
TEST_F(verify_queue_test, a_small_rest_goes_through_the_kernel_for_single_ones) {
  verify_queue queue{context_.get_executor(), {kernel, &support::reference_single_kernel}};
  std::vector<std::unique_ptr<asked>> all;
  for (int i = 0; i < 10; ++i) all.push_back(make(i != 9));
  for (auto& one : all) spawn(queue, *one, key_);
  context_.run();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i]->outcome == core::error_code{}, i != 9);
  }
  const auto counts = queue.counts();
  EXPECT_EQ(counts.kernel, 8U);
  EXPECT_EQ(counts.single, 2U);
  EXPECT_EQ(counts.openssl, 0U);
}

TEST_F(verify_queue_test, keys_the_kernel_has_no_path_for_do_not_wait) {
  const auto pair = jose::signing_key::generate(3072, "large");
  const auto large = public_key(pair);
  verify_queue queue{context_.get_executor(), {kernel}};
  const auto text = pair.sign_claims("{}");
  asked one{text, jose::parse_token(text).value(), {}};
  spawn(queue, one, large);
  context_.run();
  EXPECT_EQ(one.outcome, core::error_code{});
  EXPECT_EQ(queue.counts().openssl, 1U);
}

// Destroys coroutines that wait in the queue: none may be resumed, none may leak.
TEST_F(verify_queue_test, a_context_that_ends_takes_along_who_waits) {
  const auto alive = std::make_shared<int>(0);
  {
    async::asio::io_context context{1};
    verify_queue queue{context.get_executor(), {kernel}};
    const auto one = make();
    const auto hold = [](verify_queue& through, asked& about, const jose::key& by,
                         std::shared_ptr<int> held) -> async::task<> {
      co_await ask(through, about, by);
      ++*held;
    };
    async::asio::co_spawn(context, hold(queue, *one, key_, alive), async::asio::detached);
    context.run_one();
    EXPECT_GT(alive.use_count(), 1) << "it did not wait";
  }
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

TEST(thread_verifiers_test, each_thread_has_its_own) {
  async::io_pool pool{2};
  const thread_verifiers all{pool, {&support::reference_kernel<8>}, 2'000'000, {1, 2}};
  const auto on = [&all](const async::io_pool& threads, std::size_t index) {
    const async::io_pool::thread_scope here{threads, index};
    return all.here();
  };
  ASSERT_NE(on(pool, 0), nullptr);
  ASSERT_NE(on(pool, 1), nullptr);
  EXPECT_NE(on(pool, 0), on(pool, 1));
  EXPECT_EQ(on(pool, 0), on(pool, 0));
  const async::io_pool other{2};
  EXPECT_EQ(on(other, 0), nullptr);
  EXPECT_EQ(all.here(), nullptr);
  EXPECT_EQ(all.cache_stats().limit, 2'000'000U);
  EXPECT_NE(&on(pool, 0)->tokens, &on(pool, 1)->tokens);
  EXPECT_EQ(on(pool, 0)->checks, on(pool, 1)->checks);
}

}  // namespace
}  // namespace latchkey::auth
