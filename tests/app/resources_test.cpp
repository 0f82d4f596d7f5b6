// Which routes belong to which resource, what is published of it, and what a configuration of them
// is refused for.
#include "config_cases.hpp"
#include "support/cases.hpp"
#include "support/run.hpp"

#include <latchkey/app/config_print.hpp>
#include <latchkey/app/handlers/resource_metadata.hpp>
#include <latchkey/app/resources.hpp>
#include <latchkey/app/route_table.hpp>
#include <latchkey/http/router.hpp>

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <optional>
#include <string>

namespace latchkey::app {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

resource_config identified(std::string identifier) {
  resource_config made;
  made.identifier = std::move(identifier);
  return made;
}

route_config route_of(std::string path, std::vector<std::string> scopes = {}) {
  route_config made;
  made.path = std::move(path);
  made.scopes = std::move(scopes);
  return made;
}

TEST(resources, have_their_metadata_between_host_and_path) {
  struct {
    const char* identifier;
    const char* path;
    const char* url;
  } const cases[] = {
      {"https://a.example", "/.well-known/oauth-protected-resource",
       "https://a.example/.well-known/oauth-protected-resource"},
      {"https://a.example/", "/.well-known/oauth-protected-resource",
       "https://a.example/.well-known/oauth-protected-resource"},
      {"https://a.example/mcp", "/.well-known/oauth-protected-resource/mcp",
       "https://a.example/.well-known/oauth-protected-resource/mcp"},
      {"https://a.example:8443/v1/mcp", "/.well-known/oauth-protected-resource/v1/mcp",
       "https://a.example:8443/.well-known/oauth-protected-resource/v1/mcp"},
      {"http://[::1]:8080/m", "/.well-known/oauth-protected-resource/m",
       "http://[::1]:8080/.well-known/oauth-protected-resource/m"},
  };
  for (const auto& [identifier, path, url] : cases) {
    EXPECT_EQ(metadata_path(identified(identifier)), path) << identifier;
    EXPECT_EQ(metadata_url(identified(identifier)), url) << identifier;
  }
}

TEST(resources, have_the_routes_whose_paths_begin_with_theirs) {
  config checked;
  checked.resources = {identified("https://a.example/mcp"), identified("https://a.example/mcp/v2"),
                       identified("https://a.example/files")};
  struct {
    const char* path;
    std::optional<std::size_t> resource;
  } const cases[] = {
      {"/mcp", 0},
      {"/mcp/*", 0},
      {"/mcp/{id}", 0},
      {"/mcp/v2", 1},
      {"/mcp/v2/x", 1},
      {"/mcp/v2/*", 1},
      {"/mcp/v21", 0},
      {"/mcps", std::nullopt},
      {"/", std::nullopt},
      {"/*", std::nullopt},
      {"/{id}", std::nullopt},
      {"/files/a", 2},
      {"/MCP", std::nullopt},
  };
  for (const auto& [path, resource] : cases) {
    EXPECT_EQ(resource_of(checked, route_of(path)), resource) << path;
    auto open = route_of(path);
    open.is_public = true;
    EXPECT_EQ(resource_of(checked, open), std::nullopt) << path;
  }
  checked.resources.push_back(identified("https://a.example"));
  EXPECT_EQ(resource_of(checked, route_of("/")), 3U);
  EXPECT_EQ(resource_of(checked, route_of("/*")), 3U);
  EXPECT_EQ(resource_of(checked, route_of("/mcp/x")), 0U);
}

TEST(resources, are_published_with_what_clients_need) {
  config checked;
  checked.issuers.resize(3);
  checked.issuers[0].issuer = "https://idp.example/";
  checked.issuers[1].issuer = "kubernetes/serviceaccount";
  checked.issuers[2].issuer = "https://login.example/{tenantid}/v2.0";
  checked.issuers[2].tenants = {"11111111-1111-1111-1111-111111111111"};
  checked.resources = {identified("https://a.example/mcp")};
  checked.routes = {route_of("/mcp", {"tools:read", "offline_access"}),
                    route_of("/mcp/*", {"tools:call", "tools:read"}), route_of("/other", {"x"})};
  EXPECT_EQ(
      metadata_json(checked, 0),
      R"({"resource":"https://a.example/mcp","authorization_servers":["https://idp.example/",)"
      R"("https://login.example/11111111-1111-1111-1111-111111111111/v2.0"],)"
      R"("scopes_supported":["tools:read","tools:call"],"bearer_methods_supported":["header"]})");
  auto& written = checked.resources[0];
  written.name = "Tools \"A\"";
  written.documentation = "https://a.example/docs";
  written.authorization_servers = {"https://as.example"};
  written.scopes_supported = {"tools:call"};
  EXPECT_EQ(metadata_json(checked, 0),
            R"({"resource":"https://a.example/mcp","authorization_servers":["https://as.example"],)"
            R"("scopes_supported":["tools:call"],"bearer_methods_supported":["header"],)"
            R"("resource_name":"Tools \"A\"","resource_documentation":"https://a.example/docs"})");
  checked.routes = {route_of("/mcp")};
  written = identified("https://a.example/mcp");
  EXPECT_THAT(metadata_json(checked, 0), testing::Not(HasSubstr("scopes_supported")));
}

