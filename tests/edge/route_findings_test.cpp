#include <latchkey/edge/route_findings.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::edge {
namespace {

using http::verb;

struct findings_case {
  const char* name;
  std::vector<route_outline> routes;
  std::vector<route_finding> expected;
};

TEST(route_findings, are_told_of_the_list_as_a_whole) {
  using enum finding_kind;
  const findings_case cases[] = {
      {"nothing", {}, {}},
      {"apart", {{"/a", {verb::get}}, {"/b/*", {}, true}}, {}},
      {"methods of one pattern", {{"/a", {verb::get}}, {"/a", {verb::post}}, {"/a", {}, true}}, {}},
      {"within, all methods", {{"/*", {}, true}, {"/api/*", {}, true}}, {}},
      {"twice", {{"/a", {verb::get, verb::put}}, {"/a", {verb::put}}}, {{twice, 1, 0, {"PUT"}}}},
      {"twice all", {{"/a", {}, true}, {"/a", {}, true}}, {{twice, 1, 0, {"*"}}}},
      {"shadowed", {{"/a/{x}", {verb::get}}, {"/a/{y}", {verb::post}}}, {{shadowed, 1, 0, {}}}},
      {"shadowed once",
       {{"/{x}/*", {verb::get}}, {"/{x}/*", {verb::put}}, {"/{y}/*", {verb::post}}},
       {{shadowed, 2, 0, {}}}},
      {"opens", {{"/api/*", {}, true}, {"/api/health", {}, true, true}}, {{opens, 1, 0, {}}}},
      {"open around guarded", {{"/*", {}, true, true}, {"/api/*", {}, true}}, {}},
      {"hides",
       {{"/api/x", {verb::get}}, {"/api/*", {verb::get, verb::post}}},
       {{hides, 0, 1, {"POST"}}}},
      {"hides all but some",
       {{"/api/*", {}, true}, {"/api/x", {verb::get}}, {"/api/x", {verb::put}}},
       {{hides, 1, 0, {"*"}}}},
      {"hides no HEAD", {{"/api/*", {verb::head, verb::get}}, {"/api/x", {verb::get}}}, {}},
      {"crosses", {{"/{x}/b", {verb::get}}, {"/a/*", {verb::get}}}, {{crosses, 1, 0, {}}}},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(find_route_findings(one.routes), one.expected) << one.name;
  }
  EXPECT_THROW(find_route_findings({{"a", {verb::get}}}), std::invalid_argument);
}

TEST(route_findings, are_sentences) {
  const std::vector<route_outline> routes = {{"/api/*", {}, true}, {"/api/x", {verb::get}}};
  const auto findings = find_route_findings(routes);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_FALSE(is_error(findings[0].kind));
  EXPECT_EQ(describe(findings[0], routes),
            "route \"/api/x\" answers 405 where \"/api/*\" would take every method that no route "
            "names");
  EXPECT_TRUE(is_error(finding_kind::twice));
  EXPECT_TRUE(is_error(finding_kind::shadowed));
  EXPECT_EQ(describe({finding_kind::shadowed, 1, 0, {}}, routes),
            "route \"/api/x\" is never reached: \"/api/*\" takes the same paths");
}

}  // namespace
}  // namespace latchkey::edge
