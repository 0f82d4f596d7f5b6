// Requests without sockets through authenticate and require_scope, with keys from a fetch that is
// let out by hand.
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
#include <support/run.hpp>

#include <stdexcept>

namespace latchkey::auth {
namespace {

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
    const auto* value = answer.find(name);
    return value == nullptr ? "(none)" : *value;
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
            std::shared_ptr<const trusted_issuers> by = nullptr) {
    if (!by) by = trusted();
    http::context ctx{head, {"/notes", query}, context_.get_executor()};
    bool let_in = false;
    http::handler last = [&let_in](http::context&) { return answer_ok(let_in); };
    auto pipeline = http::chain({authenticate{by}, require_scope{std::move(scopes)}}, last);
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

  // One thread's cache and queue, for the thread of the test.
  std::shared_ptr<const thread_verifiers> own(std::size_t cache_bytes = 1'000'000) {
    return std::make_shared<const thread_verifiers>(pool_, true, cache_bytes,
                                                    core::siphash_key{1, 2});
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

  // The test runs the one thread's context itself.
  async::io_pool pool_{1};
  async::io_pool::thread_scope here_in_pool_{pool_, 0};
  async::asio::io_context& context_ = pool_.context(0);
  support::manual_clock clock_;
  gated_fetch gate_;
  std::string document_ = support::jwks();
  std::shared_ptr<jwks_client> keys_;
  std::shared_ptr<jwks_client> other_keys_;
};

TEST_F(authenticate_test, lets_a_good_token_in_and_leaves_the_principal) {
  const auto got = send_token(mint());
  EXPECT_EQ(got.answer.code(), status::ok);
  EXPECT_TRUE(got.let_in);
  EXPECT_EQ(got.reason, "");
  ASSERT_TRUE(got.principal);
  EXPECT_EQ(got.principal->issuer, "https://idp.example/");
  EXPECT_EQ(got.principal->subject, "user1");
  EXPECT_TRUE(got.principal->scopes.contains("example:note:read"));
  EXPECT_EQ(got.principal->expiry, clock_.wall() + 1h);
}

TEST_F(authenticate_test, asks_for_the_keys_once) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(send_token(mint()).let_in);
  EXPECT_EQ(gate_.calls(), 1U);
}

// The header must be right for a token to be judged further; the rest is made wrong one at a time.
TEST_F(authenticate_test, refuses_what_is_wrong_with_a_token) {
  const auto& key = support::issuer_key();
  const auto headed = [&key](std::string_view header) {
    return key.sign(header, support::claims_json());
  };
  const auto good = mint();
  auto forged = good;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  const auto impostor = jose::signing_key::generate(2048, "k1");
  struct {
    const char* name;
    std::string token;
    std::string_view reason;
  } const cases[] = {
      {"garbage", "abc", "not_three_parts"},
      {"signature cut off", good.substr(0, good.rfind('.') + 1), "empty_part"},
      {"signature changed", forged, "bad_signature"},
      {"foreign key under our kid", mint({}, impostor), "bad_signature"},
      {"expired", mint({.lifetime = 0}), "expired"},
      {"bound to a key",
       support::issuer_key().sign_claims(support::claims_json({}, {{"cnf", {{"jkt", "a"}}}})),
       "token_bound"},
      {"wrong audience", mint({.audience = "other"}), "audience_mismatch"},
      {"no audience", mint({.audience = ""}), "audience_missing"},
      {"unknown issuer", mint({.issuer = "https://evil.example/"}), "issuer_unknown"},
      {"issuer without its slash", mint({.issuer = "https://idp.example"}), "issuer_unknown"},
      {"no issuer", mint({.issuer = ""}), "issuer_missing"},
      {"alg none", headed(R"({"alg":"none","kid":"k1"})"), "alg_not_allowed"},
      {"alg HS256", headed(R"({"alg":"HS256","kid":"k1"})"), "alg_not_allowed"},
      {"alg rs256", headed(R"({"alg":"rs256","kid":"k1"})"), "alg_not_allowed"},
      {"crit", headed(R"({"alg":"RS256","kid":"k1","crit":["x"]})"), "crit_not_supported"},
      {"unknown kid", mint({}, support::second_key()), "unknown_key"},
  };
  ASSERT_TRUE(send_token(good).let_in);
  for (const auto& [name, token, reason] : cases) {
    const auto got = send_token(token);
    EXPECT_EQ(got.answer.code(), status::unauthorized) << name;
    EXPECT_EQ(got.reason, reason) << name;
    EXPECT_EQ(got.field("www-authenticate"),
              "Bearer error=\"invalid_token\", error_description=\"" + std::string{reason} + "\"")
        << name;
    EXPECT_FALSE(got.let_in) << name;
    EXPECT_FALSE(got.principal) << name;
  }
  EXPECT_EQ(gate_.calls(), 1U) << "one of them reached the network";
}

TEST_F(authenticate_test, takes_a_token_without_kid_where_one_key_could_have_signed_it) {
  const auto nameless = support::issuer_key().sign(R"({"alg":"RS256"})", support::claims_json());
  const auto foreign = support::second_key().sign(R"({"alg":"RS256"})", support::claims_json());
  EXPECT_TRUE(send_token(nameless).let_in);
  EXPECT_EQ(send_token(foreign).reason, "bad_signature");
}

TEST_F(authenticate_test, refuses_a_token_without_kid_where_several_keys_could_have_signed_it) {
  document_ = support::jwks({&support::issuer_key(), &support::second_key()});
  const auto nameless = support::issuer_key().sign(R"({"alg":"RS256"})", support::claims_json());
  const auto got = send_token(nameless);
  EXPECT_EQ(got.answer.code(), status::unauthorized);
  EXPECT_EQ(got.reason, "kid_missing");
}

// What is remembered of a token has to lead to its key again once the keys have changed.
TEST_F(authenticate_test, a_remembered_token_is_found_its_key_by_kid_and_algorithm) {
  const auto p256 = jose::signing_key::generate(jose::algorithm::es256, "k1");
  document_ = support::jwks({&p256, &support::issuer_key()});
  const auto here = own();
  const auto by = trusted(here);
  const auto nameless = support::issuer_key().sign(R"({"alg":"RS256"})", support::claims_json());
  EXPECT_TRUE(let_in(mint(), by));
  EXPECT_TRUE(let_in(nameless, by));
  const auto more = jose::signing_key::generate(jose::algorithm::es384, "more");
  document_ = support::jwks({&p256, &support::issuer_key(), &more});
  clock_.advance(9min);
  EXPECT_TRUE(let_in(mint(), by));
  EXPECT_TRUE(keys_->lookup("k1", jose::algorithm::rs256, {}).key) << "which begins a refresh";
  context_.restart();
  context_.poll();
  ASSERT_EQ(keys_->generation(), 2U);
  EXPECT_TRUE(let_in(mint(), by));
  EXPECT_TRUE(let_in(nameless, by));
  const auto counts = here->counts();
  EXPECT_EQ(counts.openssl + counts.kernel, 2U) << "a signature was checked anew";
}

TEST_F(authenticate_test, asks_for_no_keys_where_the_token_cannot_be_good) {
  const auto& key = support::issuer_key();
  EXPECT_EQ(send_token("abc").reason, "not_three_parts");
  EXPECT_EQ(send_token(mint({.issuer = "https://evil.example/"})).reason, "issuer_unknown");
  EXPECT_EQ(send_token(key.sign(R"({"alg":"HS256","kid":"k1"})", support::claims_json())).reason,
            "alg_not_allowed");
  EXPECT_EQ(send_token(std::string(17'000, 'a')).reason, "token_too_large");
  EXPECT_EQ(gate_.calls(), 0U);
}

TEST_F(authenticate_test, keys_belong_to_their_issuer) {
  // Both providers are well known; each signs in the other's name.
  EXPECT_TRUE(send_token(mint()).let_in);
  EXPECT_TRUE(send_token(mint({.issuer = "https://other.example/"}, support::second_key())).let_in);
  EXPECT_EQ(send_token(mint({.issuer = "https://other.example/"})).reason, "unknown_key");
  EXPECT_EQ(send_token(mint({}, support::second_key())).reason, "unknown_key");
}

TEST_F(authenticate_test, answers_requests_without_a_proper_token) {
  const std::string good = "Bearer " + mint();
  struct {
    const char* name;
    std::vector<http::field> fields;
    std::string_view query;
    status code;
    std::string_view authenticate;
    std::string_view reason;
  } const cases[] = {
      {"no token", {}, "", status::unauthorized, "Bearer", "no_credentials"},
      {"other scheme",
       {{"authorization", "Basic dXNlcjpwYXNz"}},
       "",
       status::unauthorized,
       "Bearer",
       "no_credentials"},
      {"token in the query alone",
       {},
       "access_token=abc",
       status::unauthorized,
       "Bearer",
       "no_credentials"},
      {"empty token",
       {{"authorization", "Bearer"}},
       "",
       status::unauthorized,
       R"(Bearer error="invalid_token", error_description="malformed_credentials")",
       "malformed_credentials"},
      {"two fields",
       {{"authorization", good}, {"authorization", good}},
       "",
       status::bad_request,
       R"(Bearer error="invalid_request", error_description="duplicate_authorization")",
       "duplicate_authorization"},
      {"two places",
       {{"authorization", good}},
       "access_token=abc",
       status::bad_request,
       R"(Bearer error="invalid_request", error_description="token_in_two_places")",
       "token_in_two_places"},
  };
  for (const auto& [name, fields, query, code, challenge_text, why] : cases) {
    http::request_head head;
    head.fields = fields;
    const auto got = send(head, query);
    EXPECT_EQ(got.answer.code(), code) << name;
    EXPECT_EQ(got.field("www-authenticate"), challenge_text) << name;
    EXPECT_EQ(got.reason, why) << name;
    EXPECT_FALSE(got.let_in) << name;
  }
  EXPECT_EQ(gate_.calls(), 0U);
}

TEST_F(authenticate_test, lower_case_scheme_is_as_good) {
  const auto value = "bearer " + mint();
  http::request_head head;
  head.fields = {{"Authorization", value}};
  EXPECT_TRUE(send(head).let_in);
}

TEST_F(authenticate_test, outage_is_503_with_retry_after_and_no_challenge) {
  gate_.open([](const std::string&) { return gated_fetch::status(503, "25"); });
  for (int i = 0; i < 2; ++i) {
    const auto got = send_token(mint());
    EXPECT_EQ(got.answer.code(), status::service_unavailable);
    EXPECT_EQ(got.field("retry-after"), "25");
    EXPECT_EQ(got.field("www-authenticate"), "(none)");
    EXPECT_EQ(got.reason, "keys_unavailable");
    EXPECT_FALSE(got.let_in);
  }
  EXPECT_EQ(gate_.calls(), 1U);
}

TEST_F(authenticate_test, outage_of_one_issuer_is_not_the_others) {
  gate_.open([](const std::string& url) {
    return url.find("other") == url.npos ? gated_fetch::no_connection()
                                         : gated_fetch::ok(support::jwks(support::second_key()));
  });
  EXPECT_EQ(send_token(mint()).answer.code(), status::service_unavailable);
  EXPECT_TRUE(send_token(mint({.issuer = "https://other.example/"}, support::second_key())).let_in);
}

TEST_F(authenticate_test, follows_a_rotation) {
  EXPECT_TRUE(send_token(mint()).let_in);
  document_ = support::jwks({&support::issuer_key(), &support::second_key()});
  clock_.advance(31s);
  EXPECT_TRUE(send_token(mint({}, support::second_key())).let_in);
  EXPECT_EQ(gate_.calls(), 2U);
}

TEST_F(authenticate_test, remembers_a_token_it_has_verified) {
  const auto here = own();
  const auto by = trusted(here);
  const auto token = mint();
  for (int i = 0; i < 5; ++i) {
    const auto value = "Bearer " + token;
    http::request_head head;
    head.fields = {{"authorization", value}};
    const auto got = send(head, "", {"example:note:read"}, by);
    EXPECT_TRUE(got.let_in);
    ASSERT_TRUE(got.principal);
    EXPECT_EQ(got.principal->subject, "user1");
  }
  const auto counts = here->counts();
  EXPECT_EQ(counts.openssl + counts.kernel, 1U);
  EXPECT_EQ(here->cache_stats().hits, 4U);
}

TEST_F(authenticate_test, a_cache_of_no_bytes_remembers_nothing) {
  const auto here = own(0);
  const auto by = trusted(here);
  const auto token = mint();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(let_in(token, by));
  EXPECT_EQ(here->counts().openssl, 3U);
}

TEST_F(authenticate_test, a_remembered_token_expires_to_the_second) {
  const auto here = own();
  const auto by = trusted(here);
  const auto token = mint({.lifetime = 100});
  EXPECT_TRUE(let_in(token, by));
  clock_.advance(99s);
  EXPECT_TRUE(let_in(token, by));
  EXPECT_EQ(here->cache_stats().hits, 1U);
  clock_.advance(1s);
  EXPECT_FALSE(let_in(token, by));
  EXPECT_EQ(here->cache_stats().entries, 0U);
}

TEST_F(authenticate_test, a_token_of_a_key_that_was_taken_back_is_forgotten) {
  const auto here = own();
  const auto by = trusted(here);
  const auto old = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in(old, by));
  EXPECT_TRUE(let_in(old, by));
  // The provider takes the first key back; a token of the second one makes the keys be fetched.
  document_ = support::jwks(support::second_key());
  clock_.advance(31s);
  EXPECT_TRUE(let_in(mint({}, support::second_key()), by));
  EXPECT_FALSE(let_in(old, by));
  EXPECT_FALSE(let_in(old, by));
}

TEST_F(authenticate_test, a_token_of_a_key_that_stayed_is_kept_through_a_rotation) {
  const auto here = own();
  const auto by = trusted(here);
  const auto old = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in(old, by));
  document_ = support::jwks({&support::issuer_key(), &support::second_key()});
  clock_.advance(31s);
  EXPECT_TRUE(let_in(mint({}, support::second_key()), by));
  const auto before = here->counts();
  EXPECT_TRUE(let_in(old, by));
  EXPECT_TRUE(let_in(old, by));
  const auto after = here->counts();
  EXPECT_EQ(before.openssl + before.kernel, after.openssl + after.kernel);
}

TEST_F(authenticate_test, another_key_under_the_same_kid_does_not_serve_a_remembered_token) {
  const auto here = own();
  const auto by = trusted(here);
  const auto other = jose::signing_key::generate(2048, "k1");
  const auto old = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in(old, by));
  document_ = support::jwks({&other, &support::second_key()});
  clock_.advance(31s);
  EXPECT_TRUE(let_in(mint({}, support::second_key()), by));
  EXPECT_FALSE(let_in(old, by));
  EXPECT_TRUE(let_in(mint({}, other), by));
}

TEST_F(authenticate_test, keys_too_old_to_be_used_are_too_old_for_remembered_tokens) {
  const auto here = own();
  const auto by = trusted(here);
  const auto token = mint({.lifetime = 1'000'000});
  EXPECT_TRUE(let_in(token, by));
  EXPECT_TRUE(let_in(token, by));
  gate_.open([](const std::string&) { return gated_fetch::status(500); });
  clock_.advance(25h);
  const auto value = "Bearer " + token;
  http::request_head head;
  head.fields = {{"authorization", value}};
  const auto got = send(head, "", {}, by);
  EXPECT_FALSE(got.let_in);
  EXPECT_EQ(got.answer.code(), status::service_unavailable);
}

TEST_F(authenticate_test, a_refused_token_is_not_remembered) {
  const auto here = own();
  const auto by = trusted(here);
  auto forged = mint();
  const auto at = forged.rfind('.') + 5;
  forged[at] = forged[at] == 'A' ? 'B' : 'A';
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(let_in(forged, by));
  EXPECT_FALSE(let_in(mint({.audience = "other"}), by));
  EXPECT_FALSE(let_in(mint({.lifetime = 0}), by));
  EXPECT_EQ(here->cache_stats().insertions, 0U);
}

TEST_F(authenticate_test, tokens_of_two_issuers_are_remembered_apart) {
  const auto here = own();
  const auto by = trusted(here);
  const auto one = mint();
  const auto other = mint({.issuer = "https://other.example/"}, support::second_key());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(let_in(one, by));
    EXPECT_TRUE(let_in(other, by));
  }
  EXPECT_EQ(here->cache_stats().hits, 2U);
  // One character of the issuer's name changed makes another token, which is not signed.
  EXPECT_FALSE(let_in(mint({.issuer = "https://other.example/"}), by));
}