TEST(resources, publish_the_scopes_of_mcp_messages_too) {
  config checked;
  checked.resources = {identified("https://a.example/mcp")};
  checked.routes = {route_of("/mcp", {"mcp"})};
  auto& mcp = checked.routes[0].mcp;
  mcp.methods = {{"tools/call", {"call"}}, {"tools/list", {}}};
  mcp.tools = {{"echo", {}}, {"admin_*", {"admin", "mcp"}}};
  mcp.prompts = {{"*", {"prompts"}}};
  mcp.resources = {{"file:///*", {"files", "offline_access"}}};
  EXPECT_THAT(scopes_of(checked, 0), ElementsAre("mcp"));
  mcp.enabled = true;
  EXPECT_THAT(scopes_of(checked, 0), ElementsAre("mcp", "call", "admin", "prompts", "files"));
}

TEST(resources, are_known_to_the_guards_of_their_routes) {
  config checked;
  checked.resources = {identified("https://a.example/x"), identified("https://a.example/mcp")};
  checked.resources[1].audiences = {"mcp"};
  EXPECT_THAT(resource_names(checked), ElementsAre(ElementsAre("https://a.example/x"),
                                                   ElementsAre("https://a.example/mcp", "mcp")));
  EXPECT_EQ(protection_of(checked, route_of("/other")), nullptr);
  const auto made = protection_of(checked, route_of("/mcp/tools", {"a", "b"}));
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->index, 1U);
  EXPECT_EQ(made->metadata, "https://a.example/.well-known/oauth-protected-resource/mcp");
  EXPECT_THAT(made->scopes, ElementsAre("a", "b"));
}

http::response ask(const config& checked, http::verb method, std::vector<http::field> fields) {
  async::asio::io_context context;
  http::request_head head;
  head.method = method;
  head.fields = std::move(fields);
  http::context ctx{
      head, {"/.well-known/oauth-protected-resource/mcp", ""}, context.get_executor()};
  const http::router router{resource_routes(checked)};
  return support::run(context, router(ctx));
}

TEST(resources, are_read_by_everybody_and_by_scripts_of_every_page) {
  config checked;
  checked.resources = {identified("https://a.example/mcp")};
  const auto got = ask(checked, http::verb::get, {{"origin", "https://page.example"}});
  EXPECT_EQ(got.code(), http::status::ok);
  EXPECT_EQ(std::get<std::string>(got.body), metadata_json(checked, 0));
  EXPECT_EQ(got.find("content-type"), "application/json");
  EXPECT_EQ(got.find("cache-control"), "public, max-age=300");
  EXPECT_EQ(got.find("access-control-allow-origin"), "*");
  const auto asked = ask(checked, http::verb::options,
                         {{"origin", "https://page.example"},
                          {"access-control-request-method", "GET"},
                          {"access-control-request-headers", "mcp-protocol-version"}});
  EXPECT_EQ(asked.code(), http::status::no_content);
  EXPECT_EQ(asked.find("access-control-allow-headers"), "*, Authorization");
  EXPECT_EQ(ask(checked, http::verb::post, {}).code(), http::status::method_not_allowed);
}

