// Holds what is shipped beside the code to the code: schema, example configuration, documentation.
#include "config_cases.hpp"
#include "support/vectors.hpp"

#include <latchkey/app/config_keys.hpp>
#include <latchkey/app/config_print.hpp>
#include <latchkey/app/config_schema.hpp>
#include <latchkey/app/reference.hpp>
#include <latchkey/app/route_handlers.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace latchkey::app {
namespace {

namespace json = boost::json;

std::filesystem::path project_file(const char* name) {
  return support::project_root() / name;
}

// After a change of the keys: scripts/generate.
TEST(config_schema, is_the_one_that_is_generated) {
  EXPECT_EQ(support::read_file(project_file("conf/latchkey.schema.json")), config_schema());
}

json::object schema_at(std::initializer_list<const char*> path) {
  auto at = json::parse(config_schema()).as_object();
  for (const auto* name : path) {
    if (at.contains("items")) at = json::object{at.at("items").as_object()};
    at = json::object{at.at("properties").at(name).as_object()};
  }
  return at;
}

TEST(config_schema, says_of_a_key_what_its_rule_says) {
  EXPECT_EQ(json::serialize(schema_at({"server", "workers"})),
            "{\"description\":\"Threads that serve requests; 0: one for each processor that the "
            "process may use, by its affinity and by the quota of its control group, rounded "
            "up.\",\"type\":\"integer\",\"minimum\":0,\"maximum\":1024,\"default\":0}");
  EXPECT_EQ(schema_at({"server", "insufficient_scope_status"}).at("enum"), (json::array{401, 403}));
  EXPECT_EQ(schema_at({"server", "timeouts", "idle"}).at("pattern"), "^[0-9]+(ms|s|m|h)$");
  EXPECT_EQ(schema_at({"issuer", "clock_skew"}).at("pattern"), "^[0-9]+(s|m|h)$");
  EXPECT_EQ(schema_at({"log", "level"}).at("enum"),
            (json::array{"debug", "info", "warn", "error"}));
  EXPECT_EQ(json::serialize(schema_at({"server", "listen"}).at("default")), "[\"127.0.0.1:8443\"]");
  EXPECT_EQ(json::serialize(schema_at({"route", "scopes"})),
            "{\"description\":\"Scopes the token must have, all of them. Empty: any valid "
            "token.\",\"type\":\"array\",\"uniqueItems\":true,\"default\":[],\"items\":{\"type\":"
            "\"string\",\"minLength\":1}}");
}

TEST(config_schema, asks_for_what_is_required_and_takes_nothing_unknown) {
  const auto whole = json::parse(config_schema()).as_object();
  EXPECT_EQ(whole.at("required"), (json::array{"server", "issuer", "route"}));
  EXPECT_EQ(whole.at("additionalProperties"), false);
  EXPECT_EQ(schema_at({"server", "tls"}).at("required"),
            (json::array{"certificate", "private_key"}));
  EXPECT_EQ(schema_at({"issuer"}).at("minItems"), 1);
  EXPECT_EQ(schema_at({"issuer", "token_from"}).at("maxItems"), 8);
  EXPECT_FALSE(schema_at({"admin"}).contains("required"));
}

TEST(config_schema, has_no_markdown) {
  EXPECT_THAT(config_schema(), testing::Not(testing::HasSubstr("`")));
  EXPECT_THAT(config_schema(), testing::Not(testing::HasSubstr(".md")));
}

// After a change of keys or handlers: scripts/generate.
TEST(reference, is_what_the_documentation_has) {
  std::string pages;
  for (const auto& one : std::filesystem::directory_iterator{project_file("docs")}) {
    if (one.path().extension() == ".md") pages += support::read_file(one.path());
  }
  std::size_t marks = 0;
  for (auto at = pages.find("<!-- generated: "); at != pages.npos;
       at = pages.find("<!-- generated: ", at + 1)) {
    ++marks;
  }
  const auto tables = reference_tables();
  EXPECT_EQ(marks, tables.size());
  for (const auto& one : tables) {
    EXPECT_NE(pages.find(marked(one)), pages.npos) << marked(one);
  }
}

TEST(reference, has_every_key_once) {
  std::string all;
  for (const auto& one : reference_tables()) all += one.text;
  for (const auto& key : config_keys()) {
    const auto row = "| `" + key.path + "` |";
    const auto place = all.find(row);
    ASSERT_NE(place, all.npos) << key.path;
    EXPECT_EQ(all.find(row, place + 1), all.npos) << key.path;
    EXPECT_NE(key.doc, "") << key.path;
    EXPECT_THAT(key.doc, testing::Not(testing::HasSubstr("|"))) << key.path;
  }
}

TEST(route_handlers, are_found_by_their_names) {
  for (const auto& one : route_handlers()) {
    EXPECT_EQ(find_route_handler(one.name), &one);
    EXPECT_NE(one.doc, "");
    EXPECT_NE(one.make, nullptr);
  }
  EXPECT_EQ(find_route_handler("Token"), nullptr);
}

TEST(config_example, is_the_api_of_the_article) {
  const auto file = project_file("conf/latchkey.toml");
  const auto loaded = load_config({file, {}, {}});
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->server.listen, std::vector<std::string>{"127.0.0.1:8443"});
  EXPECT_EQ(loaded->server.insufficient_scope_status, 401U);
  EXPECT_EQ(loaded->server.tls.private_key.lexically_normal(),
            project_file("conf/dev/server.key").lexically_normal());
  EXPECT_EQ(loaded->issuers.at(0).audiences, std::vector<std::string>{"account"});
  ASSERT_EQ(loaded->routes.size(), 4U);
  const auto again = parse_config(to_toml(*loaded), {file, {}, {}});
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, *loaded);
}

