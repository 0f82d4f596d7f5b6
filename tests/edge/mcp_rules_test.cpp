#include "support/cases.hpp"

#include <latchkey/edge/mcp_rules.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::edge {
namespace {

struct call {
  std::optional<std::string> revision = "2026-07-28";
  std::optional<std::string> method_field;
  std::optional<std::string> name_field;
  std::string body;
};

mcp_settings strict() {
  mcp_settings made;
  made.enabled = true;
  made.methods = {{"tools/list", {"list"}}, {"tools/call", {"call"}}, {"logging/*", {"log"}}};
  made.tools = {{"echo", {}}, {"admin_*", {"admin"}}, {"admin_read", {"read", "call"}}};
  made.resources = {{"file:///public/*", {"files"}}, {"file:///public/secret", {"secret"}}};
  return made;
}

// "scope,scope" of method and name, or the reason and the field at fault.
std::string text_of(const mcp_verdict& made) {
  if (made.fault != mcp_fault::none) {
    auto text = std::string{reason(made.fault)};
    if (text.starts_with("mcp_field")) text += ' ' + std::string{made.about};
    if (made.fault == mcp_fault::revision) text += ' ' + std::string{made.asked};
    return text;
  }
  std::string text;
  for (const auto& some : {made.of_method, made.of_name}) {
    for (const auto& one : some) text += (text.empty() ? "" : ",") + one;
  }
  return text.empty() ? "route" : text;
}

mcp_fields fields_of(const call& one) {
  mcp_fields made;
  if (one.revision) made.revision = *one.revision;
  if (one.method_field) made.method = *one.method_field;
  made.name = one.name_field;
  return made;
}

std::string judged(const mcp_settings& settings, const call& one) {
  const mcp_rules rules{settings};
  const auto read = read_mcp_message(one.body);
  if (read.fault != mcp_fault::none) return "unread";
  return text_of(rules.judge(fields_of(one), read.message));
}

std::string request(const std::string& method, const std::string& params = "{}") {
  return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}";
}

std::string notification(const std::string& method) {
  return R"({"jsonrpc":"2.0","method":")" + method + "\"}";
}

// As a client of 2026-07-28 sends it.
call tool(const std::string& name) {
  return {"2026-07-28", "tools/call", name, request("tools/call", R"({"name":")" + name + R"("})")};
}

call read_of(const std::string& uri) {
  return {"2026-07-28", "resources/read", uri,
          request("resources/read", R"({"uri":")" + uri + R"("})")};
}

call of_body(std::optional<std::string> revision, const std::string& body) {
  return {std::move(revision), {}, {}, body};
}

struct judged_case {
  const char* name;
  call asked;
  const char* answer;
};

const std::string meta_2025 =
    R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2025-11-25"}})";

