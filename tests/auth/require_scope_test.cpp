// The scopes of a request that authenticate has let through.
#include "authenticate_fixture.hpp"

namespace latchkey::auth {
namespace {

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

}  // namespace
}  // namespace latchkey::auth
