#include "config_cases.hpp"
#include "support/cases.hpp"

#include <latchkey/app/route_explanation.hpp>

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

namespace latchkey::app {
namespace {

using testing::HasSubstr;
using testing::Not;

config example() {
  return parse_config(
             std::string{smallest_config} +
                 "[[upstream]]\nname = \"api\"\naddresses = [\"http://10.0.0.5:9000\", "
                 "\"http://10.0.0.6:9000\"]\n"
                 "[[route]]\npath = \"/api/*\"\nmethods = [\"*\"]\nscopes = [\"a\"]\nupstream = "
                 "\"api\"\nstrip_prefix = \"/api\"\nclaims_to_headers = { x-user = \"sub\", x-org "
                 "= { claim = \"org.id\", form = \"base64url\" } }\n"
                 "[[route]]\npath = \"/open/{id}\"\nmethods = [\"GET\", \"POST\"]\npublic = "
                 "true\nupstream = \"api\"\nhost = \"upstream\"\n"
                 "[[route]]\npath = \"/claims\"\nmethods = [\"GET\"]\nupstream = \"api\"\n"
                 "token_to_upstream = \"claims\"\n"
                 "[[route]]\npath = \"/kept\"\nmethods = [\"GET\"]\nupstream = \"api\"\n"
                 "token_to_upstream = \"keep\"\n"
                 "[[route]]\npath = \"/open/new\"\nmethods = [\"GET\"]\nhandler = \"token\"\n"
                 "[docs]\nenabled = true\n",
             test_source())
      .value();
}

std::string text_of(const asked_request& asked) {
  return explanation_text(explain_route(example(), asked));
}

TEST(route_explanation, shows_what_the_upstream_is_sent) {
  EXPECT_EQ(text_of({"GET",
                     "https://edge.example:8443/api/notes?q=1",
                     {{"X-User", "root"}, {"accept", " */* "}, {"x_org", "acme"}},
                     R"({"sub":"ann","org":{"id":"one"}})"}),
            "route     /api/*\n"
            "needs     token with a\n"
            "answer by upstream api\n"
            "          http://10.0.0.5:9000\n"
            "          http://10.0.0.6:9000\n"
            "\n"
            "GET /notes?q=1 HTTP/1.1\n"
            "host: edge.example:8443\n"
            "accept: */*\n"
            "x-org: b25l\n"
            "x-user: ann\n"
            "x-forwarded-for: 192.0.2.1\n"
            "x-forwarded-proto: https\n"
            "x-forwarded-host: edge.example:8443\n"
            "x-forwarded-port: 8443\n"
            "forwarded: for=192.0.2.1;host=\"edge.example:8443\";proto=https\n"
            "via: 1.1 latchkey\n"
            "x-request-id: <the request id>\n"
            "\n"
            "(the client is taken to be 192.0.2.1, and no trusted proxy)\n");
}

TEST(route_explanation, says_which_resource_the_route_is_of) {
  const auto checked = parse_config(std::string{smallest_config} +
                                        "[[resource]]\nidentifier = \"https://a.example/notes\"\n",
                                    test_source())
                           .value();
  const auto explained = [&](const char* path) { return explain_route(checked, {"GET", path}); };
  EXPECT_EQ(explanation_text(explained("/notes")),
            "route     /notes\n"
            "needs     token\n"
            "resource  https://a.example/notes\n"
            "answer by handler notes.read\n");
  EXPECT_THAT(boost::json::serialize(explanation_json(explained("/notes"))),
              HasSubstr(R"("resource":"https://a.example/notes")"));
  EXPECT_EQ(explanation_text(explained("/.well-known/oauth-protected-resource/notes")),
            "route     /.well-known/oauth-protected-resource/notes\n"
            "needs     nothing\n"
            "answer by the metadata of a resource\n");
}

TEST(route_explanation, says_where_claims_would_stand_that_are_not_given) {
  const auto text = text_of({"GET", "/api/notes"});
  EXPECT_THAT(text, HasSubstr("\nhost: localhost\n"));
  EXPECT_THAT(text, HasSubstr("\nx-org: <the claim org.id>\nx-user: <the claim sub>\n"));
  EXPECT_THAT(text, HasSubstr("(no claims were given: texts stand where theirs would)\n"));
  EXPECT_THAT(text_of({"GET", "/claims"}),
              HasSubstr("\nx-jwt-claims: <the claims, JSON in base64url>\n"));
  EXPECT_THAT(text_of({"GET", "/claims", {}, R"({"a":1})"}),
              HasSubstr("\nx-jwt-claims: eyJhIjoxfQ\n"));
}

TEST(route_explanation, shows_whether_the_token_goes_on) {
  EXPECT_THAT(text_of({"GET", "/kept"}), HasSubstr("\nauthorization: Bearer <the token>\n"));
  EXPECT_THAT(text_of({"GET", "/claims"}), Not(HasSubstr("authorization")));
  EXPECT_THAT(text_of({"GET", "/open/1"}), Not(HasSubstr("authorization")));
}

TEST(route_explanation, keeps_what_other_routes_set_from_clients_of_a_public_one) {
  const auto text =
      text_of({"POST", "/open/7", {{"X-User", "root"}, {"x-jwt-claims", "x"}, {"x-mine", "y"}}});
  EXPECT_THAT(text, HasSubstr("route     /open/{id}\n          {id} = 7\nneeds     nothing\n"));
  EXPECT_THAT(text, HasSubstr("\nPOST /open/7 HTTP/1.1\nhost: 10.0.0.5:9000\nx-mine: y\n"));
  EXPECT_THAT(text, HasSubstr("\ncontent-length: 0\n"));
  EXPECT_THAT(text, HasSubstr("(host is that of the first address)\n"));
  EXPECT_THAT(text, Not(HasSubstr("root")));
  EXPECT_THAT(text, Not(HasSubstr("x-jwt-claims")));
}

TEST(route_explanation, shows_how_a_body_is_framed) {
  EXPECT_THAT(text_of({"POST", "/open/7", {{"Content-Length", "12"}}}),
              HasSubstr("\ncontent-length: 12\n"));
  EXPECT_THAT(text_of({"POST", "/open/7", {{"Transfer-Encoding", "chunked"}}}),
              HasSubstr("\ntransfer-encoding: chunked\n"));
}

TEST(route_explanation, tells_handlers_and_the_page_from_upstreams) {
  EXPECT_EQ(text_of({"HEAD", "/notes"}),
            "route     /notes\nneeds     token\nanswer by handler notes.read\n");
  EXPECT_EQ(text_of({"GET", "/openapi.json"}),
            "route     /openapi.json\nneeds     nothing\nanswer by the documentation page\n");
}

TEST(route_explanation, finds_the_page_beside_a_prefix_of_everything) {
  const auto loaded =
      parse_config(with("\"/notes\"", "\"/*\"") + "[docs]\nenabled = true\n", test_source())
          .value();
  const auto answers = [&loaded](const char* path) {
    return explain_route(loaded, {"GET", path}).answers;
  };
  EXPECT_EQ(answers("/"), "the documentation page");
  EXPECT_EQ(answers("/docs/docs.js"), "the documentation page");
  EXPECT_EQ(answers("/docs/other"), "handler notes.read");
  EXPECT_EQ(answers("/openapi.jso"), "handler notes.read");
}

struct not_taken_case {
  const char* name;
  const char* method;
  const char* url;
  const char* expected;
};

class route_explanation_of : public testing::TestWithParam<not_taken_case> {};

TEST_P(route_explanation_of, what_is_not_taken_says_why) {
  const auto& one = GetParam();
  const auto made = explain_route(example(), {one.method, one.url});
  EXPECT_FALSE(made.taken);
  EXPECT_EQ(made.request_line, "");
  EXPECT_EQ(explanation_text(made), one.expected);
}

const not_taken_case not_taken[] = {
    {"no_path", "GET", "https://a/other", "answer    404\nbecause   no route has the path\n"},
    {"no_method", "DELETE", "/notes",
     "answer    405\nbecause   \"/notes\" has the path, no route the method there\nallow     GET, "
     "HEAD, OPTIONS\n"},
    {"options", "OPTIONS", "/notes",
     "answer    204\nbecause   OPTIONS is answered for \"/notes\"\nallow     GET, HEAD, "
     "OPTIONS\n"},
    {"trace", "TRACE", "/api/x",
     "answer    405\nbecause   \"/api/*\" has the path, no route the method there\nallow     "
     "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\n"},
    {"connect", "CONNECT", "/api/x",
     "answer    501\nbecause   the method is CONNECT, or a known one in other letters\n"},
    {"other_letters", "get", "/api/x",
     "answer    501\nbecause   the method is CONNECT, or a known one in other letters\n"},
    {"dots", "GET", "https://a/api/../notes",
     "answer    400\nbecause   the target is not acceptable: a '.' or '..' segment, at byte 5\n"},
    {"a_fragment", "GET", "https://a/api#x",
     "answer    400\nbecause   the target is not acceptable: a fragment, "
     "at byte 4\n"},
    {"another_route_to_who_decodes", "GET", "/%61pi/x",
     "answer    404\nbecause   no route has the path\n"},
    {"ambiguous", "GET", "/open/%6eew",
     "answer    400\nbecause   the path is of another route to a reader that decodes it\n"},
    {"encoded_twice", "GET", "/api/%252e",
     "route     /api/*\nneeds     token with a\nanswer by upstream api\n          "
     "http://10.0.0.5:9000\n          http://10.0.0.6:9000\nanswer    400\nbecause   the path is "
     "not forwarded: it has an encoding of an encoding, at byte 5\n"},
};
INSTANTIATE_TEST_SUITE_P(each, route_explanation_of, testing::ValuesIn(not_taken),
                         support::case_name);

TEST(route_explanation, of_claims_that_cannot_be_sent_says_which) {
  const auto made = explain_route(example(), {"GET", "/api/x", {}, R"({"sub":"\u00e4"})"});
  EXPECT_FALSE(made.taken);
  EXPECT_EQ(made.status, 403U);
  EXPECT_THAT(made.why, HasSubstr("claim_not_sendable, at x-user: "));
}

TEST(route_explanation, of_a_bad_host_is_refused) {
  const auto made = explain_route(example(), {"GET", "/api/x", {{"Host", "a b"}}});
  EXPECT_EQ(made.status, 400U);
  EXPECT_THAT(made.why, HasSubstr("at host: "));
}

TEST(route_explanation, refuses_a_question_that_is_none) {
  const auto ask = [](const asked_request& asked) { return explain_route(example(), asked); };
  EXPECT_THROW(ask({"G T", "/api"}), std::invalid_argument);
  EXPECT_THROW(ask({"GET", "notes"}), std::invalid_argument);
  EXPECT_THROW(ask({"GET", "ftp://a/notes"}), std::invalid_argument);
  EXPECT_THROW(ask({"GET", "https://u@a/notes"}), std::invalid_argument);
  EXPECT_THROW(ask({"GET", "/api", {{"a b", "c"}}}), std::invalid_argument);
  EXPECT_THROW(ask({"GET", "/api", {{"a", "c\nd"}}}), std::invalid_argument);
  EXPECT_THROW(ask({"GET", "/api", {}, "[]"}), std::invalid_argument);
  EXPECT_THROW(ask({"GET", "/api", {}, "{\"a\":1,\"a\":2}"}), std::invalid_argument);
  EXPECT_THROW(ask({"POST", "/api", {{"content-length", "1x"}}}), std::invalid_argument);
}

TEST(route_explanation, is_json_too) {
  EXPECT_EQ(boost::json::serialize(explanation_json(explain_route(example(), {"PUT", "/notes"}))),
            R"({"taken":false,"status":405,"why":"\"/notes\" has the path, no route the method )"
            R"(there","allow":"GET, HEAD, OPTIONS"})");
  const auto made = explanation_json(explain_route(example(), {"GET", "/open/7"}));
  EXPECT_EQ(made.at("taken"), true);
  EXPECT_EQ(made.at("request_line"), "GET /open/7 HTTP/1.1");
  EXPECT_EQ(boost::json::serialize(made.at("parameters")), R"([{"name":"id","value":"7"}])");
  EXPECT_EQ(boost::json::serialize(made.at("fields").at(0)),
            R"({"name":"host","value":"10.0.0.5:9000"})");
}

}  // namespace
}  // namespace latchkey::app