const judged_case cases[] = {
    {"a_tool", tool("echo"), "call"},
    {"a_tool_with_more", tool("admin_drop"), "call,admin"},
    {"the_very_name_goes_before", tool("admin_read"), "call,read,call"},
    {"a_tool_that_no_row_names", tool("other"), "mcp_not_listed"},
    {"names_are_their_letters", tool("Echo"), "mcp_not_listed"},
    {"a_method", {"2026-07-28", "tools/list", {}, request("tools/list")}, "list"},
    {"a_method_by_its_beginning",
     {"2026-07-28", "logging/setLevel", {}, request("logging/setLevel")},
     "log"},
    {"a_method_that_no_row_names",
     {"2026-07-28", "prompts/list", {}, request("prompts/list")},
     "mcp_not_listed"},
    {"a_table_without_rows_leaves_it_to_methods",
     {"2026-07-28", "prompts/get", "p", request("prompts/get", R"({"name":"p"})")},
     "mcp_not_listed"},
    {"what_the_protocol_needs",
     {"2026-07-28", "server/discover", {}, request("server/discover")},
     "route"},
    {"a_resource_names_its_method", read_of("file:///public/a"), "files"},
    {"the_longest_row", read_of("file:///public/secret"), "secret"},
    {"a_resource_elsewhere", read_of("file:///etc/passwd"), "mcp_not_listed"},
    {"up_and_away", read_of("file:///public/../etc/passwd"), "mcp_ambiguous_uri"},
    {"up_and_away_encoded", read_of("file:///public/%2e%2e/etc/passwd"), "mcp_ambiguous_uri"},
    {"another_spelling", read_of("file:///public/%73ecret"), "mcp_ambiguous_uri"},

    {"no_method_field",
     {"2026-07-28", {}, "echo", tool("echo").body},
     "mcp_field_missing Mcp-Method"},
    {"no_name_field",
     {"2026-07-28", "tools/call", {}, tool("echo").body},
     "mcp_field_missing Mcp-Name"},
    {"another_method",
     {"2026-07-28", "tools/list", "echo", tool("echo").body},
     "mcp_field_mismatch Mcp-Method"},
    {"a_method_in_capitals",
     {"2026-07-28", "Tools/Call", "echo", tool("echo").body},
     "mcp_field_mismatch Mcp-Method"},
    {"another_name",
     {"2026-07-28", "tools/call", "echo", tool("admin_drop").body},
     "mcp_field_mismatch Mcp-Name"},
    {"the_uri_is_not_the_name_of_a_tool",
     {"2026-07-28", "tools/call", "echo",
      request("tools/call", R"({"name":"admin_drop","uri":"echo"})")},
     "mcp_field_mismatch Mcp-Name"},
    {"a_name_for_what_has_none",
     {"2026-07-28", "tools/list", "echo", request("tools/list")},
     "mcp_field_mismatch Mcp-Name"},
    {"a_call_without_a_name",
     {"2026-07-28", "tools/call", "echo", request("tools/call")},
     "mcp_not_message"},
    {"a_call_with_a_name_that_is_no_text",
     {"2026-07-28", "tools/call", "echo", request("tools/call", R"({"name":["echo"]})")},
     "mcp_not_message"},
    {"a_notification_may_lack_fields",
     of_body("2026-07-28", notification("notifications/progress")), "route"},
    {"a_notification_must_not_lie",
     {"2026-07-28", "ping", {}, notification("notifications/progress")},
     "mcp_field_mismatch Mcp-Method"},
    {"another_notification", of_body("2026-07-28", notification("notifications/wipe")),
     "mcp_not_listed"},
    {"a_response_has_no_place", of_body("2026-07-28", R"({"jsonrpc":"2.0","id":1,"result":{}})"),
     "mcp_not_message"},

    {"older_by_the_body", of_body("2025-06-18", tool("admin_drop").body), "call,admin"},
    {"older_without_a_revision", of_body({}, tool("echo").body), "call"},
    {"older_with_fields_that_agree",
     {"2025-11-25", "tools/call", "echo", tool("echo").body},
     "call"},
    {"older_with_fields_that_lie",
     {"2025-11-25", "tools/call", "echo", tool("admin_drop").body},
     "mcp_field_mismatch Mcp-Name"},
    {"older_response", of_body("2025-11-25", R"({"jsonrpc":"2.0","id":1,"result":{}})"), "route"},
    {"older_beginning", of_body({}, request("initialize", R"({"protocolVersion":"2025-11-25"})")),
     "route"},
    {"revisions_that_differ", of_body("2025-06-18", request("tools/list", meta_2025)),
     "mcp_field_mismatch MCP-Protocol-Version"},
    {"a_revision_that_is_not_served", of_body("1900-01-01", request("ping")),
     "mcp_revision 1900-01-01"},
    {"a_new_body_without_fields",
     of_body({}, request("tools/list",
                         R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})")),
     "mcp_field_missing MCP-Protocol-Version"},
};

struct requests_judged : testing::TestWithParam<judged_case> {};

TEST_P(requests_judged, by_strict_tables) {
  EXPECT_EQ(judged(strict(), GetParam().asked), GetParam().answer);
}

INSTANTIATE_TEST_SUITE_P(mcp, requests_judged, testing::ValuesIn(cases), support::case_name);

TEST(mcp_rules, without_tables_the_route_decides) {
  const mcp_settings open;
  EXPECT_EQ(judged(open, tool("other")), "route");
  EXPECT_EQ(judged(open, {"2026-07-28", "x/y", {}, request("x/y")}), "route");
}

