// A client on one thread, under a clock that stands still and a fetch let out by hand: every step
// is the test's own. Threads are in jwks_client_threads_test.cpp.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/gated_fetch.hpp>
#include <support/manual_clock.hpp>
#include <support/mint.hpp>

#include <memory>
#include <new>
#include <stdexcept>

namespace latchkey::auth {

using namespace std::chrono_literals;
using support::gated_fetch;
using testing::ElementsAre;
using testing::IsEmpty;

using answer = core::result<key_ptr>;
using pending_answer = std::shared_ptr<std::optional<answer>>;

constexpr std::string_view client_of_all = "192.0.2.1";

inline std::string one_key() {
  return support::jwks();
}
inline std::string both_keys() {
  return support::jwks({&support::issuer_key(), &support::second_key()});
}
inline std::string other_key() {
  return support::jwks(support::second_key());
}

class jwks_client_test : public testing::Test {
 protected:
  ~jwks_client_test() override {
    client_.reset();
    if (context_) pump();
  }

  jwks_client& client() {
    if (!client_) make_client(clock_.clock());
    return *client_;
  }

  void make_client(core::clock clock) {
    client_.emplace(
        settings_, gate_.source(), std::move(clock), context_->get_executor(), [] { return 0.5; },
        [this](const jwks_event& event) { events_.push_back(event); }, nullptr, &readers_);
  }

  // What a lookup gives on this thread; nothing where a fetch has to be waited for.
  std::optional<answer> try_key(std::string_view kid, jose::algorithm alg = jose::algorithm::rs256,
                                std::string_view who = client_of_all) {
    const auto found = client().lookup(kid, alg, who);
    if (found.must_wait()) return std::nullopt;
    return answer_of(found);
  }

  static answer answer_of(const key_lookup& found) {
    if (found.error) return found.error;
    return found.key;
  }

  // Runs all there is to run; sleepers stay asleep.
  void pump() {
    context_->restart();
    while (context_->poll() > 0) {
    }
  }

  pending_answer ask(std::string kid, core::deadline until = {},
                     jose::algorithm alg = jose::algorithm::rs256) {
    auto slot = std::make_shared<std::optional<answer>>();
    const auto waiting = [](jwks_client& from, std::string name, jose::algorithm serving,
                            core::deadline by, pending_answer out) -> async::task<> {
      out->emplace(answer_of(co_await from.wait_for_key(name, serving, client_of_all, by)));
    };
    async::asio::co_spawn(*context_, waiting(client(), std::move(kid), alg, until, slot),
                          async::asio::detached);
    pump();
    return slot;
  }

  void let_out(gated_fetch::outcome outcome) {
    gate_.release(std::move(outcome));
    pump();
  }

  // A client that has just loaded k1.
  void load() {
    client().prefetch();
    pump();
    let_out(gated_fetch::ok(one_key()));
    ASSERT_TRUE(client().ready());
  }

  static bool is_key(const pending_answer& slot, std::string_view kid) {
    return *slot && (*slot)->has_value() && (***slot)->kid() == kid;
  }
  static bool is_error(const pending_answer& slot, core::error_code error) {
    return *slot && (*slot)->has_error() && (*slot)->error() == error;
  }

  // The test asks as a thread that has a snapshot of the keys.
  async::io_pool readers_{1};
  async::io_pool::thread_scope as_reader_{readers_, 0};
  std::unique_ptr<async::asio::io_context> context_ = std::make_unique<async::asio::io_context>();
  support::manual_clock clock_;
  gated_fetch gate_;
  jwks_settings settings_;
  std::vector<jwks_event> events_;
  std::optional<jwks_client> client_;
};

}  // namespace latchkey::auth
