// What is refused of the guards of routes, each where it stands.
#include "config_cases.hpp"
#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <string>

namespace latchkey::app {
namespace {

// What stands there comes at the end of the only route, from line 12 on.
constexpr const char* last = "handler = \"notes.read\"\n";

#define LAST "handler = \"notes.read\"\n"
#define CORS LAST "[route.cors]\n"
#define ORIGIN \
  "expected \"*\", or an origin like \"https://app.example.com\" or \"https://*.example.com\"\n"

class config_check_guards : public testing::TestWithParam<refused_file> {};

TEST_P(config_check_guards, refuses_where_it_stands) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

const refused_file cors[] = {
    {"fine", last, CORS "origins = [\"https://a.example\", \"https://*.b.example:8443\"]\n", ""},
    {"fine_for_all", last, CORS "origins = [\"*\"]\nheaders = [\"*\"]\nexposed = [\"*\"]\n", ""},
    {"not_an_origin", last, CORS "origins = [\"https://a.example/\"]\n",
     "13:12: route.0.cors.origins.0: found string \"https://a.example/\", " ORIGIN},
    {"null", last, CORS "origins = [\"null\"]\n",
     "13:12: route.0.cors.origins.0: found string \"null\", " ORIGIN},
    {"all_and_one", last, CORS "origins = [\"*\", \"https://a.example\"]\n",
     "13:11: route.0.cors.origins: found \"*\" beside others; it stands for all of them, and "
     "alone\n"},
    {"one_twice", last, CORS "origins = [\"https://a.example\", \"https://A.example:443\"]\n",
     "13:33: route.0.cors.origins.1: found \"https://A.example:443\" a second time; once is "
     "enough\n"},
    {"a_field_twice", last, CORS "origins = [\"*\"]\nheaders = [\"X-A\", \"x-a\"]\n",
     "14:19: route.0.cors.headers.1: found \"x-a\" a second time; once is enough\n"},
    {"credentials_for_all", last, CORS "origins = [\"*\"]\ncredentials = true\n",
     "13:11: route.0.cors.origins: found \"*\" with credentials = true, by which every page could "
     "act for who visits it; expected the origins that may\n"},
    {"credentials_and_any_field", last,
     CORS "origins = [\"https://a.example\"]\ncredentials = true\nheaders = [\"*\"]\n",
     "15:11: route.0.cors.headers: found \"*\" with credentials = true, which browsers refuse; "
     "expected names\n"},
    {"a_method_in_small_letters", last, CORS "origins = [\"*\"]\nmethods = [\"patch\"]\n",
     "14:12: route.0.cors.methods.0: found string \"patch\", expected a method, like \"PATCH\"\n"},
    {"without_origins", last, CORS "credentials = true\n",
     "12:1: route.0.cors.origins: missing; expected the origins that this is for, as nothing of it "
     "is used without\n"},
};

INSTANTIATE_TEST_SUITE_P(cors, config_check_guards, testing::ValuesIn(cors), support::case_name);

#define LIMIT LAST "[[route.limit]]\n"

const refused_file limits[] = {
    {"fine", last,
     LIMIT "rate = \"5/s\"\n[[route.limit]]\nby = \"subject\"\nrate = \"1000/h\"\nburst = 5\n", ""},
    {"without_a_rate", last, LIMIT "by = \"subject\"\n",
     "12:1: route.0.limit.0.rate: missing; expected so many requests in a time, like \"100/s\", "
     "\"60/m\" or \"1000/h\", at most 10000 a second\n"},
    {"of_an_odd_rate", last, LIMIT "rate = \"100\"\n",
     "13:8: route.0.limit.0.rate: found string \"100\", expected so many requests in a time, like "
     "\"100/s\", \"60/m\" or \"1000/h\", at most 10000 a second\n"},
    {"by_an_unknown_kind", last, LIMIT "by = \"adress\"\nrate = \"1/s\"\n",
     "13:6: route.0.limit.0.by: found string \"adress\", expected \"address\", \"subject\", "
     "\"client_id\" or \"issuer\"; did you mean \"address\"?\n"},
    {"that_takes_days_to_come_back", last, LIMIT "rate = \"1/h\"\nburst = 25\n",
     "14:9: route.0.limit.0.burst: found 25, which takes more than 24 hours to come back at 1/h\n"},
    {"twice", last, LIMIT "rate = \"1/s\"\n[[route.limit]]\nby = \"address\"\nrate = \"1/s\"\n",
     "14:1: route.0.limit.1: found a second time; once is enough\n"},
    {"by_subject_without_a_token", last,
     LAST "public = true\n[[route.limit]]\nby = \"subject\"\nrate = \"1/s\"\n",
     "14:6: route.0.limit.0.by: found \"subject\", which a route with public = true does not know; "
     "expected \"address\"\n"},
};

INSTANTIATE_TEST_SUITE_P(limits, config_check_guards, testing::ValuesIn(limits),
                         support::case_name);

// Of the first lines.
#define HEADERS "[server.headers]\n"
constexpr const char* first = "[server.tls]\n";

const refused_file headers[] = {
    {"fine", first,
     HEADERS "hsts = \"max-age=300; includeSubDomains; preload\"\nframe_options = \"DENY\"\n"
             "fields = { Permissions-Policy = \"camera=()\" }\n[server.tls]\n",
     ""},
    {"hsts_without_an_age", first, HEADERS "hsts = \"includeSubDomains\"\n[server.tls]\n",
     "2:8: server.headers.hsts: found string \"includeSubDomains\", expected a max-age in seconds, "
     "perhaps with includeSubDomains and preload, like \"max-age=31536000; includeSubDomains\"\n"},
    {"hsts_with_more", first, HEADERS "hsts = \"max-age=1; max-age=2\"\n[server.tls]\n",
     "2:8: server.headers.hsts: found string \"max-age=1; max-age=2\", expected a max-age in "
     "seconds, perhaps with includeSubDomains and preload, like \"max-age=31536000; "
     "includeSubDomains\"\n"},
    {"a_field_of_one_answer", first, HEADERS "fields = { Content-Length = \"1\" }\n[server.tls]\n",
     "2:12: server.headers.fields.Content-Length: found \"Content-Length\", which is no field that "
     "may be added to every answer\n"},
    {"a_field_of_cors", first,
     HEADERS "fields = { Access-Control-Allow-Origin = \"*\" }\n[server.tls]\n",
     "2:12: server.headers.fields.Access-Control-Allow-Origin: found "
     "\"Access-Control-Allow-Origin\", which is no field that may be added to every answer\n"},
    {"a_field_that_is_split", first,
     HEADERS "fields = { X-A = \"a\\r\\nSet-Cookie: b\" }\n[server.tls]\n",
     "2:18: server.headers.fields.X-A: found string \"a\\u000D\\u000ASet-Cookie: b\", expected a value: "
     "visible ASCII, spaces within\n"},
};

INSTANTIATE_TEST_SUITE_P(headers, config_check_guards, testing::ValuesIn(headers),
                         support::case_name);

}  // namespace
}  // namespace latchkey::app