TEST(mcp_rules, lets_on_what_no_row_names_where_it_is_told_to) {
  auto lax = strict();
  lax.unlisted = mcp_unlisted::allow;
  EXPECT_EQ(judged(lax, tool("other")), "call");
  EXPECT_EQ(judged(lax, {"2026-07-28", "x/y", {}, request("x/y")}), "route");
  EXPECT_EQ(judged(lax, tool("admin_drop")), "call,admin");
  EXPECT_EQ(judged(lax, read_of("file:///public/../x")), "mcp_ambiguous_uri");
}

TEST(mcp_rules, one_row_decides_whoever_reads_the_uri) {
  mcp_settings of;
  of.unlisted = mcp_unlisted::allow;
  of.resources = {{"file:///d/*", {}},           {"file:///d/@in/*", {"in"}},
                  {"file:///e/%24out", {"out"}}, {"demo://*", {}},
                  {"demo://secret/*", {"s"}},    {"demo://one", {"o"}},
                  {"https://a/?q=%27", {"q"}}};
  const struct {
    const char* name;
    const char* uri;
    const char* verdict;
  } uris[] = {
      {"plain", "file:///d/x", "route"},
      {"narrow", "file:///d/@in/x", "in"},
      {"narrow, encoded", "file:///d/%40in/x", "mcp_ambiguous_uri"},
      {"an encoding that means nothing", "file:///d/a%40b", "route"},
      {"as its row has it", "file:///e/%24out", "out"},
      {"not as its row has it", "file:///e/$out", "mcp_ambiguous_uri"},
      {"in no row", "file:///f/%24", "route"},
      {"narrow, of a scheme of one's own", "demo://secret/x", "s"},
      {"with a user", "demo://@secret/x", "mcp_ambiguous_uri"},
      {"with an empty port", "demo://secret:/x", "mcp_ambiguous_uri"},
      {"with a fragment", "demo://two#x", "route"},
      {"narrow, with a fragment", "demo://one#x", "mcp_ambiguous_uri"},
      {"narrow, encoded, with a fragment", "demo://%6Fne#x", "mcp_ambiguous_uri"},
      {"narrow by its query", "https://a/?q='", "mcp_ambiguous_uri"},
  };
  for (const auto& one : uris) EXPECT_EQ(judged(of, read_of(one.uri)), one.verdict) << one.name;
}

// Each of these was answered by the wide row.
TEST(mcp_rules, refuses_what_a_reader_may_take_for_what_needs_more) {
  mcp_settings of;
  of.resources = {{"file:///docs/*", {}},
                  {"file:///docs/pay.txt", {"hr"}},
                  {"https://wiki/*", {}},
                  {"https://wiki/secret", {"s"}},
                  {"note:*", {}},
                  {"note:/secret", {"s"}},
                  {"urn:*", {}},
                  {"urn:corp:secret", {"s"}},
                  {"https://*", {}},
                  {"https://secret.example/*", {"s"}},
                  {"https://wiki/both", {}},
                  {"https://wiki/both?a", {"s"}}};
  const struct {
    const char* uri;
    const char* verdict;
  } uris[] = {
      {"file:///docs/pay.txt", "hr"},
      {"file:///docs/pay.txt/", "mcp_ambiguous_uri"},
      {"file:///docs/pay.txt;x", "mcp_ambiguous_uri"},
      {"file:///docs/pay.txt%3Fx", "mcp_ambiguous_uri"},
      {"file:///docs/pay.txt%23x", "mcp_ambiguous_uri"},
      {"file:///docs/", "route"},
      {"file:///docs/a;b/", "route"},
      {"https://wiki/secret?x", "mcp_ambiguous_uri"},
      {"https://wiki/secret;x", "mcp_ambiguous_uri"},
      {"https://wiki/secret;x/?y", "mcp_ambiguous_uri"},
      {"https://wiki/open?x", "route"},
      {"https://wiki/both?a", "s"},
      {"https://wiki/both?b", "route"},
      {"note:/secret", "s"},
      {"note:///secret", "mcp_ambiguous_uri"},
      {"note:///open", "route"},
      {"urn:corp:secret", "s"},
      {"urn:CORP:secret", "mcp_ambiguous_uri"},
      {"https://xn--secret-.example/a", "mcp_ambiguous_uri"},
  };
  for (const auto& one : uris) EXPECT_EQ(judged(of, read_of(one.uri)), one.verdict) << one.uri;
}