#define RESOURCE "[[resource]]\nidentifier = "
constexpr const char* whole = RESOURCE
    "\"https://api.example/notes\"\n"
    "name = \"Notes\"\n"
    "documentation = \"https://api.example/docs\"\n"
    "audiences = [\"account\"]\n"
    "authorization_servers = [\"https://idp.example/\"]\n"
    "scopes_supported = [\"read\"]\n";

TEST(config_resources, are_read_and_printed) {
  const auto loaded = parse_config(std::string{smallest_config} + whole, test_source());
  ASSERT_EQ(messages(loaded), "");
  const auto& one = loaded->resources.at(0);
  EXPECT_EQ(one.identifier, "https://api.example/notes");
  EXPECT_EQ(one.name, "Notes");
  EXPECT_THAT(one.audiences, ElementsAre("account"));
  const auto again = parse_config(to_toml(*loaded), test_source());
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, *loaded);
  EXPECT_THAT(route_text(*loaded),
              HasSubstr("/.well-known/oauth-protected-resource/notes  GET      "
                        "nothing  the metadata of a resource\n"));
  EXPECT_THAT(boost::json::serialize(route_json(*loaded)),
              HasSubstr(R"("resource":"https://api.example/notes")"));
  EXPECT_TRUE(foresee_routes(*loaded, "c.toml").empty());
}

TEST(config_resources, say_what_is_odd) {
  const auto text = std::string{smallest_config} +
                    "[[route]]\npath = \"/*\"\nmethods = [\"GET\"]\nhandler = \"token\"\n" RESOURCE
                    "\"https://api.example/notes\"\n";
  const auto loaded = parse_config(text, test_source());
  ASSERT_EQ(messages(loaded), "");
  std::string all;
  for (const auto& one : foresee_routes(*loaded, "c.toml")) all += to_string(one) + '\n';
  EXPECT_EQ(all,
            "c.toml: issuer.0.audiences: has none of the names of resource.0, so that a token of "
            "this issuer for that resource alone is refused (audience_mismatch); add "
            "\"https://api.example/notes\"\n"
            "c.toml: route.1.path: \"/*\" takes paths below \"/notes\" that no route of "
            "resource.0 has; tokens there need not be for the resource\n");
}

// What stands there comes at the end of the only route, from line 12 on.
constexpr const char* last = "handler = \"notes.read\"\n";
#define LAST "handler = \"notes.read\"\n"
#define IDENTIFIED LAST RESOURCE

class config_check_resources : public testing::TestWithParam<refused_file> {};

TEST_P(config_check_resources, refuses_where_it_stands) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

#define EXPECTED                                                                          \
  ", expected an https URL (http for this machine) in lower case, of scheme, host and a " \
  "path of plain segments, like \"https://api.example.com/mcp\"\n"
#define REFUSED(name, url)                 \
  {name, last, IDENTIFIED "\"" url "\"\n", \
   "13:14: resource.0.identifier: found string \"" url "\"" EXPECTED}

const refused_file files[] = {
    {"fine", last, IDENTIFIED "\"https://a.example/notes\"\n", ""},
    {"all_of_a_host", last, IDENTIFIED "\"https://a.example\"\n", ""},
    {"all_of_a_host_with_a_slash", last, IDENTIFIED "\"https://a.example/\"\n", ""},
    {"this_machine", last, IDENTIFIED "\"http://localhost:8080/notes\"\n", ""},
    REFUSED("by_http", "http://a.example/notes"),
    REFUSED("a_query", "https://a.example/notes?a"),
    REFUSED("an_empty_query", "https://a.example/notes?"),
    REFUSED("a_fragment", "https://a.example/notes#a"),
    REFUSED("a_user", "https://me@a.example/notes"),
    REFUSED("a_slash_at_the_end", "https://a.example/notes/"),
    REFUSED("two_slashes", "https://a.example//notes"),
    REFUSED("dots", "https://a.example/x/../notes"),
    REFUSED("percent", "https://a.example/n%6ftes"),
    REFUSED("parameters", "https://a.example/notes;a"),
    REFUSED("upper_case", "https://A.example/notes"),
    REFUSED("upper_case_scheme", "HTTPS://a.example/notes"),
    REFUSED("a_port_that_goes_without_saying", "https://a.example:443/notes"),
    REFUSED("a_port_with_a_zero", "https://a.example:0443/notes"),
    REFUSED("a_dot_behind_the_host", "https://a.example./notes"),
    REFUSED("no_url", "notes"),
    {"not_said", last, LAST "[[resource]]\nname = \"a\"\n",
     "12:1: resource.0.identifier: missing; expected an https URL (http for this machine) in lower "
     "case, of scheme, host and a path of plain segments, like \"https://api.example.com/mcp\"\n"},
    {"no_route_of_it", last, IDENTIFIED "\"https://a.example/note\"\n",
     "13:14: resource.0.identifier: found \"https://a.example/note\", but no route that asks for a "
     "token is within its path (\"/note\"), so that nothing is protected\n"},
    {"a_public_route_alone", last, LAST "public = true\n" RESOURCE "\"https://a.example/notes\"\n",
     "14:14: resource.0.identifier: found \"https://a.example/notes\", but no route that asks for "
     "a "
     "token is within its path (\"/notes\"), so that nothing is protected\n"},
    {"twice", last,
     IDENTIFIED "\"https://a.example/notes\"\n" RESOURCE "\"https://a.example/notes\"\n",
     "15:14: resource.1.identifier: found \"https://a.example/notes\", which is a name of "
     "resource.0 already\n"},
    {"two_of_one_path", last,
     IDENTIFIED "\"https://a.example/notes\"\n" RESOURCE "\"https://b.example/notes\"\n",
     "15:14: resource.1.identifier: found \"https://b.example/notes\", whose path is that of "
     "resource.0 already; expected another path, since routes are told apart by nothing else\n"},
    {"a_name_of_its_own_again", last,
     IDENTIFIED "\"https://a.example/notes\"\naudiences = [\"https://a.example/notes\"]\n",
     "14:14: resource.0.audiences.0: found \"https://a.example/notes\", which its tokens may name "
     "already\n"},
    {"a_scope_of_clients", last,
     IDENTIFIED "\"https://a.example/notes\"\nscopes_supported = [\"offline_access\"]\n",
     "14:21: resource.0.scopes_supported.0: found \"offline_access\", which a client asks its "
     "authorization server for, and no resource needs; leave it out\n"},
    {"a_route_in_its_place", last,
     IDENTIFIED "\"https://a.example/notes\"\n"
                "[[route]]\npath = \"/.well-known/oauth-protected-resource/notes\"\n"
                "methods = [\"GET\"]\nhandler = \"token\"\n",
     "15:8: route.1.path: found \"/.well-known/oauth-protected-resource/notes\", where the "
     "metadata "
     "of resource.0 is; leave the route out\n"},
};

INSTANTIATE_TEST_SUITE_P(files, config_check_resources, testing::ValuesIn(files),
                         support::case_name);

// Each has a bit in what is kept of a token.
TEST(config_resources, are_as_many_as_a_token_can_be_told_to_be_for) {
  std::string text{smallest_config};
  for (int i = 0; i < 65; ++i) {
    text += RESOURCE "\"https://a.example/r" + std::to_string(i) + "\"\n";
    text += "[[route]]\npath = \"/r" + std::to_string(i) + "\"\n" + "methods = [\"GET\"]\n" LAST;
    if (i == 63) {
      EXPECT_EQ(messages(parse_config(text, test_source())), "");
    }
  }
  EXPECT_THAT(messages(parse_config(text, test_source())),
              EndsWith("resource.64: found 65 tables [[resource]], expected at most 64\n"));
}

TEST(config_resources, need_somewhere_to_ask_for_tokens) {
  const auto text = with("issuer = \"https://idp.example/\"", "issuer = \"idp\"") + RESOURCE
                    "\"https://a.example/notes\"\n";
  EXPECT_THAT(
      messages(parse_config(text, test_source())),
      HasSubstr("resource.0.authorization_servers: missing; no issuer is an https URL, where "
                "clients could ask for a token\n"));
  EXPECT_EQ(messages(parse_config(text + "authorization_servers = [\"https://as.example\"]\n",
                                  test_source())),
            "");
}

}  // namespace
}  // namespace latchkey::app
