// Holds what is shipped beside the code to the code: schema, example configuration, documentation.
#include "config_cases.hpp"
#include "support/vectors.hpp"

#include <latchkey/app/config_keys.hpp>
#include <latchkey/app/config_print.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <gmock/gmock.h>

#include <map>
#include <string>

namespace latchkey::app {
namespace {

namespace json = boost::json;

std::filesystem::path project_file(const char* name) {
  return support::project_root() / name;
}

struct schema_key {
  json::object says;
  bool required = false;
};

// Collects the keys of a schema under the paths that config_keys has for them.
void collect(const json::object& node, const std::string& path,
             std::map<std::string, schema_key>& keys) {
  EXPECT_EQ(node.at("additionalProperties"), false) << path << " takes unknown keys";
  const auto* required = node.if_contains("required");
  for (const auto& [name, value] : node.at("properties").as_object()) {
    const auto& inner = value.as_object();
    const auto below = path + std::string{name};
    if (inner.contains("properties")) {
      collect(inner, below + '.', keys);
    } else if (inner.contains("items") && inner.at("items").as_object().contains("properties")) {
      collect(inner.at("items").as_object(), below + ".*.", keys);
    } else {
      bool must = false;
      if (required) {
        for (const auto& one : required->as_array()) must = must || one.as_string() == name;
      }
      keys[below] = {inner, must};
    }
  }
}

std::map<std::string, schema_key> schema_keys() {
  const auto text = support::read_file(project_file("conf/latchkey.schema.json"));
  std::map<std::string, schema_key> keys;
  collect(json::parse(text).as_object(), "", keys);
  return keys;
}

const char* schema_type(key_kind kind) {
  switch (kind) {
    case key_kind::text:
      return "string";
    case key_kind::integer:
      return "integer";
    case key_kind::boolean:
      return "boolean";
    case key_kind::list:
      return "array";
  }
  return "";
}

TEST(config_schema, has_the_keys_of_the_code_and_no_others) {
  std::vector<std::string> in_schema;
  for (const auto& [path, unused] : schema_keys()) in_schema.push_back(path);
  std::vector<std::string> in_code;
  for (const auto& key : config_keys()) in_code.push_back(key.path);
  EXPECT_THAT(in_schema, testing::UnorderedElementsAreArray(in_code));
}

TEST(config_schema, agrees_on_types_defaults_and_bounds) {
  auto in_schema = schema_keys();
  for (const auto& key : config_keys()) {
    SCOPED_TRACE(key.path);
    const auto& [says, required] = in_schema[key.path];
    ASSERT_TRUE(says.contains("type"));
    EXPECT_EQ(says.at("type"), schema_type(key.kind));
    EXPECT_EQ(required, key.required());
    EXPECT_TRUE(says.contains("description"));
    if (!key.required()) {
      // Values of these kinds are written the same way in both languages.
      EXPECT_EQ(says.at("default"), json::parse(key.default_value));
    }
    if (!key.low) continue;
    if (says.contains("enum")) {
      EXPECT_EQ(says.at("enum"), (json::array{*key.low, *key.high}));
    } else {
      EXPECT_EQ(says.at("minimum"), *key.low);
      EXPECT_EQ(says.at("maximum"), *key.high);
    }
  }
}

TEST(config_schema, every_word_it_offers_is_accepted) {
  for (const auto& [path, key] : schema_keys()) {
    const auto& says = key.says;
    const auto* words = says.if_contains("enum");
    if (!words && says.contains("items")) words = says.at("items").as_object().if_contains("enum");
    const auto* known = find_config_key(path);
    if (!words || !known || known->low) continue;
    for (const auto& word : words->as_array()) {
      EXPECT_THAT(known->expected, testing::HasSubstr(json::serialize(word))) << path;
    }
  }
}

TEST(config_documentation, names_every_key_with_its_default) {
  const auto page = support::read_file(project_file("docs/configuration.md"));
  for (const auto& key : config_keys()) {
    const auto place = page.find("| `" + key.path + "` |");
    ASSERT_NE(place, page.npos) << key.path;
    const auto line = page.substr(place, page.find('\n', place) - place);
    EXPECT_THAT(line, testing::HasSubstr(key.required() ? "| required |"
                                                        : "| `" + key.default_value + "` |"));
  }
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
