#include "support/request.hpp"

#include <latchkey/edge/forward_auth.hpp>
#include <latchkey/http/problem.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace latchkey::edge {
namespace {

using http::verb;
using support::field_of;
using fields = std::vector<std::pair<std::string, std::string>>;

net::network network_of(const char* text) {
  return net::network::parse(text).value();
}

// What a route's chain has seen of the request that was asked about.
struct seen_request {
  std::string method;
  std::string path;
  std::string host;
  std::string client;
  std::string upgrade;
  bool with_certificate = false;
  bool has_body = false;
};

class forward_auth_test : public testing::Test {
 protected:
  http::response ask(const fields& of, const std::string& target = "/check",
                     verb method = verb::get) {
    asked_.emplace(method, target, of);
    const http::handler from = [this](http::context& ctx) {
      ctx.peer = peer_;
      ctx.hop = peer_;
      ctx.client = peer_;
      ctx.by_proxy_header = by_proxy_header_;
      ctx.certificate = std::make_shared<const core::client_certificate>();
      return handler_(ctx);
    };
    const http::body unread{[](std::span<char>) -> async::task<core::result<std::size_t>> {
      ADD_FAILURE() << "the body was read";
      co_return std::size_t{0};
    }};
    return asked_->send(from, unread);
  }