TEST(config_example, of_an_edge_has_an_open_and_a_guarded_prefix) {
  const auto file = project_file("conf/edge.toml");
  const auto loaded = load_config({file, {}, {}});
  ASSERT_EQ(messages(loaded), "");
  const auto article = load_config({project_file("conf/latchkey.toml"), {}, {}});
  ASSERT_EQ(messages(article), "");
  EXPECT_EQ(loaded->issuers, article->issuers);
  EXPECT_EQ(loaded->server.tls, article->server.tls);
  EXPECT_EQ(loaded->server.listen, article->server.listen);
  EXPECT_EQ(loaded->admin, article->admin);
  ASSERT_EQ(loaded->upstreams.size(), 1U);
  ASSERT_EQ(loaded->routes.size(), 2U);
  const auto& open = loaded->routes[0];
  const auto& guarded = loaded->routes[1];
  EXPECT_TRUE(open.is_public);
  EXPECT_FALSE(guarded.is_public);
  EXPECT_FALSE(guarded.scopes.empty());
  EXPECT_EQ(guarded.forward.headers.token, edge::token_to_upstream::remove);
  EXPECT_THAT(open.forward.headers.identities, testing::ElementsAre("x-scopes", "x-user"));
  const auto again = parse_config(to_toml(*loaded), {file, {}, {}});
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, *loaded);
}

// What a comment gives as a default is one: set, it changes nothing.
TEST(config_example, of_an_edge_shows_the_defaults_of_timeouts) {
  const auto file = project_file("conf/edge.toml");
  auto text = support::read_file(file);
  for (const std::string_view line :
       {"[upstream.timeouts]", "connect = ", "answer = ", "idle = ", "tunnel = "}) {
    const auto at = text.find("# " + std::string{line});
    ASSERT_NE(at, text.npos) << line;
    text.erase(at, 2);
  }
  const auto loaded = load_config({file, {}, {}});
  const auto spelled = parse_config(text, {file, {}, {}});
  ASSERT_EQ(messages(loaded), "");
  ASSERT_EQ(messages(spelled), "");
  EXPECT_EQ(*spelled, *loaded);
}

// The description of each operation is that of the article's own OpenAPI document.
TEST(config_example, says_of_its_routes_what_the_article_says) {
  LATCHKEY_NEEDS_VECTORS("seed/openapi.json");
  const auto seed = json::parse(support::read_file(support::vector_path("seed/openapi.json")));
  const auto loaded = load_config({project_file("conf/latchkey.toml"), {}, {}});
  ASSERT_EQ(messages(loaded), "");
  std::size_t operations = 0;
  for (const auto& [path, item] : seed.at("paths").as_object()) {
    operations += item.as_object().size();
  }
  EXPECT_EQ(operations, loaded->routes.size());
  for (const auto& route : loaded->routes) {
    const auto* method = route.methods.at(0) == http::verb::get ? "get" : "post";
    const auto& operation = seed.at("paths").at(route.path).at(method);
    EXPECT_EQ(operation.at("summary"), json::string{route.summary});
    EXPECT_EQ(operation.at("description"), json::string{route.description});
    EXPECT_EQ(operation.at("operationId"), json::string{route.operation_id});
    const auto& scopes = operation.at("security").at(0).at("OAuth2AuthorizationCodeBearer");
    EXPECT_EQ(scopes, json::value_from(route.scopes));
  }
  const auto& declared = seed.at("components")
                             .at("securitySchemes")
                             .at("OAuth2AuthorizationCodeBearer")
                             .at("flows")
                             .at("authorizationCode")
                             .at("scopes")
                             .as_object();
  ASSERT_EQ(declared.size(), loaded->docs.scopes.size());
  for (const auto& scope : loaded->docs.scopes) {
    EXPECT_EQ(declared.at(scope.name), json::string{scope.description});
  }
}

}  // namespace
}  // namespace latchkey::app
