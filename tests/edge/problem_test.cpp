#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/problem.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace latchkey::edge {
namespace {

TEST(problem, is_the_answer_to_each_error) {
  const struct {
    errc error;
    unsigned status;
  } cases[] = {
      {errc::ambiguous_path, 400},     {errc::bad_host, 400},
      {errc::bad_connection, 400},     {errc::forwarding_loop, 508},
      {errc::claim_not_sendable, 403}, {errc::claims_too_large, 403},
      {errc::unexpected_upgrade, 502},
  };
  std::set<std::string_view> reasons;
  for (const auto& one : cases) {
    EXPECT_EQ(static_cast<unsigned>(problem(one.error).code()), one.status) << reason(one.error);
    EXPECT_NE(make_error_code(one.error).message(), "unknown error of forwarding");
    EXPECT_NE(reason(one.error), "unknown");
    reasons.insert(reason(one.error));
  }
  EXPECT_EQ(reasons.size(), std::size(cases));
  EXPECT_EQ(problem({}).code(), http::status::internal_server_error);
  EXPECT_EQ(problem({static_cast<int>(99), category()}).code(),
            http::status::internal_server_error);
}

}  // namespace
}  // namespace latchkey::edge
