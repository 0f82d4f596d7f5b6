// Requests on two threads, which share what was verified. The test runs the contexts of both in
// turn, so that what waits for what is known.
#include "authenticate_fixture.hpp"

#include <boost/asio/detached.hpp>

#include <memory>
#include <string>
#include <vector>

namespace latchkey::auth {
namespace {

class authenticate_threads_test : public authenticate_test {
 protected:
  // A request that has begun on a thread and may still wait.
  struct request {
    request(const std::string& token, const async::executor& where)
        : value{"Bearer " + token}, ctx{head, {"/notes", ""}, where} {
      head.fields = {{"authorization", value}};
    }

    std::string value;
    http::request_head head;
    http::context ctx;
    bool let_in = false;
    bool ended = false;
  };
  using request_ptr = std::unique_ptr<request>;

  static async::task<> serve(std::shared_ptr<const trusted_issuers> by, request& one) {
    const authenticate guard{std::move(by)};
    const http::handler last = [&one](http::context&) { return answer_ok(one.let_in); };
    co_await guard(one.ctx, last);
    one.ended = true;
  }

  // It runs until it has to wait, and nothing else does.
  request_ptr begin(std::size_t thread, const std::string& token) {
    auto all = begin_each({thread}, token);
    return std::move(all.front());
  }

  // One on each of these threads.
  std::vector<request_ptr> begin_each(const std::vector<std::size_t>& threads,
                                      const std::string& token) {
    std::vector<request_ptr> all;
    for (const auto thread : threads) {
      auto& one = *all.emplace_back(std::make_unique<request>(token, pool_.at(thread)));
      async::asio::co_spawn(pool_.context(thread), serve(by_, one), async::asio::detached);
    }
    for (const auto thread : threads) step(thread);
    return all;
  }

  // Runs one handler of the thread.
  bool step(std::size_t thread) {
    const async::io_pool::thread_scope here{pool_, thread};
    auto& context = pool_.context(thread);
    context.restart();
    return context.poll_one() > 0;
  }

  // Until nothing is ready on either.
  void run_out() {
    while (step(0) || step(1)) {
    }
  }

  bool let_in_on(std::size_t thread, const std::string& token) {
    const auto one = begin(thread, token);
    run_out();
    EXPECT_TRUE(one->ended);
    return one->let_in;
  }

  std::uint64_t signatures() const {
    const auto counts = verifiers_->counts();
    return counts.openssl + counts.kernel;
  }
  std::uint64_t count(verdict of, verify_path path) const {
    return verifiers_->verdicts({of, path, jose::algorithm::rs256});
  }

  // So that the keys are there and no request waits for them.
  void SetUp() override { EXPECT_TRUE(let_in(mint(), trusted())); }

  static std::string forged() {
    auto token = mint();
    const auto at = token.rfind('.') + 5;
    token[at] = token[at] == 'A' ? 'B' : 'A';
    return token;
  }

