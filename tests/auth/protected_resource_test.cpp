// Routes of a protected resource: tokens that are for it and for others, in the cache or not, and
// what every challenge says of it.
#include "authenticate_fixture.hpp"

namespace latchkey::auth {
namespace {

constexpr const char* metadata = "https://api.example/.well-known/oauth-protected-resource/mcp";

protected_resource_ptr resource_at(std::size_t index) {
  return std::make_shared<const protected_resource>(
      protected_resource{index, metadata, {"tools:read", "tools:call"}});
}

std::string for_audiences(const boost::json::value& audiences) {
  return support::issuer_key().sign_claims(
      support::claims_json({.audience = "", .scope = "tools:read"}, {{"aud", audiences}}));
}

class protected_resource_test : public authenticate_test {
 protected:
  seen ask(const std::string& token, const protected_resource_ptr& resource,
           std::vector<std::string> scopes = {}) {
    const auto value = "Bearer " + token;
    http::request_head head;
    head.fields = {{"authorization", value}};
    return send(head, "", std::move(scopes), by_, resource);
  }

  std::shared_ptr<const thread_verifiers> here_ = own();
  std::shared_ptr<const trusted_issuers> by_ = trusted(here_);
};

// The bits of a principal end there; the first one's must not be taken for it.
TEST(protected_resource, past_the_bits_of_a_token_nobody_means_it) {
  core::principal who;
  who.resources = ~std::uint64_t{0};
  EXPECT_TRUE(resource_at(jose::max_resources - 1)->is_meant_by(who));
  EXPECT_FALSE(resource_at(jose::max_resources)->is_meant_by(who));
}

TEST_F(protected_resource_test, takes_tokens_that_are_for_it) {
  const auto mcp = resource_at(0);
  const auto whole = resource_at(1);
  struct {
    const char* name;
    boost::json::value audiences;
    protected_resource_ptr of;
    bool let_in;
  } const cases[] = {
      {"by its identifier", {"account", "https://api.example/mcp"}, mcp, true},
      {"in whatever order", {"https://api.example/mcp", "account"}, mcp, true},
      {"by another of its names", {"account", "mcp"}, mcp, true},
      {"both", {"account", "https://api.example/mcp", "https://api.example"}, whole, true},
      {"of the issuer's audiences alone", "account", mcp, false},
      {"of another resource", {"account", "https://api.example"}, mcp, false},
      {"of another resource, by a name of it", {"account", "mcp"}, whole, false},
      {"a longer name", {"account", "https://api.example/mcp/"}, mcp, false},
      {"a shorter name", {"account", "https://api.example/mc"}, mcp, false},
      {"other letters", {"account", "https://API.example/mcp"}, mcp, false},
      {"none asked for", "account", nullptr, true},
  };
  for (const auto& [name, audiences, of, let_in] : cases) {
    const auto token = for_audiences(audiences);
    // The first time it is verified, the second time it is in the cache.
    for (const auto* when : {"verified", "cached"}) {
      const auto got = ask(token, of);
      EXPECT_EQ(got.let_in, let_in) << name << ", " << when;
      EXPECT_EQ(got.reason, let_in ? "" : "token_for_another_resource") << name << ", " << when;
      if (let_in) continue;
      EXPECT_EQ(got.answer.code(), status::unauthorized) << name;
      EXPECT_EQ(got.field("www-authenticate"),
                R"(Bearer error="invalid_token", error_description="token_for_another_resource", )"
                R"(scope="tools:read tools:call", resource_metadata=")" +
                    std::string{metadata} + '"')
          << name;
    }
  }
}

TEST_F(protected_resource_test, does_not_replace_the_issuers_own_audiences) {
  EXPECT_EQ(ask(for_audiences("https://api.example/mcp"), resource_at(0)).reason,
            "audience_mismatch");
}

// The cache of tokens is one for all routes.
TEST_F(protected_resource_test, a_token_that_another_route_has_verified_is_for_that_one_only) {
  const auto token = for_audiences({"account", "https://api.example"});
  EXPECT_TRUE(ask(token, nullptr).let_in);
  EXPECT_FALSE(ask(token, resource_at(0)).let_in);
  EXPECT_TRUE(ask(token, resource_at(1)).let_in);
  EXPECT_FALSE(ask(token, resource_at(0)).let_in);
  EXPECT_TRUE(ask(token, nullptr).let_in) << "the refusal has not cost it its place";
  const auto counts = here_->counts();
  EXPECT_EQ(counts.openssl + counts.kernel, 1U);
}

TEST_F(protected_resource_test, every_challenge_names_its_metadata) {
  const auto mcp = resource_at(0);
  const auto said = std::string{R"(, resource_metadata=")"} + metadata + '"';
  const auto good = "Bearer " + for_audiences({"account", "mcp"});
  struct {
    const char* name;
    std::vector<http::field> fields;
    std::string expected;
  } const cases[] = {
      {"no token", {}, R"(Bearer scope="tools:read tools:call")"},
      {"no token in it",
       {{"authorization", "Bearer !"}},
       R"(Bearer error="invalid_token", error_description="malformed_credentials", )"
       R"(scope="tools:read tools:call")"},
      {"two fields",
       {{"authorization", "Bearer a"}, {"authorization", "Bearer a"}},
       R"(Bearer error="invalid_request", error_description="duplicate_authorization")"},
      {"a scope is missing",
       {{"authorization", good}},
       R"(Bearer error="insufficient_scope", scope="tools:read tools:call")"},
  };
  for (const auto& [name, fields, expected] : cases) {
    http::request_head head;
    head.fields = fields;
    const auto got = send(head, "", mcp->scopes, by_, mcp);
    EXPECT_FALSE(got.let_in) << name;
    EXPECT_EQ(got.field("www-authenticate"), expected + said) << name;
  }
}

TEST_F(protected_resource_test, knows_more_names_than_there_are_bits_for_as_none) {
  jose::claim_rules rules;
  rules.issuer = "https://idp.example/";
  rules.audiences = {"account"};
  for (std::size_t i = 0; i <= jose::max_resources; ++i) rules.resources.push_back({"account"});
  const auto text = mint();
  const auto token = jose::parse_token(text);
  ASSERT_TRUE(token);
  const auto who = jose::check_claims(*token, rules, clock_.clock().wall());
  ASSERT_TRUE(who);
  EXPECT_EQ(who->resources, ~std::uint64_t{0});
}

}  // namespace
}  // namespace latchkey::auth