  static fields of(const std::string& method, const std::string& uri, const fields& more = {}) {
    fields all{{"host", "a.example"}, {"x-original-method", method}, {"x-original-uri", uri}};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  http::handler answering(http::response (*make)()) {
    return [this, make](http::context& ctx) { return record(ctx, make); };
  }

  async::task<http::response> record(http::context& ctx, http::response (*make)()) {
    seen_ = seen_request{std::string{ctx.request.method_text},
                         std::string{ctx.target.path},
                         std::string{ctx.request.find("host").value_or("")},
                         std::string{ctx.client},
                         std::string{ctx.request.find("upgrade").value_or("")},
                         ctx.certificate != nullptr,
                         !ctx.body.done()};
    auto made = make();
    if (made.code() != http::status::ok) ctx.reason = "why_not";
    co_return made;
  }

  static http::response with(http::status code) {
    auto made = http::problem(code, "...");
    made.set("www-authenticate", "Bearer");
    return made;
  }

  http::router routes() {
    std::vector<http::route> all;
    const auto add = [&](const char* path, http::handler handler) {
      http::route one;
      one.pattern = path;
      one.methods = {verb::get, verb::post};
      one.handler = std::move(handler);
      all.push_back(std::move(one));
    };
    add("/a/*", answering([] { return http::response{http::status::ok}; }));
    add("/created", answering([] { return http::response{http::status::created}; }));
    add("/400", answering([] { return with(http::status::bad_request); }));
    add("/401", answering([] { return with(http::status::unauthorized); }));
    add("/403", answering([] { return with(http::status::forbidden); }));
    add("/404", answering([] { return with(http::status::not_found); }));
    add("/429", answering([] { return with(http::status::too_many_requests); }));
    add("/503", answering([] { return with(http::status::service_unavailable); }));
    return http::router{std::move(all)};
  }

  std::string_view reason() const { return asked_->context().reason; }
  const http::check& noted() const { return *asked_->context().checked; }

  const char* peer_ = "10.0.0.1";
  bool by_proxy_header_ = false;
  std::optional<seen_request> seen_;
  http::handler handler_ = forward_auth({"/check",
                                         {network_of("10.0.0.1")},
                                         {network_of("10.0.0.1"), network_of("10.0.0.2")},
                                         {"x-user"}},
                                        routes());
  std::optional<support::request> asked_;
};

TEST_F(forward_auth_test, asks_the_route_of_the_request_that_is_asked_about) {
  const auto answer =
      ask(of("POST", "/a/b?c",
             {{"x-forwarded-for", "192.0.2.7, 10.0.0.2"}, {"x-forwarded-host", "b.example"}}));
  EXPECT_EQ(answer.code(), http::status::ok);
  EXPECT_EQ(field_of(answer, "cache-control"), "no-store");
  ASSERT_TRUE(seen_);
  EXPECT_EQ(seen_->method, "POST");
  EXPECT_EQ(seen_->path, "/a/b");
  EXPECT_EQ(seen_->host, "b.example");
  EXPECT_EQ(seen_->client, "192.0.2.7");
  EXPECT_FALSE(seen_->with_certificate) << "it is the neighbour's";
  EXPECT_FALSE(seen_->has_body);
  EXPECT_EQ(asked_->context().client, "192.0.2.7");
  EXPECT_EQ(noted().method, "POST");
  EXPECT_EQ(noted().path, "/a/b") << "a query may hold a token";
  EXPECT_EQ(noted().route, "/a/*");
}

TEST_F(forward_auth_test, takes_the_path_behind_its_own) {
  EXPECT_EQ(ask({{"host", "a.example"}}, "/check/a/b?c", verb::post).code(), http::status::ok);
  EXPECT_EQ(seen_->path, "/a/b");
  EXPECT_EQ(seen_->method, "POST");
  EXPECT_EQ(ask({{"host", "a.example"}}, "/check/").code(), http::status::forbidden);
  EXPECT_EQ(reason(), "no_route");
  EXPECT_EQ(ask({{"host", "a.example"}}, "/check").code(), http::status::forbidden);
  EXPECT_EQ(reason(), "check_incomplete");
  EXPECT_EQ(ask(of("GET", "/a/b"), "/check?c").code(), http::status::ok)
      << "Caddy leaves the query there";
  EXPECT_EQ(noted().path, "/a/b");
  EXPECT_EQ(ask({{"host", "a.example"}}, "/check?c").code(), http::status::forbidden);
  EXPECT_EQ(reason(), "check_incomplete");
  EXPECT_EQ(ask(of("GET", "/a/b"), "/check/a/c").code(), http::status::forbidden);
  EXPECT_EQ(reason(), "check_contradictory");
}

TEST_F(forward_auth_test, answers_trusted_proxies_alone) {
  peer_ = "10.0.0.2";
  EXPECT_EQ(ask(of("GET", "/a/b")).code(), http::status::forbidden);
  EXPECT_EQ(reason(), "check_not_trusted");
  EXPECT_FALSE(seen_);
  EXPECT_EQ(asked_->context().client, "10.0.0.2") << "and it is not believed";
  peer_ = "10.0.0.1";
  by_proxy_header_ = true;
  EXPECT_EQ(ask(of("GET", "/a/b")).code(), http::status::forbidden)
      << "whoever is behind such a proxy may have written the request";
  by_proxy_header_ = false;
  EXPECT_EQ(ask(of("GET", "/a/b")).code(), http::status::ok);
}

TEST_F(forward_auth_test, passes_on_what_every_neighbour_passes_on) {
  const struct {
    const char* path;
    unsigned status;
    const char* reason;
  } cases[] = {
      {"/created", 200, "why_not"},
      {"/400", 403, "why_not"},
      {"/401", 401, "why_not"},
      {"/403", 403, "why_not"},
      {"/404", 403, "why_not"},
      {"/429", 429, "why_not"},
      {"/503", 503, "why_not"},
      {"/none", 403, "no_route"},
      {"/a/%252e", 403, "ambiguous_path"},
      {"/a/../b", 403, "bad_target"},
  };
  for (const auto& one : cases) {
    const auto answer = ask(of("GET", one.path));
    EXPECT_EQ(static_cast<unsigned>(answer.code()), one.status) << one.path;
    EXPECT_EQ(reason(), one.reason) << one.path;
    EXPECT_EQ(field_of(answer, "x-latchkey-reason"), one.reason) << one.path;
    EXPECT_EQ(field_of(answer, "cache-control"), "no-store") << one.path;
  }
  const auto refused = ask(of("GET", "/400"));
  EXPECT_EQ(field_of(refused, "www-authenticate"), "Bearer") << "what it says stays";
  EXPECT_FALSE(support::text_of(refused).empty());
  EXPECT_EQ(ask(of("DELETE", "/a/b")).code(), http::status::forbidden);
  EXPECT_EQ(reason(), "method_not_allowed");
  EXPECT_EQ(ask(of("OPTIONS", "/a/b")).code(), http::status::forbidden)
      << "no route of ours would let it through";
  EXPECT_EQ(ask(of("TRACE", "/a/b")).code(), http::status::forbidden);
}

TEST_F(forward_auth_test, another_spelling_of_who_asks_is_refused) {
  EXPECT_EQ(ask(of("GET", "/a/b", {{"X_User", "root"}})).code(), http::status::forbidden);
  EXPECT_EQ(reason(), "forged_identity");
  EXPECT_EQ(ask(of("GET", "/a/b", {{"X-User", "root"}})).code(), http::status::ok)
      << "which the neighbour overwrites";
}

TEST_F(forward_auth_test, what_a_page_asks_for_is_held_to_the_rules_of_an_upgrade) {
  ask(of("GET", "/a/b", {{"origin", "https://c.example"}}));
  EXPECT_EQ(seen_->upgrade, "websocket");
  ask(of("GET", "/a/b", {{"sec-websocket-key", "abc"}}));
  EXPECT_EQ(seen_->upgrade, "websocket");
  ask(of("GET", "/a/b"));
  EXPECT_EQ(seen_->upgrade, "");
}

TEST(tell_identity, is_200_or_why_not) {
  header_settings says;
  says.claims = {{"x-user", "sub"}};
  const auto tell = tell_identity(std::make_shared<const identity_fields>(
      says, std::vector<std::string>{"x-user", "x-tenant"}));
  const auto ask = [&tell](std::string claims) {
    support::request asked{verb::get, "/"};
    return asked.send([&](http::context& ctx) {
      auto who = std::make_shared<core::principal>();
      who->claims = std::move(claims);
      ctx.principal = std::move(who);
      return tell(ctx);
    });
  };
  const auto good = ask(R"({"sub":"ann"})");
  EXPECT_EQ(good.code(), http::status::ok);
  EXPECT_EQ(field_of(good, "x-user"), "ann");
  EXPECT_EQ(field_of(good, "x-tenant"), "");
  EXPECT_EQ(ask(R"({"sub":"\u00e9"})").code(), http::status::forbidden);
}

}  // namespace
}  // namespace latchkey::edge