  std::shared_ptr<const thread_verifiers> verifiers_ = own();
  std::shared_ptr<const trusted_issuers> by_ = trusted(verifiers_);
};

TEST_F(authenticate_threads_test, what_one_has_verified_the_other_knows) {
  const auto token = mint();
  EXPECT_TRUE(let_in_on(0, token));
  EXPECT_TRUE(let_in_on(1, token));
  EXPECT_TRUE(let_in_on(1, token));
  EXPECT_EQ(signatures(), 1U);
  EXPECT_EQ(verifiers_->cache_stats().hits, 2U);
  EXPECT_EQ(verifiers_->cache_stats().entries, 1U);
}

TEST_F(authenticate_threads_test, at_the_same_time_one_check_is_enough) {
  const auto token = mint();
  const auto all = begin_each({0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, token);
  for (const auto& one : all) EXPECT_FALSE(one->ended);
  run_out();
  for (const auto& one : all) EXPECT_TRUE(one->ended && one->let_in);
  EXPECT_EQ(signatures(), 1U);
  EXPECT_EQ(count(verdict::accepted, verify_path::cache), 9U);
  EXPECT_EQ(verifiers_->cache_stats().insertions, 1U);
}

TEST_F(authenticate_threads_test, a_bad_one_is_refused_to_all_by_one_check) {
  const auto token = forged();
  const auto all = begin_each({0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, token);
  run_out();
  for (const auto& one : all) {
    EXPECT_TRUE(one->ended && !one->let_in);
    EXPECT_EQ(one->ctx.reason, "bad_signature");
  }
  EXPECT_EQ(signatures(), 1U);
  EXPECT_EQ(count(verdict::refused, verify_path::cache), 9U);
  EXPECT_EQ(verifiers_->cache_stats().insertions, 0U) << "and is not remembered";
  EXPECT_FALSE(let_in_on(0, token));
  EXPECT_EQ(signatures(), 2U);
}

TEST_F(authenticate_threads_test, others_do_not_wait_for_a_bad_one) {
  const auto bad = begin(0, forged());
  const auto good = mint();
  EXPECT_TRUE(let_in_on(1, good));
  EXPECT_TRUE(bad->ended);
  EXPECT_EQ(signatures(), 2U);
}

// The rules may differ from request to request: only the signature is shared.
TEST_F(authenticate_threads_test, each_applies_its_own_rules) {
  const auto token = mint();
  auto strict = issuer("https://idp.example/", keys_);
  strict.rules.audiences = {"somebody-else"};
  const auto usual = by_;
  const auto other = std::make_shared<const trusted_issuers>(
      std::vector{strict}, jose::token_limits{}, clock_.clock(), verifiers_);
  for (const bool strict_first : {true, false}) {
    const auto fresh = strict_first ? token : mint({.subject = "another"});
    const auto before = signatures();
    by_ = strict_first ? other : usual;
    const auto first = begin(0, fresh);
    by_ = strict_first ? usual : other;
    const auto second = begin(1, fresh);
    run_out();
    EXPECT_EQ(first->let_in, !strict_first);
    EXPECT_EQ(second->let_in, strict_first);
    EXPECT_EQ(signatures(), before + 1);
  }
}

TEST_F(authenticate_threads_test, a_key_that_was_taken_back_serves_neither) {
  const auto old = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in_on(0, old));
  EXPECT_TRUE(let_in_on(1, old));
  document_ = support::jwks(support::second_key());
  clock_.advance(31s);
  EXPECT_TRUE(let_in_on(1, mint({}, support::second_key())));
  EXPECT_FALSE(let_in_on(0, old));
  EXPECT_FALSE(let_in_on(1, old));
}

TEST_F(authenticate_threads_test, a_key_that_stayed_is_looked_for_once) {
  const auto old = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in_on(0, old));
  document_ = support::jwks({&support::issuer_key(), &support::second_key()});
  clock_.advance(31s);
  EXPECT_TRUE(let_in_on(1, mint({}, support::second_key())));
  const auto before = signatures();
  for (const std::size_t thread : {0U, 1U, 0U, 1U}) EXPECT_TRUE(let_in_on(thread, old));
  EXPECT_EQ(signatures(), before);
}

TEST_F(authenticate_threads_test, a_remembered_token_expires_for_both) {
  const auto token = mint({.lifetime = 100});
  EXPECT_TRUE(let_in_on(0, token));
  clock_.advance(99s);
  EXPECT_TRUE(let_in_on(1, token));
  clock_.advance(1s);
  EXPECT_FALSE(let_in_on(1, token));
  EXPECT_FALSE(let_in_on(0, token));
  EXPECT_EQ(verifiers_->cache_stats().entries, 0U);
}

TEST_F(authenticate_threads_test, without_a_cache_each_checks_for_itself) {
  verifiers_ = own(0);
  by_ = trusted(verifiers_);
  const auto token = mint();
  const auto all = begin_each({0, 1, 0, 1}, token);
  run_out();
  for (const auto& one : all) EXPECT_TRUE(one->let_in);
  EXPECT_EQ(signatures(), 4U);
}

}  // namespace
}  // namespace latchkey::auth
