// What a request costs whose token is in the cache, over a connection that is kept: it asks for no
// memory. In a program's place stand a server of one thread and the pipeline of a configuration.
#include "support/client.hpp"
#include "support/gated_fetch.hpp"
#include "support/mint.hpp"
#include "support/sanitized.hpp"
#include "support/test_server.hpp"

#include <latchkey/app/routes.hpp>
#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/jose/rsa_kernels.hpp>
#include <latchkey/middleware/request_id.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace {

// By the C++ allocator, on this thread.
thread_local std::size_t allocations = 0;

}  // namespace

// A sanitizer brings its own.
#ifndef LATCHKEY_SANITIZED
void* operator new(std::size_t size) {
  ++allocations;
  if (void* made = std::malloc(size != 0 ? size : 1)) return made;
  throw std::bad_alloc{};
}
void operator delete(void* made) noexcept {
  std::free(made);
}
void operator delete(void* made, std::size_t) noexcept {
  std::free(made);
}
#endif

namespace latchkey::app {
namespace {

struct late_handler {
  http::handler pipeline;
};

std::shared_ptr<const auth::trusted_issuers> trusting(std::shared_ptr<auth::jwks_client> keys,
                                                      async::io_pool& threads) {
  auth::trusted_issuer one;
  one.rules.issuer = "https://idp.example/";
  one.rules.audiences = {"account"};
  one.keys = std::move(keys);
  auto verifiers = std::make_shared<const auth::thread_verifiers>(
      threads, jose::rsa_kernels{}, 1'000'000, core::siphash_key{1, 2});
  return std::make_shared<const auth::trusted_issuers>(std::vector{std::move(one)},
                                                       jose::token_limits{}, core::system_clock(),
                                                       std::move(verifiers));
}

http::handler pipeline_for(std::shared_ptr<const auth::trusted_issuers> issuers) {
  config settings;
  auto& route = settings.routes.emplace_back();
  route.path = "/my-token";
  route.methods = {http::verb::get};
  route.handler = "token";
  pipeline_parts parts;
  parts.issuers = std::move(issuers);
  parts.clock = core::system_clock();
  parts.make_request_id = middleware::random_request_id;
  return make_pipeline(settings, parts);
}

TEST(hot_request, asks_for_no_memory) {
#ifdef LATCHKEY_SANITIZED
  GTEST_SKIP() << "a sanitizer counts otherwise, and blocks are not kept under it";
#endif
  constexpr std::size_t requests = 64;
  support::gated_fetch gate;
  gate.open([](const std::string&) { return support::gated_fetch::ok(support::jwks()); });
  const auto late = std::make_shared<late_handler>();
  // At the end of each exchange; by the server's thread.
  std::vector<std::size_t> allocated;
  allocated.reserve(requests);
  server::server_settings settings;
  settings.observe = [&allocated](const http::exchange&) { allocated.push_back(allocations); };
  support::test_server running{[late](http::context& ctx) { return late->pipeline(ctx); },
                               std::move(settings)};
  const auto keys = std::make_shared<auth::jwks_client>(
      auth::jwks_settings{}, auth::keys_at(gate.fetch(), "https://idp.example/jwks.json"),
      core::system_clock(), running.where(), [] { return 0.5; }, auth::jwks_client::observer{},
      nullptr, &running.threads());
  late->pipeline = pipeline_for(trusting(keys, running.threads()));

  support::minted says;
  says.issued_at = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const auto ask = "GET /my-token HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " +
                   support::mint(says) + "\r\n\r\n";
  support::client asking{running.endpoint()};
  for (std::size_t i = 0; i < requests; ++i) {
    asking.send(ask);
    const auto answer = asking.read_past("}");
    ASSERT_EQ(answer.substr(0, 12), "HTTP/1.1 200") << answer;
  }
  keys->close();
  running.stop();

  ASSERT_EQ(allocated.size(), requests);
  std::vector<std::size_t> each(requests);
  std::adjacent_difference(allocated.begin(), allocated.end(), each.begin());
  EXPECT_GT(each.front(), 0U) << "they are counted";
  // The least, since a timer may pass in the midst of one.
  EXPECT_EQ(*std::min_element(each.begin(), each.end()), 0U);
}

}  // namespace
}  // namespace latchkey::app
