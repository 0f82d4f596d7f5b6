// What is read and what is refused of [route.mcp], each where it stands.
#include "config_cases.hpp"
#include "support/cases.hpp"

#include <latchkey/app/config_print.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::app {
namespace {

// What the only route ends with, lines 10 and 11, and what comes behind it from line 12 on.
constexpr const char* last = "methods = [\"GET\"]\nhandler = \"notes.read\"\n";

#define FORWARDS(methods) "methods = " methods "\nupstream = \"mcp\"\n"
#define UPSTREAM "[[upstream]]\nname = \"mcp\"\naddresses = [\"http://127.0.0.1:1\"]\n"
#define MCP FORWARDS("[\"POST\"]") "[route.mcp]\n"

class config_check_mcp : public testing::TestWithParam<refused_file> {};

TEST_P(config_check_mcp, refuses_where_it_stands) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

const refused_file cases[] = {
    {"nothing_set", last, MCP UPSTREAM, ""},
    {"all_set", last,
     FORWARDS(
         "[\"POST\", \"GET\", \"DELETE\"]") "[route.mcp]\nrevisions = [\"2026-07-28\", "
                                            "\"2025-06-18\"]\norigins = [\"https://a.example\"]\n"
                                            "unlisted = \"allow\"\nmethods = { \"tools/*\" = "
                                            "[\"a\", \"b\"] }\ntools = { \"*\" = [] }\n"
                                            "[route.cors]\norigins = "
                                            "[\"https://a.example\"]\n" UPSTREAM,
     ""},
    {"turned_off", last, FORWARDS("[\"*\"]") "[route.mcp]\nenabled = false\n" UPSTREAM, ""},
    {"a_tunnel", last, FORWARDS("[\"POST\"]") "upgrades = [\"x\"]\n[route.mcp]\n" UPSTREAM,
     "12:12: route.0.upgrades: found protocols beside mcp, which has none: what goes through a "
     "tunnel is judged by nobody\n"},
    {"without_upstream", last, "methods = [\"POST\"]\nhandler = \"notes.read\"\n[route.mcp]\n",
     "12:1: route.0.mcp: found without upstream, for which alone it is\n"},
    {"every_method", last, FORWARDS("[\"*\"]") "[route.mcp]\n" UPSTREAM,
     "10:11: route.0.methods: found other methods than an MCP server has; expected \"POST\", with "
     "\"GET\" and \"DELETE\" beside it for revisions before 2026-07-28\n"},
    {"without_post", last, FORWARDS("[\"GET\"]") "[route.mcp]\n" UPSTREAM,
     "10:11: route.0.methods: found other methods than an MCP server has; expected \"POST\", with "
     "\"GET\" and \"DELETE\" beside it for revisions before 2026-07-28\n"},
    {"streams_of_none", last,
     FORWARDS("[\"POST\", \"GET\"]") "[route.mcp]\nrevisions = [\"2026-07-28\"]\n" UPSTREAM,
     "10:11: route.0.methods: found \"GET\" or \"DELETE\", which no revision of mcp.revisions has; "
     "expected \"POST\" alone\n"},
    {"a_revision_that_is_none", last, MCP "revisions = [\"2024-11-05\"]\n" UPSTREAM,
     "13:14: route.0.mcp.revisions.0: found string \"2024-11-05\", expected a revision of MCP, "
     "like \"2026-07-28\", from \"2025-03-26\" on\n"},
    {"no_revision", last, MCP "revisions = []\n" UPSTREAM,
     "13:13: route.0.mcp.revisions: found an empty array, expected an array of one or more, each "
     "a revision of MCP, like \"2026-07-28\", from \"2025-03-26\" on\n"},
    {"two_rows_of_one_resource", last,
     MCP "[route.mcp.resources]\n\"a://h/%40\" = []\n\"a://h/@\" = [\"s\"]\n" UPSTREAM,
     "15:1: route.0.mcp.resources.\"a://h/@\": found other scopes than those of \"a://h/%40\", "
     "which is the same resource to who decodes it\n"},
    {"two_rows_that_ask_for_the_same", last,
     MCP "[route.mcp.resources]\n\"a://h/%40\" = [\"s\"]\n\"a://h/@\" = [\"s\"]\n" UPSTREAM, ""},
    {"rows_that_are_refused", last,
     MCP "[route.mcp.resources]\n\"https://Wiki.example/a\" = []\n\"https://b:443/a\" = []\n"
         "\"FILE:///*\" = []\n\"file:///a?*\" = []\n" UPSTREAM,
     "14:1: route.0.mcp.resources.\"https://Wiki.example/a\": found \"https://Wiki.example/a\", "
     "which "
     "is refused of every client, since others may write or read it differently; expected the URI "
     "in its normal form\n"
     "15:1: route.0.mcp.resources.\"https://b:443/a\": found \"https://b:443/a\", which is refused "
     "of "
     "every client, since others may write or read it differently; expected the URI in its normal "
     "form\n"
     "16:1: route.0.mcp.resources.\"FILE:///*\": found \"FILE:///*\", which is refused of every "
     "client, since others may write or read it differently; expected the URI in its normal form\n"
     "17:1: route.0.mcp.resources.\"file:///a?*\": found \"file:///a?*\", which is refused of "
     "every "
     "client, since others may write or read it differently; expected the URI in its normal "
     "form\n"},
    {"a_row_that_asks_for_less_than_what_it_may_be", last,
     MCP "[route.mcp.resources]\n\"https://b/a\" = [\"s\"]\n\"https://b/a?q\" = []\n" UPSTREAM,
     "15:1: route.0.mcp.resources.\"https://b/a?q\": found \"https://b/a?q\", which others may "
     "take "
     "for what another row asks for more for; expected all of its scopes here, too\n"},
    {"rows_that_stop_anywhere", last,
     MCP "[route.mcp.resources]\n\"*\" = []\n\"file:*\" = []\n\"https://*\" = []\n\"https://h*\" = "
         "[]\n\"https://127*\" = []\n\"https://h:4*\" = []\n\"ur*\" = []\n\"note://x/y?q=*\" = "
         "[]\n\"urn:a*\" = []\n" UPSTREAM,
     ""},
    {"trusts_older_servers", last, MCP "upstream_checks = true\n" UPSTREAM,
     "12:1: route.0.mcp.revisions: found revisions before 2026-07-28 with upstream_checks = true, "
     "whose servers compare nothing; expected [\"2026-07-28\"]\n"},
    {"a_page_that_would_be_refused", last,
     MCP "[route.cors]\norigins = [\"https://a.example\"]\n" UPSTREAM,
     "14:12: route.0.cors.origins.0: found \"https://a.example\", which mcp.origins has not: its "
     "requests would be refused\n"},
    {"all_pages_and_one", last, MCP "origins = [\"*\", \"https://a.example\"]\n" UPSTREAM,
     "13:11: route.0.mcp.origins: found \"*\" beside others; it stands for all of them, and "
     "alone\n"},
    {"a_star_within", last, MCP "tools = { \"a*b\" = [] }\n" UPSTREAM,
     "13:11: route.0.mcp.tools.\"a*b\": found \"a*b\"; expected a name, or how names begin with "
     "\"*\" at its end\n"},
    {"a_scope_twice", last, MCP "tools = { a = [\"x\", \"x\"] }\n" UPSTREAM,
     "13:11: route.0.mcp.tools.a.1: found \"x\" a second time; once is enough\n"},
    {"no_scope", last, MCP "tools = { a = [\"x y\"] }\n" UPSTREAM,
     "13:16: route.0.mcp.tools.a: found string \"x y\", expected an OAuth 2.0 scope: printable "
     "ASCII without space, '\"' and '\\'\n"},
    {"no_array", last, MCP "tools = { a = \"x\" }\n" UPSTREAM,
     "13:15: route.0.mcp.tools.a: found string \"x\", expected an array, each an OAuth 2.0 scope: "
     "printable ASCII without space, '\"' and '\\'\n"},
    {"no_table", last, MCP "tools = [\"a\"]\n" UPSTREAM,
     "13:9: route.0.mcp.tools: found an array, expected a table of names to scopes, like { echo = "
     "[\"mcp:call\"] }\n"},
    {"scopes_for_everybody", last,
     "methods = [\"POST\"]\npublic = true\nupstream = \"mcp\"\n[route.mcp]\ntools = { a = [\"x\"], "
     "b = [] }\n" UPSTREAM,
     "14:11: route.0.mcp.tools.a: found scopes with public = true, where no token is asked for; "
     "expected []\n"},
    {"a_message_of_a_hundred_mebibytes", last,
     "methods = [\"POST\"]\nbody_bytes = 104857600\nupstream = \"mcp\"\n[route.mcp]\n" UPSTREAM,
     "11:14: route.0.body_bytes: found 104857600; a message that is judged has at most "
     "67108864\n"},
};

INSTANTIATE_TEST_SUITE_P(mcp, config_check_mcp, testing::ValuesIn(cases), support::case_name);

TEST(config_mcp, is_printed_as_it_was_read) {
  const std::string more = FORWARDS("[\"POST\"]")
      "[route.mcp]\norigins = [\"https://a.example\"]\n"
      "methods = { \"tools/list\" = [], \"tools/call\" = [\"a\", \"b\"] }\n"
      "tools = { \"*\" = [\"c\"], \"caf\u00e9\" = [] }\n" UPSTREAM;
  const auto loaded = parse_config(with(last, more), test_source());
  ASSERT_EQ(messages(loaded), "");
  const auto& mcp = loaded->routes.at(0).mcp;
  EXPECT_TRUE(mcp.enabled);
  ASSERT_EQ(mcp.methods.size(), 2U);
  const auto again = parse_config(to_toml(*loaded), test_source());
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, *loaded);
}

TEST(config_mcp, is_off_where_nothing_is_said) {
  const auto loaded = parse_config(std::string{smallest_config}, test_source());
  ASSERT_EQ(messages(loaded), "");
  EXPECT_FALSE(loaded->routes.at(0).mcp.enabled);
}

}  // namespace
}  // namespace latchkey::app
