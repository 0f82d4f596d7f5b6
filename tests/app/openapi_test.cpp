#include "support/vectors.hpp"

#include <latchkey/app/openapi.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace latchkey::app {
namespace {

namespace json = boost::json;
using http::verb;

docs_config example_docs() {
  docs_config docs;
  docs.enabled = true;
  docs.title = "ExampleApp";
  docs.client_id = "example-api";
  const std::string provider = "https://example-app.auth.us-west-2.amazoncognito.com/oauth2/";
  docs.authorization_url = provider + "authorize";
  docs.token_url = provider + "token";
  docs.scopes = {{"example:note:create", "Create note"},
                 {"example:note:read", "Read note"},
                 {"example:note:update", "Update note"},
                 {"example:note:delete", "Delete note"}};
  return docs;
}

std::vector<route_config> example_routes() {
  return {{"/my-token",
           {verb::get},
           {},
           "token",
           "Token",
           "View auth token token.",
           "token_my_token_get"},
          {"/my-scopes",
           {verb::get},
           {},
           "scopes",
           "Scopes",
           "View auth token scopes.",
           "scopes_my_scopes_get"},
          {"/notes",
           {verb::get},
           {"example:note:read"},
           "notes.read",
           "Read Note",
           "Mock endpoint to read a note. Requires `example:note:read` scope.",
           "read_note_notes_get"},
          {"/notes",
           {verb::post},
           {"example:note:create"},
           "notes.create",
           "Create Note",
           "Mock endpoint to create a note. Requires `example:note:create` scope.",
           "create_note_notes_post"}};
}

json::value document(const docs_config& docs, const std::vector<route_config>& routes,
                     unsigned status = 403) {
  return json::parse(openapi_json(docs, routes, status));
}

const json::value& at(const json::value& from, std::initializer_list<const char*> names) {
  const json::value* here = &from;
  for (const auto* name : names) here = &here->as_object().at(name);
  return *here;
}

// Every member of `expected` is in `actual` with the same value; `actual` may say more.
void expect_within(const json::value& expected, const json::value& actual,
                   const std::string& where) {
  SCOPED_TRACE(where);
  if (expected.is_object()) {
    ASSERT_TRUE(actual.is_object());
    for (const auto& member : expected.get_object()) {
      const auto* found = actual.get_object().if_contains(member.key());
      ASSERT_NE(found, nullptr) << member.key();
      expect_within(member.value(), *found, where + "/" + std::string{member.key()});
    }
    return;
  }
  EXPECT_EQ(expected, actual);
}

TEST(openapi, has_the_structure_of_the_seed_document) {
  LATCHKEY_NEEDS_VECTORS("seed/openapi.json");
  auto seed = json::parse(support::read_file(support::vector_path("seed/openapi.json")));
  // The seed's framework names itself there; ours are settings.
  seed.as_object().erase("openapi");
  seed.as_object().erase("info");
  const auto ours = document(example_docs(), example_routes());
  expect_within(seed, ours, "");

  std::set<std::string> seed_paths;
  std::set<std::string> our_paths;
  for (const auto& one : at(seed, {"paths"}).as_object()) seed_paths.emplace(one.key());
  for (const auto& one : at(ours, {"paths"}).as_object()) our_paths.emplace(one.key());
  EXPECT_EQ(our_paths, seed_paths);
}

TEST(openapi, states_version_and_title) {
  const auto made = document(example_docs(), {});
  EXPECT_TRUE(at(made, {"openapi"}).as_string().starts_with("3.1."));
  EXPECT_EQ(at(made, {"info", "title"}), "ExampleApp");
  EXPECT_EQ(at(made, {"info", "version"}), "0.1.0");
}

std::vector<std::string> statuses(const json::value& made, const char* path) {
  std::vector<std::string> names;
  for (const auto& one : at(made, {"paths", path, "get", "responses"}).as_object()) {
    names.emplace_back(one.key());
  }
  return names;
}

TEST(openapi, documents_the_refusals_a_route_can_give) {
  using testing::ElementsAre;
  const auto apart = document(example_docs(), example_routes(), 403);
  EXPECT_THAT(statuses(apart, "/my-token"), ElementsAre("200", "400", "401", "503"));
  EXPECT_THAT(statuses(apart, "/notes"), ElementsAre("200", "400", "401", "403", "503"));
  const auto as_one = document(example_docs(), example_routes(), 401);
  EXPECT_THAT(statuses(as_one, "/notes"), ElementsAre("200", "400", "401", "503"));
}

const json::value& answer(const json::value& made, const char* path, const char* method,
                          const char* status) {
  return at(made, {"paths", path, method, "responses", status});
}

const json::value& example(const json::value& of, const char* name) {
  return at(of, {"content", "application/json", "examples", name});
}

TEST(openapi, shows_each_refusal_as_it_is_given) {
  const auto made = document(example_docs(), example_routes(), 403);
  const auto& unauthorized = answer(made, "/notes", "get", "401");
  EXPECT_EQ(at(example(unauthorized, "no_token"), {"value", "detail"}), "Not authenticated");
  EXPECT_EQ(at(example(unauthorized, "expired"), {"value", "detail"}),
            "Could not validate credentials");
  const auto& challenges = at(unauthorized, {"headers", "WWW-Authenticate", "examples"});
  EXPECT_EQ(at(challenges, {"no_token", "value"}), "Bearer");
  EXPECT_EQ(at(challenges, {"expired", "value"}),
            "Bearer error=\"invalid_token\", error_description=\"expired\"");
  const auto& forbidden = example(answer(made, "/notes", "post", "403"), "missing_scope");
  EXPECT_EQ(at(forbidden, {"value", "detail"}), "Not enough permissions");
  EXPECT_EQ(at(forbidden, {"description"}),
            "With `WWW-Authenticate: Bearer error=\"insufficient_scope\", "
            "scope=\"example:note:create\"`");
  const auto& unavailable = answer(made, "/notes", "get", "503");
  EXPECT_EQ(at(example(unavailable, "no_keys"), {"value", "detail"}),
            "Cannot validate credentials now");
  EXPECT_EQ(at(unavailable, {"headers", "Retry-After", "examples", "no_keys", "value"}), 1);

  const auto as_one = document(example_docs(), example_routes(), 401);
  EXPECT_EQ(
      at(example(answer(as_one, "/notes", "get", "401"), "missing_scope"), {"value", "detail"}),
      "Not enough permissions");
}

TEST(openapi, shows_what_the_handlers_answer) {
  const auto made = document(example_docs(), example_routes());
  const auto content = [&made](const char* path, const char* method) {
    return at(answer(made, path, method, "200"), {"content", "application/json"});
  };
  EXPECT_EQ(at(content("/notes", "post"), {"example", "success"}), true);
  EXPECT_EQ(at(content("/notes", "get"), {"schema", "type"}), "object");
  EXPECT_EQ(at(content("/my-scopes", "get"), {"schema", "type"}), "array");
  EXPECT_EQ(at(content("/my-token", "get"), {"example", "client_id"}), "example-api");
}

TEST(openapi, tells_of_the_server_behind) {
  route_config forwarded{"/orders", {verb::get, verb::post}, {}, "", "", "", ""};
  forwarded.upstream = "orders";
  auto open = forwarded;
  open.path = "/open";
  open.is_public = true;
  const auto made = document(example_docs(), {forwarded, open});
  EXPECT_THAT(statuses(made, "/orders"),
              testing::ElementsAre("200", "400", "401", "502", "503", "504"));
  EXPECT_THAT(statuses(made, "/open"), testing::ElementsAre("200", "400", "502", "503", "504"));
  const auto& large = answer(made, "/orders", "post", "413");
  EXPECT_EQ(at(example(large, "too_large"), {"value", "detail"}), "Content Too Large");
  const auto& out =
      at(answer(made, "/open", "get", "503"), {"content", "application/json", "examples"});
  EXPECT_FALSE(out.as_object().contains("no_keys"));
  EXPECT_EQ(at(out, {"no_upstream", "value", "detail"}), "Service Unavailable");
}

TEST(openapi, has_what_the_settings_say_of_the_api) {
  auto docs = example_docs();
  EXPECT_FALSE(document(docs, {}).as_object().contains("tags"));
  EXPECT_FALSE(at(document(docs, {}), {"info"}).as_object().contains("license"));
  docs.description = "Notes, *short* ones.";
  docs.license = "Apache-2.0";
  docs.tags = {{"Notes", "Short texts."}, {"Other", ""}};
  auto routes = example_routes();
  routes[2].tags = {"Notes", "Unheard"};
  const auto made = document(docs, routes);
  EXPECT_EQ(at(made, {"info", "description"}), "Notes, *short* ones.");
  EXPECT_EQ(at(made, {"info", "license", "identifier"}), "Apache-2.0");
  EXPECT_EQ(at(made, {"tags"}),
            json::parse(R"([{"name":"Notes","description":"Short texts."},{"name":"Other"}])"));
  EXPECT_EQ(at(made, {"paths", "/notes", "get", "tags"}), json::parse(R"(["Notes","Unheard"])"));
  EXPECT_FALSE(at(made, {"paths", "/notes", "post"}).as_object().contains("tags"));

  docs.license = "Ours";
  docs.license_url = "https://api.example/licence";
  EXPECT_EQ(at(document(docs, {}), {"info", "license"}),
            json::parse(R"({"name":"Ours","url":"https://api.example/licence"})"));
}

TEST(openapi, documents_notes_that_are_kept) {
  using testing::ElementsAre;
  const std::vector<route_config> routes{
      {"/notes", {verb::get}, {"example:note:read"}, "stored_notes.list", "", "", "list"},
      {"/notes", {verb::post}, {"example:note:create"}, "stored_notes.create", "", "", "create"},
      {"/notes/{id}", {verb::get}, {"example:note:read"}, "stored_notes.read", "", "", "read"},
      {"/notes/{id}",
       {verb::put},
       {"example:note:update"},
       "stored_notes.update",
       "",
       "",
       "update"},
      {"/notes/{id}",
       {verb::delete_},
       {"example:note:delete"},
       "stored_notes.delete",
       "",
       "",
       "x"}};
  const auto made = document(example_docs(), routes);
  const auto answers = [&](const char* path, const char* method) {
    std::set<std::string> names;
    for (const auto& one : at(made, {"paths", path, method, "responses"}).as_object()) {
      names.emplace(one.key());
    }
    return names;
  };
  EXPECT_THAT(answers("/notes", "get"), ElementsAre("200", "400", "401", "403", "422", "503"));
  EXPECT_THAT(answers("/notes", "post"),
              ElementsAre("201", "400", "401", "403", "413", "415", "422", "503"));
  EXPECT_THAT(answers("/notes/{id}", "get"),
              ElementsAre("200", "304", "400", "401", "403", "404", "503"));
  EXPECT_THAT(answers("/notes/{id}", "put"),
              ElementsAre("200", "400", "401", "403", "404", "412", "413", "415", "422", "503"));
  EXPECT_THAT(answers("/notes/{id}", "delete"),
              ElementsAre("204", "400", "401", "403", "404", "412", "503"));

  // What is referred to is there.
  const auto text = json::serialize(made);
  const auto& schemas = at(made, {"components", "schemas"}).as_object();
  const std::string mark = "#/components/schemas/";
  std::size_t seen = 0;
  for (auto place = text.find(mark); place != text.npos; place = text.find(mark, place + 1)) {
    const auto name = text.substr(place + mark.size(), text.find('"', place) - place - mark.size());
    EXPECT_TRUE(schemas.contains(name)) << name;
    ++seen;
  }
  EXPECT_GT(seen, 10U);
  // Where nothing keeps notes nothing is said of them.
  EXPECT_FALSE(at(document(example_docs(), example_routes()), {"components", "schemas"})
                   .as_object()
                   .contains("Note"));
}

TEST(openapi, lists_the_parameters_of_a_path) {
  const auto made =
      document(example_docs(), {{"/a/{one}/b/{two}", {verb::get}, {}, "x", "", "", ""}});
  const auto& list = at(made, {"paths", "/a/{one}/b/{two}", "get", "parameters"}).as_array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(at(list[0], {"name"}), "one");
  EXPECT_EQ(at(list[1], {"name"}), "two");
  EXPECT_EQ(at(list[1], {"required"}), true);
}

TEST(openapi, keeps_operation_ids_unique_and_leaves_out_what_is_not_said) {
  const auto made =
      document(example_docs(), {{"/a", {verb::get, verb::post}, {}, "x", "", "", "do_a"},
                                {"/b", {verb::get}, {}, "x", "", "", ""}});
  EXPECT_EQ(at(made, {"paths", "/a", "get", "operationId"}), "do_a_get");
  EXPECT_EQ(at(made, {"paths", "/a", "post", "operationId"}), "do_a_post");
  const auto& b = at(made, {"paths", "/b", "get"}).as_object();
  EXPECT_FALSE(b.contains("operationId"));
  EXPECT_FALSE(b.contains("summary"));
  EXPECT_FALSE(b.contains("description"));
}

TEST(openapi, falls_back_to_a_bearer_token_without_a_provider) {
  docs_config docs;
  docs.scopes = {{"a", "A"}};
  const auto made = document(docs, example_routes());
  EXPECT_EQ(at(made, {"components", "securitySchemes", "Bearer", "scheme"}), "bearer");
  const auto& security = at(made, {"paths", "/notes", "get", "security"}).as_array();
  ASSERT_EQ(security.size(), 1U);
  EXPECT_EQ(at(security[0], {"Bearer"}), json::parse(R"(["example:note:read"])"));
}

TEST(openapi, has_prefixes_and_routes_of_every_method_where_they_say_what_they_are) {
  route_config prefix{"/api/*", {verb::get}, {"a"}, "", "", "", ""};
  prefix.upstream = "notes";
  route_config every{"/all", {}, {}, "", "", "", ""};
  every.every_method = true;
  const auto silent = document(example_docs(), {prefix, every});
  EXPECT_TRUE(at(silent, {"paths"}).as_object().empty());
  prefix.summary = "The API";
  prefix.operation_id = "api";
  every.summary = "Everything";
  every.operation_id = "all";
  const auto made = document(example_docs(), {prefix, every});
  const auto& api = at(made, {"paths", "/api/{path}", "get"});
  EXPECT_EQ(at(api, {"summary"}), "The API");
  EXPECT_EQ(at(api, {"operationId"}), "api");
  EXPECT_EQ(at(at(api, {"parameters"}).as_array().at(0), {"name"}), "path");
  EXPECT_FALSE(at(api, {"responses", "200"}).as_object().contains("content"));
  EXPECT_EQ(at(made, {"paths", "/all"}).as_object().size(), 5U);
  EXPECT_EQ(at(made, {"paths", "/all", "delete", "operationId"}), "all_delete");
  EXPECT_EQ(at(made, {"paths"}).as_object().size(), 2U);
}

TEST(openapi, has_a_prefix_beside_a_parameter_of_that_name_and_one_of_everything) {
  route_config inner{"/a/{path}/*", {verb::get}, {}, "x", "Inner", "", ""};
  route_config outer{"/*", {verb::get}, {}, "x", "Outer", "", ""};
  const auto made = document(example_docs(), {inner, outer});
  EXPECT_EQ(at(made, {"paths", "/a/{path}/{path_}", "get", "summary"}), "Inner");
  EXPECT_EQ(at(made, {"paths", "/{path}", "get", "summary"}), "Outer");
}

TEST(openapi, a_method_of_its_own_goes_before_every_method_in_any_order) {
  route_config own{"/a", {verb::get}, {}, "x", "Own", "", ""};
  route_config every{"/a", {}, {}, "x", "Every", "", ""};
  every.every_method = true;
  for (const auto& routes : {std::vector{own, every}, std::vector{every, own}}) {
    const auto made = document(example_docs(), routes);
    EXPECT_EQ(at(made, {"paths", "/a", "get", "summary"}), "Own");
    EXPECT_EQ(at(made, {"paths", "/a", "put", "summary"}), "Every");
  }
}

TEST(openapi, leaves_out_what_is_for_the_checks_of_other_proxies_alone) {
  auto routes = example_routes();
  routes.front().handler = "checked";
  const auto text = openapi_json(example_docs(), routes, 403);
  EXPECT_EQ(text.find("/my-token"), text.npos);
  EXPECT_NE(text.find("/my-scopes"), text.npos);
}

TEST(openapi, asks_for_no_token_where_none_is_asked_for) {
  route_config open{"/open", {verb::get}, {}, "x", "", "", ""};
  open.is_public = true;
  const auto made = document(example_docs(), {open});
  EXPECT_EQ(at(made, {"paths", "/open", "get", "security"}), json::array{});
  EXPECT_THAT(statuses(made, "/open"), testing::ElementsAre("200", "400"));
}

TEST(openapi, tells_of_certificates) {
  route_config needs{"/a", {verb::get}, {}, "x", "", "", ""};
  needs.needs_certificate = true;
  auto scoped = needs;
  scoped.path = "/scoped";
  scoped.scopes = {"s"};
  auto open = needs;
  open.path = "/open";
  open.is_public = true;
  const auto made = document(example_docs(), {needs, scoped, open});
  EXPECT_THAT(statuses(made, "/a"), testing::ElementsAre("200", "400", "401", "403", "503"));
  EXPECT_THAT(statuses(made, "/open"), testing::ElementsAre("200", "400", "403"));
  EXPECT_EQ(at(example(answer(made, "/open", "get", "403"), "no_certificate"), {"value", "detail"}),
            "A client certificate is required");
  const auto& told = at(made, {"paths", "/scoped", "get", "responses", "403"});
  EXPECT_THAT(std::string{told.at("description").as_string()}, testing::HasSubstr("certificate"));
}

TEST(openapi, tells_of_limits) {
  route_config limited{"/a", {verb::get}, {}, "x", "", "", ""};
  limited.limits.emplace_back();
  route_config open = limited;
  open.path = "/open";
  open.is_public = true;
  const auto made = document(example_docs(), {limited, open});
  EXPECT_THAT(statuses(made, "/a"), testing::ElementsAre("200", "400", "401", "429", "503"));
  EXPECT_THAT(statuses(made, "/open"), testing::ElementsAre("200", "400", "429"));
  for (const auto* status : {"200", "429"}) {
    const auto& told = at(answer(made, "/a", "get", status), {"headers"}).as_object();
    EXPECT_TRUE(told.contains("RateLimit"));
    EXPECT_TRUE(told.contains("RateLimit-Policy"));
    EXPECT_EQ(told.contains("Retry-After"), std::string{status} == "429");
  }
  EXPECT_EQ(at(example(answer(made, "/a", "get", "429"), "too_often"), {"value", "detail"}),
            "Too Many Requests");
}

TEST(openapi, escapes_what_the_settings_say) {
  docs_config docs;
  docs.title = "a \"quoted\" \\ title\n";
  EXPECT_EQ(at(document(docs, {}), {"info", "title"}), docs.title.c_str());
}

}  // namespace
}  // namespace latchkey::app