// A token issued in the future by our clock is good; one that is older than allowed is not, and is
// not kept for longer either.
TEST_F(authenticate_test, a_greatest_age_holds_for_remembered_tokens_too) {
  auto aging = issuer("https://idp.example/", keys_);
  aging.rules.max_token_age = 100s;
  const auto here = own();
  const auto by = std::make_shared<const trusted_issuers>(std::vector{aging}, jose::token_limits{},
                                                          clock_.clock(), here);
  const auto token = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in(token, by));
  clock_.advance(99s);
  EXPECT_TRUE(let_in(token, by));
  EXPECT_EQ(here->cache_stats().hits, 1U);
  clock_.advance(1s);
  EXPECT_FALSE(let_in(token, by));
  EXPECT_TRUE(let_in(mint({.issued_at = 1'795'434'824 + 600}), trusted()));
}

TEST_F(authenticate_test, a_scope_claim_without_scopes_is_a_missing_scope) {
  const auto with = [](const boost::json::object& more) {
    return support::issuer_key().sign_claims(support::claims_json({.scope = ""}, more));
  };
  for (const auto& token :
       {with({{"scope", 1}}), with({{"scope", nullptr}}), with({{"scp", {{"a", true}}}}),
        with({{"permissions", {{{"rsid", "1"}}}}}), with({{"scope", "a\r\nb"}})}) {
    const auto got = send_token(token, {"a"});
    EXPECT_EQ(got.answer.code(), status::forbidden);
    EXPECT_EQ(got.reason, "insufficient_scope");
    EXPECT_TRUE(send_token(token).let_in);
  }
}

// An issuer whose tokens may also be in a cookie, and one for which that is not said.
class token_places_test : public authenticate_test {
 protected:
  token_places_test() : here_{own()} {
    auto first = issuer("https://idp.example/", keys_);
    first.places = {{.cookie = "session"}, {.header = "x-token"}};
    auto second = issuer("https://other.example/", other_keys_);
    second.places = {{.header = "x-other"}};
    by_ = std::make_shared<const trusted_issuers>(std::vector{first, second}, jose::token_limits{},
                                                  clock_.clock(), here_);
  }

  seen send_by(http::verb method, std::vector<http::field> fields, std::string_view query = "") {
    http::request_head head;
    head.method = method;
    head.fields = std::move(fields);
    head.fields.push_back({"host", "api.example"});
    return send(head, query, {}, by_);
  }

  std::shared_ptr<const thread_verifiers> here_;
  std::shared_ptr<const trusted_issuers> by_;
};

TEST_F(token_places_test, a_token_is_taken_from_each_place_of_its_issuer) {
  const auto token = mint();
  const auto cookie = "a=b; session=" + token;
  const auto bearer = "Bearer " + token;
  for (int i = 0; i < 2; ++i) {  // the second time it is remembered
    EXPECT_TRUE(send_by(http::verb::get, {{"cookie", cookie}}).let_in);
    EXPECT_TRUE(send_by(http::verb::get, {{"x-token", token}}).let_in);
    EXPECT_TRUE(send_by(http::verb::get, {{"authorization", bearer}}).let_in);
    const auto got = send_by(http::verb::get, {{"x-other", token}});
    EXPECT_EQ(got.answer.code(), status::unauthorized);
    EXPECT_EQ(got.reason, "token_misplaced");
  }
  const auto others = mint({.issuer = "https://other.example/"}, support::second_key());
  EXPECT_TRUE(send_by(http::verb::get, {{"x-other", others}}).let_in);
  EXPECT_EQ(send_by(http::verb::get, {{"x-token", others}}).reason, "token_misplaced");
}

TEST_F(token_places_test, one_token_may_be_found_over_all_places) {
  const auto token = mint();
  const auto cookie = "session=" + token;
  const auto bearer = "Bearer " + token;
  for (const auto& fields :
       std::vector<std::vector<http::field>>{{{"cookie", cookie}, {"authorization", bearer}},
                                             {{"cookie", cookie}, {"x-token", token}},
                                             {{"x-token", token}, {"x-other", token}}}) {
    const auto got = send_by(http::verb::get, fields);
    EXPECT_EQ(got.answer.code(), status::bad_request);
    EXPECT_EQ(got.reason, "token_in_two_places");
  }
  EXPECT_EQ(send_by(http::verb::get, {{"cookie", cookie}}, "access_token=a").answer.code(),
            status::bad_request);
}

TEST_F(token_places_test, a_cookie_needs_an_origin_where_something_may_be_changed) {
  const auto cookie = "session=" + mint();
  EXPECT_TRUE(
      send_by(http::verb::post, {{"cookie", cookie}, {"origin", "https://api.example"}}).let_in);
  const auto foreign =
      send_by(http::verb::post, {{"cookie", cookie}, {"origin", "https://evil.example"}});
  EXPECT_FALSE(foreign.let_in);
  EXPECT_EQ(foreign.answer.code(), status::forbidden);
  EXPECT_EQ(foreign.reason, "cross_origin");
  EXPECT_FALSE(send_by(http::verb::post, {{"cookie", cookie}}).let_in);
  // What no browser sends by itself needs none.
  const auto token = mint();
  EXPECT_TRUE(send_by(http::verb::post, {{"x-token", token}}).let_in);
}

TEST_F(token_places_test, an_answer_is_kept_from_shared_caches) {
  const auto token = mint();
  const auto bearer = "Bearer " + token;
  EXPECT_EQ(send_by(http::verb::get, {{"x-token", token}}).field("cache-control"), "private");
  EXPECT_EQ(send_by(http::verb::get, {{"authorization", bearer}}).field("cache-control"), "(none)");
}

// A reload makes the issuers anew, in another order, while the caches go on.
TEST_F(authenticate_test, what_is_remembered_of_an_issuer_is_no_other_issuers) {
  const auto shared = own();
  auto mine = issuer("https://idp.example/", keys_);
  const auto others = issuer("https://other.example/", other_keys_);
  const auto made = [&](std::vector<trusted_issuer> issuers) {
    return std::make_shared<const trusted_issuers>(std::move(issuers), jose::token_limits{},
                                                   clock_.clock(), shared);
  };
  const auto token = mint();
  const auto first = made({mine, others});
  EXPECT_TRUE(let_in(token, first));
  EXPECT_TRUE(let_in(token, first));
  const auto hits = [&] { return shared->cache_stats().hits; };

  mine.identity = first->find("https://idp.example/")->identity;
  const auto before = hits();
  EXPECT_TRUE(let_in(token, made({others, mine})));
  EXPECT_EQ(hits(), before + 1) << "on the same terms it is remembered";

  EXPECT_FALSE(let_in(token, made({others}))) << "nobody's any more";
  auto strict = issuer("https://idp.example/", keys_);
  strict.rules.audiences = {"somebody-else"};
  EXPECT_FALSE(let_in(token, made({strict, others}))) << "on other terms";
  EXPECT_FALSE(let_in(token, made({others, strict})));
}

TEST_F(authenticate_test, tenants_are_found_by_their_names) {
  const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
  const std::string unlisted = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";
  auto several = issuer("https://login.example/{tenantid}/v2.0", keys_);
  several.rules.tenants = {tenant};
  const auto by = std::make_shared<const trusted_issuers>(
      std::vector{several}, jose::token_limits{}, clock_.clock(), own());
  const auto token = [](const std::string& named, const std::string& tid) {
    return support::issuer_key().sign_claims(support::claims_json(
        {.issuer = "https://login.example/" + named + "/v2.0"}, {{"tid", tid}}));
  };
  EXPECT_TRUE(let_in(token(tenant, tenant), by));
  EXPECT_TRUE(let_in(token(tenant, tenant), by));
  EXPECT_FALSE(let_in(token(tenant, unlisted), by));
  EXPECT_FALSE(let_in(token(unlisted, unlisted), by));
  EXPECT_FALSE(let_in(token("{tenantid}", "{tenantid}"), by));

  const auto refused = [this](std::vector<trusted_issuer> issuers) {
    EXPECT_THROW((trusted_issuers{std::move(issuers), {}, clock_.clock()}), std::invalid_argument);
  };
  refused({several, issuer("https://login.example/" + tenant + "/v2.0", keys_)});
  auto bad = several;
  bad.rules.tenants = {"common"};
  refused({bad});
  bad = several;
  bad.rules.issuer = "https://login.example/v2.0";
  refused({bad});
}

// The second request is answered from the cache, if anything is.
TEST_F(authenticate_test, a_key_of_one_tenant_signs_for_no_other) {
  const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
  const std::string other = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";
  const auto named = [](const std::string& one) {
    return "https://login.example/" + one + "/v2.0";
  };
  auto jwk = boost::json::parse(support::issuer_key().public_jwk()).as_object();
  jwk["issuer"] = named(other);
  document_ = boost::json::serialize(boost::json::object{{"keys", boost::json::array{jwk}}});
  auto several = issuer(named("{tenantid}"), keys_);
  several.rules.tenants = {tenant, other};
  const auto by = std::make_shared<const trusted_issuers>(
      std::vector{several}, jose::token_limits{}, clock_.clock(), own());
  const auto token = [&](const std::string& whose) {
    return support::issuer_key().sign_claims(
        support::claims_json({.issuer = named(whose)}, {{"tid", whose}}));
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(let_in(token(other), by));
    EXPECT_EQ(reason(token(tenant), by), "key_of_another_issuer");
  }
}

// The numbers of the key stay the same all the while, and so does its kid.
TEST_F(authenticate_test, a_key_that_comes_to_name_a_tenant_serves_no_remembered_token_of_another) {
  const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
  const std::string other = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";
  const auto named = [](const std::string& one) {
    return "https://login.example/" + one + "/v2.0";
  };
  auto several = issuer(named("{tenantid}"), keys_);
  several.rules.tenants = {tenant, other};
  const auto by = std::make_shared<const trusted_issuers>(
      std::vector{several}, jose::token_limits{}, clock_.clock(), own());
  const auto token = [&](const std::string& whose, const jose::signing_key& with) {
    return with.sign_claims(
        support::claims_json({.issuer = named(whose), .lifetime = 100'000}, {{"tid", whose}}));
  };
  const auto first = token(tenant, support::issuer_key());
  const auto second = token(other, support::issuer_key());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(let_in(first, by));
    EXPECT_TRUE(let_in(second, by));
  }

  auto jwk = boost::json::parse(support::issuer_key().public_jwk()).as_object();
  jwk["issuer"] = named(other);
  const auto added = boost::json::parse(support::second_key().public_jwk());
  document_ = boost::json::serialize(boost::json::object{{"keys", boost::json::array{jwk, added}}});
  clock_.advance(31s);
  EXPECT_TRUE(let_in(token(tenant, support::second_key()), by));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(reason(first, by), "key_of_another_issuer");
    EXPECT_TRUE(let_in(second, by));
  }
}

TEST_F(authenticate_test, scopes_are_compared_whole_and_all_are_needed) {
  struct {
    const char* name;
    std::string granted;
    std::vector<std::string> needed;
    bool let_in;
  } const cases[] = {
      {"none needed, none granted", "", {}, true},
      {"the one needed", "example:note:read", {"example:note:read"}, true},
      {"among others", "openid example:note:read x", {"example:note:read"}, true},
      {"both needed", "a b", {"b", "a"}, true},
      {"one of two", "a", {"a", "b"}, false},
      {"longer scope that starts like it", "example:note:readonly", {"example:note:read"}, false},
      {"shorter scope", "example:note", {"example:note:read"}, false},
      {"other case", "Example:Note:Read", {"example:note:read"}, false},
      {"no scope claim", "", {"example:note:read"}, false},
  };
  for (const auto& [name, granted, needed, let_in] : cases) {
    const auto got = send_token(mint({.scope = granted}), needed);
    EXPECT_EQ(got.let_in, let_in) << name;
    if (let_in) continue;
    EXPECT_EQ(got.answer.code(), status::forbidden) << name;
    EXPECT_EQ(got.reason, "insufficient_scope") << name;
  }
  const auto got = send_token(mint({.scope = "a"}), {"a", "b"});
  EXPECT_EQ(got.field("www-authenticate"), R"(Bearer error="insufficient_scope", scope="a b")");
  EXPECT_EQ(std::get<std::string>(got.answer.body), R"({"detail":"Not enough permissions"})");
}

TEST(require_scope, has_a_status_that_can_be_set) {
  async::asio::io_context context;
  http::request_head head;
  http::context ctx{head, {"/notes", ""}, context.get_executor()};
  ctx.principal = std::make_shared<const core::principal>();
  const http::handler next = [](http::context&) -> async::task<http::response> {
    throw std::logic_error{"was let in"};
  };
  const require_scope guard{{"a"}, status::unauthorized};
  const auto answer = support::run(context, guard(ctx, next));
  EXPECT_EQ(answer.code(), status::unauthorized);
}

TEST(require_scope, refuses_without_a_principal_even_if_no_scope_is_needed) {
  async::asio::io_context context;
  http::request_head head;
  http::context ctx{head, {"/notes", ""}, context.get_executor()};
  const http::handler next = [](http::context&) -> async::task<http::response> {
    throw std::logic_error{"was let in"};
  };
  const require_scope guard{{}};
  const auto answer = support::run(context, guard(ctx, next));
  EXPECT_EQ(answer.code(), status::unauthorized);
  EXPECT_EQ(ctx.reason, "no_credentials");
  EXPECT_EQ(*answer.find("www-authenticate"), "Bearer");
}

TEST_F(authenticate_test, trust_refuses_issuers_that_cannot_work) {
  const auto good = issuer("https://idp.example/", keys_);
  struct {
    const char* name;
    void (*spoil)(trusted_issuer&);
  } const cases[] = {
      {"no name", [](trusted_issuer& one) { one.rules.issuer.clear(); }},
      {"no audience", [](trusted_issuer& one) { one.rules.audiences.clear(); }},
      {"no algorithm", [](trusted_issuer& one) { one.header.algorithms = {}; }},
      {"no keys", [](trusted_issuer& one) { one.keys.reset(); }},
  };
  for (const auto& [name, spoil] : cases) {
    auto bad = good;
    spoil(bad);
    EXPECT_THROW((trusted_issuers{{bad}, {}, clock_.clock()}), std::invalid_argument) << name;
  }
  EXPECT_THROW((trusted_issuers{{good, good}, {}, clock_.clock()}), std::invalid_argument)
      << "twice";
  const trusted_issuers fine{{good}, {}, clock_.clock()};
  EXPECT_NE(fine.find("https://idp.example/"), nullptr);
  EXPECT_EQ(fine.find("https://idp.example"), nullptr);
  EXPECT_EQ(fine.find("HTTPS://idp.example/"), nullptr);
}

}  // namespace
}  // namespace latchkey::auth
