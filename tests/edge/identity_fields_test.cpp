#include "support/request.hpp"

#include <latchkey/core/base64url.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/identity_fields.hpp>

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace latchkey::edge {
namespace {

using testing::ElementsAre;

header_settings says(std::vector<claim_header> claims) {
  header_settings made;
  made.claims = std::move(claims);
  return made;
}

core::principal person(std::string claims) {
  core::principal made;
  made.claims = std::move(claims);
  return made;
}

std::vector<std::string> fields_of(const http::response& answer) {
  std::vector<std::string> all;
  for (const auto one : answer.fields()) {
    all.push_back(std::string{one.name} + ": " + std::string{one.value});
  }
  return all;
}

TEST(identity_fields, names_are_those_of_all_routes) {
  auto claims = says({{"X-Tenant", "org"}});
  claims.token = token_to_upstream::claims;
  const std::vector<header_settings> routes{
      says({{"x-user", "sub"}}), claims, says({{"x-user", "email"}, {"x-cert", "cert.subject"}})};
  EXPECT_THAT(identity_names(routes), ElementsAre("x-cert", "x-jwt-claims", "x-tenant", "x-user"));
}

TEST(identity_fields, all_are_there_and_empty_where_there_is_nothing_to_say) {
  const identity_fields fields{
      says(
          {{"X-User", "sub"}, {"x-mail", "email"}, {"x-roles", "roles"}, {"x-dn", "cert.subject"}}),
      {"x-dn", "x-mail", "x-roles", "x-tenant", "x-user"}};
  http::response known;
  const auto who = person(R"({"sub":"ann","roles":["a","b"],"org":"acme"})");
  ASSERT_FALSE(fields.add(&who, known));
  EXPECT_THAT(fields_of(known),
              ElementsAre("x-dn: ", "x-tenant: ", "x-user: ann", "x-mail: ", "x-roles: a,b"));
  http::response nobody;
  ASSERT_FALSE(fields.add(nullptr, nobody));
  EXPECT_THAT(fields_of(nobody),
              ElementsAre("x-dn: ", "x-tenant: ", "x-user: ", "x-mail: ", "x-roles: "));
}

TEST(identity_fields, the_claims_as_a_whole) {
  auto settings = says({});
  settings.token = token_to_upstream::claims;
  const identity_fields fields{settings, {"x-jwt-claims"}};
  http::response answer;
  const auto who = person(R"({"sub":"ann"})");
  ASSERT_FALSE(fields.add(&who, answer));
  EXPECT_THAT(fields_of(answer),
              ElementsAre("x-jwt-claims: " + core::base64url_encode(who.claims)));
}

TEST(identity_fields, what_cannot_be_said_is_an_error) {
  const identity_fields fields{says({{"x-user", "sub"}}), {"x-user"}};
  http::response answer;
  const auto odd = person(R"({"sub":"ann\nx-admin: 1"})");
  EXPECT_EQ(fields.add(&odd, answer), errc::claim_not_sendable);
  http::response large;
  const auto long_name = person(R"({"sub":")" + std::string(5000, 'a') + R"("})");
  EXPECT_EQ(fields.add(&long_name, large), errc::claims_too_large);
}

TEST(identity_fields, other_spellings_are_those_that_a_server_folds) {
  const std::vector<std::string> names{"x-user", "x-org-id"};
  for (const auto* const name : {"X_User", "x.user", "X_ORG-ID", "x_org_id"}) {
    EXPECT_TRUE(is_other_spelling(name, names)) << name;
  }
  for (const auto* const name : {"X-User", "x-user", "x_users", "user", "x_request_id"}) {
    EXPECT_FALSE(is_other_spelling(name, names)) << name;
  }
  EXPECT_FALSE(is_other_spelling(std::string(200, '_'), names));
}

}  // namespace
}  // namespace latchkey::edge
