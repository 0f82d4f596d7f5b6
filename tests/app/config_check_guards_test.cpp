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

}  // namespace
}  // namespace latchkey::app
