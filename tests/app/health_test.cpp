// What /readyz says of keys that are not there.
#include "support/request.hpp"

#include <latchkey/app/handlers/health.hpp>
#include <latchkey/app/key_log.hpp>
#include <latchkey/auth/errc.hpp>

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace latchkey::app {
namespace {

TEST(readyz, says_of_what_is_not_ready_why) {
  const auto routes = health_routes([] {
    return std::vector<readiness>{
        {"a", [] { return true; }, [] { return std::string{"never asked"}; }},
        {"b", [] { return false; }, [] { return std::string{"it is \"down\""}; }},
        {"c", [] { return false; }}};
  });
  const auto answer = support::request{http::verb::get, "/readyz"}.send(routes.at(1).handler);
  EXPECT_EQ(boost::json::parse(support::text_of(answer)),
            boost::json::parse(R"({"status":"not ready","checks":{"a":true,"b":false,"c":false},
                                   "reasons":{"b":"it is \"down\""}})"));
}

TEST(readyz, gives_no_reasons_where_all_is_ready) {
  const auto routes = health_routes([] {
    return std::vector<readiness>{{"a", [] { return true; }, [] { return std::string{"x"}; }}};
  });
  const auto answer = support::request{http::verb::get, "/readyz"}.send(routes.at(1).handler);
  EXPECT_EQ(support::text_of(answer), R"({"status":"ready","checks":{"a":true}})");
}

TEST(why_no_keys, tells_what_the_last_attempt_came_to) {
  auth::jwks_stats stats;
  EXPECT_EQ(why_no_keys(stats, {}), "they are being fetched for the first time");
  stats.last_attempt = core::wall_time{};
  EXPECT_EQ(why_no_keys(stats, {}), "they are too old to be used");
  stats.last_error = make_error_code(boost::system::errc::connection_refused);
  EXPECT_EQ(why_no_keys(stats, {"https://idp.example/keys", "", ""}),
            "Connection refused; asked: https://idp.example/keys");
  stats.last_error = auth::errc::metadata_issuer;
  stats.last_status = 200;
  const auto text = why_no_keys(stats, {"u", "\"a\"", "\"b\""});
  EXPECT_THAT(text, testing::EndsWith("; asked: u; found: \"a\"; expected: \"b\""));
}

}  // namespace
}  // namespace latchkey::app
