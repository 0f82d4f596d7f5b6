#include <latchkey/auth/errc.hpp>
#include <latchkey/embed/refusal.hpp>
#include <latchkey/embed/token_verifier.hpp>
#include <latchkey/jose/errc.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::embed {
namespace {

TEST(refusal, is_what_the_server_of_latchkey_says) {
  struct {
    core::error_code error;
    int status;
    const char* www_authenticate;
    unsigned retry_after;
    const char* reason;
  } const cases[] = {
      {auth::errc::no_credentials, 401, "Bearer", 0, "no_credentials"},
      {jose::errc::expired, 401, R"(Bearer error="invalid_token", error_description="expired")", 0,
       "expired"},
      {auth::errc::keys_unavailable, 503, "", 1, "keys_unavailable"},
      {make_error_code(boost::system::errc::io_error), 500, "", 0, "internal_error"},
  };
  for (const auto& [error, status, field, retry_after, reason] : cases) {
    const auto made = refusal_of(error);
    EXPECT_EQ(made.status, status) << reason;
    EXPECT_EQ(made.www_authenticate, field) << reason;
    EXPECT_EQ(made.retry_after, retry_after) << reason;
    EXPECT_EQ(made.reason, reason);
  }
}

TEST(refusal, of_a_missing_scope_names_those_that_are_needed) {
  const std::vector<std::string> needed = {"note:read", "note:create"};
  const auto made = insufficient_scope(needed);
  EXPECT_EQ(made.status, 403);
  EXPECT_EQ(made.www_authenticate,
            R"(Bearer error="insufficient_scope", scope="note:read note:create")");
  EXPECT_EQ(made.reason, "insufficient_scope");
}

TEST(bearer, is_one_token_behind_the_scheme) {
  struct {
    const char* field;
    core::result<std::string_view> wanted;
  } const cases[] = {
      {"Bearer a.b.c", std::string_view{"a.b.c"}},
      {"bearer  a", std::string_view{"a"}},
      {"", auth::errc::no_credentials},
      {"Basic YTpi", auth::errc::no_credentials},
      {"Bearer", auth::errc::malformed_credentials},
      {"Bearer ", auth::errc::malformed_credentials},
      {"Bearer a b", auth::errc::malformed_credentials},
      {"Bearer a,Bearer b", auth::errc::malformed_credentials},
      {"Bearer\ta", auth::errc::malformed_credentials},
      {"Bearera", auth::errc::no_credentials},
  };
  for (const auto& [field, wanted] : cases) EXPECT_EQ(bearer(field), wanted) << field;
}

}  // namespace
}  // namespace latchkey::embed
