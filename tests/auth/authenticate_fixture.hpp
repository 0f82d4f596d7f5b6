// Requests without sockets through authenticate and require_scope, with keys from a fetch that is
// let out by hand. Shared by the tests of both.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/authenticate.hpp>
#include <latchkey/auth/require_scope.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <support/gated_fetch.hpp>
#include <support/manual_clock.hpp>
#include <support/mint.hpp>
#include <support/reference_kernel.hpp>
#include <support/run.hpp>

#include <stdexcept>

namespace latchkey::auth {

using namespace std::chrono_literals;
using http::status;
using support::gated_fetch;
using support::mint;

// What a request was answered, and what was left in its context.
struct seen {
  http::response answer;
  core::principal_ptr principal;
  std::string reason;
  bool let_in = false;

  std::string field(std::string_view name) const {
    return std::string{answer.find(name).value_or("(none)")};
  }
};

class authenticate_test : public testing::Test {
 protected:
  authenticate_test() {
    gate_.open([this](const std::string& url) {
      return url.find("other") == url.npos ? gated_fetch::ok(document_)
                                           : gated_fetch::ok(support::jwks(support::second_key()));
    });
    keys_ = make_keys("https://idp.example/jwks.json");
    other_keys_ = make_keys("https://other.example/jwks.json");
  }
  ~authenticate_test() override {
    keys_->close();
    other_keys_->close();
    context_.restart();
    while (context_.poll() > 0) {
    }
  }

  std::shared_ptr<jwks_client> make_keys(std::string uri) {
    return std::make_shared<jwks_client>(
        jwks_settings{}, keys_at(gate_.fetch(), std::move(uri)), clock_.clock(),
        context_.get_executor(), [] { return 0.5; }, jwks_client::observer{}, nullptr, &pool_);
  }

  trusted_issuer issuer(std::string name, std::shared_ptr<jwks_client> keys) const {
    trusted_issuer one;
    one.rules.issuer = std::move(name);
    one.rules.audiences = {"account"};
    one.rules.clock_skew = 0s;
    one.rules.resources = {{"https://api.example/mcp", "mcp"}, {"https://api.example"}};
    one.keys = std::move(keys);
    return one;
  }

  std::shared_ptr<const trusted_issuers> trusted(
      std::shared_ptr<const thread_verifiers> own = nullptr) const {
    std::vector<trusted_issuer> issuers{issuer("https://idp.example/", keys_),
                                        issuer("https://other.example/", other_keys_)};
    return std::make_shared<const trusted_issuers>(std::move(issuers), jose::token_limits{},
                                                   clock_.clock(), std::move(own));
  }

  seen send(const http::request_head& head, std::string_view query = "",
            std::vector<std::string> scopes = {},
            std::shared_ptr<const trusted_issuers> by = nullptr,
            const protected_resource_ptr& resource = nullptr) {
    if (!by) by = trusted();
    http::context ctx{head, {"/notes", query}, context_.get_executor()};
    bool let_in = false;
    http::handler last = [&let_in](http::context&) { return answer_ok(let_in); };
    auto pipeline =
        http::chain({authenticate{by, resource},
                     require_scope{std::move(scopes), http::status::forbidden, resource}},
                    last);
    std::optional<http::response> answer;
    const auto work = [](http::handler& through, http::context& with,
                         std::optional<http::response>& out) -> async::task<> {
      out.emplace(co_await through(with));
    };
    std::exception_ptr failure;
    bool ended = false;
    const auto end = [&failure, &ended](std::exception_ptr thrown) {
      failure = thrown;
      ended = true;
    };
    async::asio::co_spawn(context_, work(pipeline, ctx, answer), end);
    context_.restart();
    while (!ended && context_.run_one_for(10s) > 0) {
    }
    if (failure) std::rethrow_exception(failure);
    if (!answer) throw std::logic_error{"no answer"};
    return {std::move(*answer), ctx.principal, std::string{ctx.reason}, let_in};
  }

  seen send_token(const std::string& token, std::vector<std::string> scopes = {}) {
    const auto value = "Bearer " + token;
    http::request_head head;
    head.fields = {{"authorization", value}};
    return send(head, "", std::move(scopes));
  }

  // What both threads verify with. Nobody gives up waiting because the machine is slow.
  std::shared_ptr<const thread_verifiers> own(std::size_t cache_bytes = 1'000'000) {
    return std::make_shared<const thread_verifiers>(
        pool_, jose::rsa_kernels{&support::reference_kernel<8>}, cache_bytes,
        core::siphash_key{1, 2}, nullptr, std::chrono::hours{1});
  }

  seen judged(const std::string& token, const std::shared_ptr<const trusted_issuers>& by) {
    const auto value = "Bearer " + token;
    http::request_head head;
    head.fields = {{"authorization", value}};
    return send(head, "", {}, by);
  }

  bool let_in(const std::string& token, const std::shared_ptr<const trusted_issuers>& by) {
    return judged(token, by).let_in;
  }

  // Of the refusal; empty where there is none.
  std::string reason(const std::string& token, const std::shared_ptr<const trusted_issuers>& by) {
    return judged(token, by).reason;
  }

  static async::task<http::response> answer_ok(bool& let_in) {
    let_in = true;
    co_return http::response::json(status::ok, "{}");
  }

  // The test runs the contexts itself, and is the first of the threads unless it says otherwise.
  async::io_pool pool_{2};
  async::io_pool::thread_scope here_in_pool_{pool_, 0};
  async::asio::io_context& context_ = pool_.context(0);
  support::manual_clock clock_;
  gated_fetch gate_;
  std::string document_ = support::jwks();
  std::shared_ptr<jwks_client> keys_;
  std::shared_ptr<jwks_client> other_keys_;
};

}  // namespace latchkey::auth
