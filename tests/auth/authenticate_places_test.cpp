// Tokens in other places than the Authorization field.
#include "authenticate_fixture.hpp"

namespace latchkey::auth {
namespace {

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

}  // namespace
}  // namespace latchkey::auth