TEST(mcp_rules, a_row_for_all_takes_what_no_other_names) {
  mcp_settings of;
  of.tools = {{"echo", {}}, {"*", {"any"}}};
  EXPECT_EQ(judged(of, tool("echo")), "route");
  EXPECT_EQ(judged(of, tool("x")), "any");
  EXPECT_EQ(judged(of, {"2026-07-28", "tools/list", {}, request("tools/list")}), "route")
      << "methods are not restricted";
}

TEST(mcp_rules, serves_the_revisions_that_are_listed) {
  mcp_settings late;
  late.revisions = {"2026-07-28"};
  EXPECT_EQ(judged(late, of_body("2025-11-25", request("ping"))), "mcp_revision 2025-11-25");
  EXPECT_EQ(judged(late, of_body({}, request("ping"))), "mcp_field_missing MCP-Protocol-Version");
  EXPECT_EQ(judged(late, of_body({}, request("initialize", R"({"protocolVersion":"2025-06-18"})"))),
            "mcp_revision 2025-06-18");
  mcp_settings early;
  early.revisions = {"2025-06-18"};
  EXPECT_EQ(judged(early, of_body({}, request("initialize"))), "route");
  EXPECT_EQ(judged(early, of_body({}, request("ping"))), "mcp_field_missing MCP-Protocol-Version");
}

TEST(mcp_rules, judges_by_fields_alone_what_the_upstream_compares) {
  auto of = strict();
  of.revisions = {"2026-07-28"};
  of.upstream_checks = true;
  const mcp_rules rules{of};
  const auto fields = [&rules](const call& one) {
    return text_of(rules.judge_fields(fields_of(one)));
  };
  EXPECT_EQ(fields(tool("admin_drop")), "call,admin");
  EXPECT_EQ(fields(tool("other")), "mcp_not_listed");
  EXPECT_EQ(fields({"2026-07-28", "tools/call", {}, ""}), "mcp_field_missing Mcp-Name");
  EXPECT_EQ(fields({"2026-07-28", {}, {}, ""}), "mcp_field_missing Mcp-Method");
  EXPECT_EQ(fields({{}, "tools/list", {}, ""}), "mcp_field_missing MCP-Protocol-Version");
  EXPECT_EQ(fields({"2025-11-25", "tools/list", {}, ""}), "mcp_revision 2025-11-25");
}

TEST(mcp_rules, streams_are_of_older_revisions) {
  const mcp_rules rules{strict()};
  const auto stream = [&rules](std::optional<std::string> revision) {
    return text_of(rules.judge_stream(fields_of({std::move(revision), {}, {}, ""})));
  };
  EXPECT_EQ(stream({}), "route");
  EXPECT_EQ(stream("2025-06-18"), "route");
  EXPECT_EQ(stream("2026-07-28"), "mcp_http_method");
  EXPECT_EQ(stream("2024-11-05"), "mcp_revision 2024-11-05");
}

TEST(mcp_rules, takes_pages_that_are_listed) {
  mcp_settings of;
  const auto takes = [&of](const std::vector<std::string>& origins) {
    http::request_head head;
    for (const auto& one : origins) head.fields.push_back({"Origin", one});
    return mcp_rules{of}.takes_origin(head);
  };
  EXPECT_TRUE(takes({}));
  EXPECT_FALSE(takes({"https://app.example"}));
  of.origins = {"https://app.example", "https://*.pages.example"};
  EXPECT_TRUE(takes({"https://app.example"}));
  EXPECT_TRUE(takes({"https://a.pages.example"}));
  EXPECT_FALSE(takes({"https://app.example:444"}));
  EXPECT_FALSE(takes({"https://app.example", "https://app.example"}));
  EXPECT_FALSE(takes({"null"}));
  EXPECT_FALSE(takes({""}));
  of.origins = {"*"};
  EXPECT_TRUE(takes({"https://other.example"}));
  of.origins = {"no origin"};
  EXPECT_THROW(takes({}), std::invalid_argument);
}

}  // namespace
}  // namespace latchkey::edge
