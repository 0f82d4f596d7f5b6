#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/http/errc.hpp>
#include <latchkey/jose/errc.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace latchkey::auth {
namespace {

using http::status;

std::string field(const http::response& from, std::string_view name) {
  return std::string{from.find(name).value_or("(none)")};
}

const std::vector<std::string> two_scopes{"example:note:read", "example:note:create"};

TEST(challenge, answers_each_case_as_it_should) {
  struct {
    const char* name;
    core::error_code error;
    challenge_details details;
    status code;
    std::string_view authenticate;
    std::string_view retry_after;
    std::string_view body;
  } const cases[] = {
      {"no credentials",
       errc::no_credentials,
       {},
       status::unauthorized,
       "Bearer",
       "(none)",
       R"({"detail":"Not authenticated"})"},
      {"malformed credentials",
       errc::malformed_credentials,
       {},
       status::unauthorized,
       R"(Bearer error="invalid_token", error_description="malformed_credentials")",
       "(none)",
       R"({"detail":"Could not validate credentials"})"},
      {"expired",
       jose::errc::expired,
       {},
       status::unauthorized,
       R"(Bearer error="invalid_token", error_description="expired")",
       "(none)",
       R"({"detail":"Could not validate credentials"})"},
      {"unknown key",
       jose::errc::unknown_key,
       {},
       status::unauthorized,
       R"(Bearer error="invalid_token", error_description="unknown_key")",
       "(none)",
       R"({"detail":"Could not validate credentials"})"},
      {"one scope",
       errc::insufficient_scope,
       {.scopes = std::span{two_scopes}.first(1)},
       status::forbidden,
       R"(Bearer error="insufficient_scope", scope="example:note:read")",
       "(none)",
       R"({"detail":"Not enough permissions"})"},
      {"two scopes and another status",
       errc::insufficient_scope,
       {.scopes = two_scopes, .insufficient_scope_status = status::unauthorized},
       status::unauthorized,
       R"(Bearer error="insufficient_scope", scope="example:note:read example:note:create")",
       "(none)",
       R"({"detail":"Not enough permissions"})"},
      {"no credentials for a resource",
       errc::no_credentials,
       {.resource_metadata = "https://a.example/.well-known/oauth-protected-resource"},
       status::unauthorized,
       R"(Bearer resource_metadata="https://a.example/.well-known/oauth-protected-resource")",
       "(none)",
       R"({"detail":"Not authenticated"})"},
      {"no credentials for a resource with scopes",
       errc::no_credentials,
       {.scopes = two_scopes, .resource_metadata = "https://a.example/m"},
       status::unauthorized,
       R"(Bearer scope="example:note:read example:note:create", )"
       R"(resource_metadata="https://a.example/m")",
       "(none)",
       R"({"detail":"Not authenticated"})"},
      {"a token for another resource",
       errc::token_for_another_resource,
       {.resource_metadata = "https://a.example/m"},
       status::unauthorized,
       R"(Bearer error="invalid_token", error_description="token_for_another_resource", )"
       R"(resource_metadata="https://a.example/m")",
       "(none)",
       R"({"detail":"Could not validate credentials"})"},
      {"two scopes for a resource",
       errc::insufficient_scope,
       {.scopes = two_scopes, .resource_metadata = "https://a.example/m"},
       status::forbidden,
       R"(Bearer error="insufficient_scope", scope="example:note:read example:note:create", )"
       R"(resource_metadata="https://a.example/m")",
       "(none)",
       R"({"detail":"Not enough permissions"})"},
      {"two fields for a resource",
       errc::duplicate_authorization,
       {.scopes = two_scopes, .resource_metadata = "https://a.example/m"},
       status::bad_request,
       R"(Bearer error="invalid_request", error_description="duplicate_authorization", )"
       R"(resource_metadata="https://a.example/m")",
       "(none)",
       R"({"detail":"Bad Request"})"},
      {"keys unavailable for a resource",
       errc::keys_unavailable,
       {.scopes = two_scopes, .retry_after = 17, .resource_metadata = "https://a.example/m"},
       status::service_unavailable,
       "(none)",
       "17",
       R"({"detail":"Cannot validate credentials now"})"},
      {"two fields",
       errc::duplicate_authorization,
       {},
       status::bad_request,
       R"(Bearer error="invalid_request", error_description="duplicate_authorization")",
       "(none)",
       R"({"detail":"Bad Request"})"},
      {"two places",
       errc::token_in_two_places,
       {},
       status::bad_request,
       R"(Bearer error="invalid_request", error_description="token_in_two_places")",
       "(none)",
       R"({"detail":"Bad Request"})"},
      {"a token of where none is taken from",
       errc::token_misplaced,
       {},
       status::unauthorized,
       R"(Bearer error="invalid_token", error_description="token_misplaced")",
       "(none)",
       R"({"detail":"Could not validate credentials"})"},
      {"a cookie's token from another site",
       errc::cross_origin,
       {},
       status::forbidden,
       "(none)",
       "(none)",
       R"({"detail":"Cross-origin request"})"},
      {"keys unavailable",
       errc::keys_unavailable,
       {.retry_after = 17},
       status::service_unavailable,
       "(none)",
       "17",
       R"({"detail":"Cannot validate credentials now"})"},
      {"a fault of ours",
       boost::system::errc::make_error_code(boost::system::errc::io_error),
       {},
       status::internal_server_error,
       "(none)",
       "(none)",
       R"({"detail":"Internal Server Error"})"},
  };
  for (const auto& [name, error, details, code, authenticate, retry_after, body] : cases) {
    const auto answer = challenge(error, details);
    EXPECT_EQ(answer.code(), code) << name;
    EXPECT_EQ(field(answer, "www-authenticate"), authenticate) << name;
    EXPECT_EQ(field(answer, "retry-after"), retry_after) << name;
    EXPECT_EQ(field(answer, "content-type"), "application/json") << name;
    EXPECT_EQ(std::get<std::string>(answer.body), body) << name;
  }
}

TEST(reasons, are_stable_words) {
  struct {
    core::error_code error;
    std::string_view expected;
  } const cases[] = {
      {errc::no_credentials, "no_credentials"},
      {errc::malformed_credentials, "malformed_credentials"},
      {errc::duplicate_authorization, "duplicate_authorization"},
      {errc::token_in_two_places, "token_in_two_places"},
      {errc::insufficient_scope, "insufficient_scope"},
      {errc::keys_unavailable, "keys_unavailable"},
      {errc::fetch_failed, "fetch_failed"},
      {errc::fetch_status, "fetch_status"},
      {jose::errc::bad_signature, "bad_signature"},
      {http::errc::bad_body, "internal_error"},
      {{99, category()}, "internal_error"},
      {{}, "internal_error"},
  };
  for (const auto& [error, expected] : cases) EXPECT_EQ(reason(error), expected);
}

// What goes between quotes of a challenge must need no escape (RFC 6750 section 3).
TEST(reasons, are_lower_case_words_and_each_has_a_message) {
  for (int value = 1; value <= static_cast<int>(errc::other_document); ++value) {
    const core::error_code error{value, category()};
    const auto text = reason(error);
    EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || c == '_';
    })) << text;
    EXPECT_NE(text, "internal_error") << value;
    EXPECT_NE(error.message(), "unknown") << value;
  }
  EXPECT_STREQ(category().name(), "latchkey.auth");
}

}  // namespace
}  // namespace latchkey::auth
