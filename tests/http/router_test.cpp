#include "support/request.hpp"

#include <latchkey/http/router.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::http {
namespace {

using support::field_of;
using support::text_of;

handler says(std::string text) {
  struct fixed {
    std::string text;
    async::task<response> operator()(context&) const {
      co_return response::text(status::ok, "text/plain", text);
    }
  };
  return fixed{std::move(text)};
}

router notes_router() {
  return router{{
      {"/notes", {verb::get}, says("read")},
      {"/notes", {verb::post}, says("create")},
      {"/notes/{id}", {verb::get}, says("one")},
      {"/notes/recent", {verb::get}, says("recent")},
      {"/users/{user}/notes/{id}", {verb::put, verb::delete_}, says("deep")},
  }};
}

struct routed {
  verb method;
  const char* target;
  unsigned status;
  const char* body;   // of a 200
  const char* allow;  // of a 405 and of OPTIONS
};

TEST(router, tells_by_what_index_a_request_is_counted) {
  const router table{{
      {.pattern = "/a", .methods = {verb::get}, .handler = says("a"), .index = 7},
      {.pattern = "/a", .methods = {verb::put}, .handler = says("a"), .index = 7},
      {.pattern = "/b/*", .methods = {verb::get}, .handler = says("b"), .index = 8},
  }};
  const auto index = [&table](verb method, std::string_view path) {
    route_pattern::parameter_list unused;
    request_head head;
    head.method = method;
    return table.decide(head, path, unused).index;
  };
  EXPECT_EQ(index(verb::get, "/a"), 7U);
  EXPECT_EQ(index(verb::put, "/a"), 7U);
  EXPECT_EQ(index(verb::post, "/a"), 7U) << "405";
  EXPECT_EQ(index(verb::get, "/b/c"), 8U);
  EXPECT_EQ(index(verb::get, "/c"), 0U) << "404";
}

TEST(router, decides_by_path_then_method) {
  const auto table = notes_router();
  const routed cases[] = {
      {verb::get, "/notes", 200, "read", ""},
      {verb::get, "/notes?x=1", 200, "read", ""},
      {verb::head, "/notes", 200, "read", ""},
      {verb::post, "/notes", 200, "create", ""},
      {verb::delete_, "/notes", 405, "", "GET, HEAD, POST, OPTIONS"},
      {verb::unknown, "/notes", 405, "", "GET, HEAD, POST, OPTIONS"},
      {verb::options, "/notes", 204, "", "GET, HEAD, POST, OPTIONS"},
      {verb::get, "/notes/7", 200, "one", ""},
      {verb::get, "/notes/recent", 200, "recent", ""},
      {verb::get, "/notes/", 404, "", ""},
      {verb::get, "/notes/7/", 404, "", ""},
      {verb::get, "/Notes", 404, "", ""},
      {verb::get, "/not%65s", 404, "", ""},
      {verb::get, "/", 404, "", ""},
      {verb::put, "/users/ann/notes/7", 200, "deep", ""},
      {verb::get, "/users/ann/notes/7", 405, "", "PUT, DELETE, OPTIONS"},
      {verb::options, "/nowhere", 404, "", ""},
      {verb::options, "*", 204, "", ""},
  };
  for (const auto& one : cases) {
    support::request asked{one.method, one.target};
    const auto answer = asked.send(table);
    const auto name = std::string{boost::beast::http::to_string(one.method)} + " " + one.target;
    EXPECT_EQ(static_cast<unsigned>(answer.code()), one.status) << name;
    if (one.status == 200) {
      EXPECT_EQ(text_of(answer), one.body) << name;
    }
    if (*one.allow != '\0') {
      EXPECT_EQ(field_of(answer, "allow"), one.allow) << name;
    }
    if (one.status == 404) {
      EXPECT_EQ(text_of(answer), R"({"detail":"Not Found"})") << name;
    }
    if (one.status == 405) {
      EXPECT_EQ(text_of(answer), R"({"detail":"Method Not Allowed"})") << name;
    }
  }
}

TEST(router, tells_the_route_and_its_parameters) {
  support::request asked{verb::put, "/users/ann%20b/notes/7"};
  const auto table = notes_router();
  asked.send(table);
  EXPECT_EQ(asked.context().route, "/users/{user}/notes/{id}");
  using pair = std::pair<std::string_view, std::string_view>;
  EXPECT_THAT(asked.context().parameters,
              testing::ElementsAre(pair{"user", "ann%20b"}, pair{"id", "7"}));
}

// As of an edge: one prefix open, one guarded, one of a tenant, and what is answered here.
router edge_router() {
  return router{{
      {"/*", {}, says("open"), true},
      {"/api/*", {}, says("guarded"), true},
      {"/api/*", {verb::get}, says("read")},
      {"/api/admin/*", {verb::get}, says("admin")},
      {"/api/admin/log", {verb::get}, says("log")},
      {"/{tenant}/files/*", {verb::get}, says("files")},
      {"/caf%C3%A9/*", {verb::get}, says("cafe")},
      {"/one/{name}", {verb::get}, says("one")},
      {"/one/first", {verb::get}, says("first")},
  }};
}

TEST(router, takes_the_most_specific_prefix) {
  const auto table = edge_router();
  const routed cases[] = {
      {verb::get, "/", 200, "open", ""},
      {verb::get, "/apis", 200, "open", ""},
      {verb::get, "/API/x", 200, "open", ""},
      {verb::get, "/api", 200, "read", ""},
      {verb::get, "/api/", 200, "read", ""},
      {verb::head, "/api/x/y", 200, "read", ""},
      {verb::put, "/api/x/y", 200, "guarded", ""},
      {verb::unknown, "/api/x", 200, "guarded", ""},
      {verb::options, "/api/x", 200, "guarded", ""},
      {verb::trace, "/api/x", 405, "", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"},
      {verb::get, "/api/admin", 200, "admin", ""},
      {verb::get, "/api/admin/log", 200, "log", ""},
      {verb::get, "/api/admin/log/", 200, "admin", ""},
      // Not of the wider route, which has the method.
      {verb::post, "/api/admin/x", 405, "", "GET, HEAD, OPTIONS"},
      {verb::options, "/api/admin/x", 204, "", "GET, HEAD, OPTIONS"},
      {verb::get, "/api/files/x", 200, "read", ""},
      {verb::get, "/acme/files/x", 200, "files", ""},
      {verb::get, "/acme/files", 200, "files", ""},
      {verb::get, "/caf%C3%A9/x", 200, "cafe", ""},
      {verb::get, "/a;b/x;y=1,2", 200, "open", ""},
      {verb::get, "/api/x;y/%7Ez", 200, "read", ""},
      {verb::get, "/one/%7E", 200, "one", ""},
  };
  for (const auto& one : cases) {
    support::request asked{one.method, one.target};
    const auto answer = asked.send(table);
    const auto name = std::string{boost::beast::http::to_string(one.method)} + " " + one.target;
    EXPECT_EQ(static_cast<unsigned>(answer.code()), one.status) << name;
    if (one.status == 200) {
      EXPECT_EQ(text_of(answer), one.body) << name;
    }
    if (*one.allow != '\0') {
      EXPECT_EQ(field_of(answer, "allow"), one.allow) << name;
    }
  }
}

TEST(router, refuses_a_path_that_is_of_another_route_to_another_reader) {
  const auto table = edge_router();
  for (const char* path :
       {"/%61pi/x", "/api;v=1/x", "/api;/x", "/ap%69;a/x", "/api%3Bx/y", "/api/%61dmin/x",
        "/api/admin;x/log", "/api/admin/lo%67", "/api/admin/log;x", "/caf%c3%a9;x/y",
        "/one/f%69rst", "/one/first;x", "/acme/fil%65s/x"}) {
    support::request asked{verb::get, path};
    const auto answer = asked.send(table);
    EXPECT_EQ(answer.code(), status::bad_request) << path;
    EXPECT_EQ(asked.context().route, "") << path;
  }
}

TEST(router, decides_without_answering) {
  using outcome = routing::outcome;
  const auto table = edge_router();
  const struct {
    verb method;
    const char* path;
    outcome expected;
    const char* pattern;
  } cases[] = {
      {verb::get, "/api/x", outcome::found, "/api/*"},
      {verb::get, "/acme/files/x", outcome::found, "/{tenant}/files/*"},
      {verb::post, "/api/admin", outcome::no_method, "/api/admin/*"},
      {verb::options, "/api/admin", outcome::options, "/api/admin/*"},
      {verb::get, "/%61pi", outcome::ambiguous, ""},
  };
  for (const auto& one : cases) {
    request_head head;
    head.method = one.method;
    route_pattern::parameter_list parameters;
    const auto decided = table.decide(head, one.path, parameters);
    EXPECT_EQ(decided.result, one.expected) << one.path;
    EXPECT_EQ(decided.pattern, one.pattern) << one.path;
    EXPECT_EQ(decided.answer != nullptr, one.expected == outcome::found) << one.path;
  }
  route_pattern::parameter_list parameters;
  EXPECT_EQ(notes_router().decide({}, "/nowhere", parameters).result, outcome::no_path);
}

// Some decode first and look for query and fragment afterwards.
TEST(router, refuses_what_is_another_route_before_a_decoded_mark) {
  using outcome = routing::outcome;
  const auto fine = [](context&) -> async::task<response> { co_return response{status::ok}; };
  const router table{{{"/admin", {verb::get}, fine},
                      {"/notes/{id}", {verb::get}, fine},
                      {"/a%20b/*", {verb::get}, fine},
                      {"/*", {verb::get}, fine}}};
  const struct {
    const char* path;
    outcome expected;
    const char* pattern;
  } cases[] = {
      {"/admin", outcome::found, "/admin"},     {"/admin%3Fx", outcome::ambiguous, ""},
      {"/admin%3fx", outcome::ambiguous, ""},   {"/admin%23x", outcome::ambiguous, ""},
      {"/admin;a%3Fx", outcome::ambiguous, ""}, {"/admin%3Bx%3Fy", outcome::ambiguous, ""},
      {"/other%3Fx", outcome::found, "/*"},     {"/notes/7%3Fx", outcome::found, "/notes/{id}"},
      {"/notes/%3Fx", outcome::ambiguous, ""},  {"/a%20b/c", outcome::found, "/a%20b/*"},
  };
  for (const auto& one : cases) {
    request_head head;
    head.method = verb::get;
    route_pattern::parameter_list parameters;
    const auto decided = table.decide(head, one.path, parameters);
    EXPECT_EQ(decided.result, one.expected) << one.path;
    EXPECT_EQ(decided.pattern, one.pattern) << one.path;
  }
}

TEST(router, never_passes_a_method_that_reflects_or_tunnels) {
  const auto table = edge_router();
  // In other letters they are no targets at all (target.of_a_method_in_other_letters_is_none).
  support::request asked{verb::unknown, "/api/x"};
  asked.head().method_text = "TRACE";
  route_pattern::parameter_list parameters;
  EXPECT_EQ(table.decide(asked.head(), "/api/x", parameters).result, routing::outcome::no_method);
}

TEST(router, refuses_bad_tables_at_start) {
  const auto make = [](std::vector<route> routes) { router{std::move(routes)}; };
  EXPECT_THROW(make({{"notes", {verb::get}, says("")}}), std::invalid_argument);
  EXPECT_THROW(make({{"/a/../b", {verb::get}, says("")}}), std::invalid_argument);
  EXPECT_THROW(make({{"/a?b", {verb::get}, says("")}}), std::invalid_argument);
  EXPECT_THROW(make({{"/a", {}, says("")}}), std::invalid_argument);
  EXPECT_THROW(make({{"/{x}y", {verb::get}, says("")}}), std::invalid_argument);
  EXPECT_THROW(make({{"/{}", {verb::get}, says("")}}), std::invalid_argument);
  EXPECT_THROW(make({{"/{x}/{x}", {verb::get}, says("")}}), std::invalid_argument);
  EXPECT_THROW(make({{"/a", {verb::get}, says("")}, {"/a", {verb::post, verb::get}, says("")}}),
               std::invalid_argument);
  EXPECT_THROW(make({{"/a/*", {}, says(""), true}, {"/a/*", {}, says(""), true}}),
               std::invalid_argument);
}

TEST(router, gives_a_preflight_to_the_route_of_the_method_that_is_asked_about) {
  const router table{{
      {"/a", {verb::get}, says("get"), false, says("preflight of get")},
      {"/a", {verb::put}, says("put")},
      {"/b", {verb::get}, says("get"), false, says("preflight of get")},
      {"/b", {}, says("any"), true, says("preflight of any")},
      {"/c", {verb::get}, says("get")},
      {"/c", {}, says("any"), true, says("preflight of any")},
  }};
  struct {
    const char* target;
    std::vector<std::pair<std::string, std::string>> fields;
    unsigned status;
    const char* body;
  } const cases[] = {
      {"/a", {{"Origin", "o"}, {"Access-Control-Request-Method", "GET"}}, 200, "preflight of get"},
      {"/a", {{"Origin", "o"}, {"Access-Control-Request-Method", "HEAD"}}, 200, "preflight of get"},
      {"/a", {{"Origin", "o"}, {"Access-Control-Request-Method", "PUT"}}, 204, ""},
      {"/a", {{"Origin", "o"}, {"Access-Control-Request-Method", "get"}}, 204, ""},
      {"/a", {{"Origin", "o"}, {"Access-Control-Request-Method", "POST"}}, 204, ""},
      {"/a", {{"Origin", "o"}}, 204, ""},
      {"/a", {{"Access-Control-Request-Method", "GET"}}, 204, ""},
      {"/a",
       {{"Origin", "o"},
        {"Access-Control-Request-Method", "GET"},
        {"Access-Control-Request-Method", "GET"}},
       204,
       ""},
      {"/b", {{"Origin", "o"}, {"Access-Control-Request-Method", "GET"}}, 200, "preflight of get"},
      {"/b",
       {{"Origin", "o"}, {"Access-Control-Request-Method", "PURGE"}},
       200,
       "preflight of any"},
      {"/b", {{"Origin", "o"}}, 200, "any"},
      {"/c", {{"Origin", "o"}, {"Access-Control-Request-Method", "GET"}}, 200, "any"},
      {"/c", {{"Origin", "o"}, {"Access-Control-Request-Method", "PUT"}}, 200, "preflight of any"},
      {"/none", {{"Origin", "o"}, {"Access-Control-Request-Method", "GET"}}, 404, ""},
  };
  for (const auto& one : cases) {
    support::request asked{verb::options, one.target, one.fields};
    const auto answer = asked.send(table);
    const auto shown = one.target + (" " + one.fields.back().second);
    EXPECT_EQ(static_cast<unsigned>(answer.code()), one.status) << shown;
    if (one.status == 200) {
      EXPECT_EQ(text_of(answer), one.body) << shown;
    }
  }
}

}  // namespace
}  // namespace latchkey::http
