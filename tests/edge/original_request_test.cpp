#include "support/cases.hpp"

#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/original_request.hpp>
#include <latchkey/http/errc.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace latchkey::edge {
namespace {

using field_texts = std::vector<std::pair<std::string, std::string>>;

struct told_case {
  const char* name;
  field_texts fields;
  const char* behind;  // of the check's own target
  const char* reads;   // "GET /a?b of host by https"; or the reason of an error
};

std::string reason_of(const core::error_code& error) {
  if (error.category() == http::category()) {
    return std::string{http::reason(static_cast<http::errc>(error.value()))};
  }
  return std::string{reason(static_cast<errc>(error.value()))};
}

std::string reading_of(const told_case& one, const char* own_method = "GET") {
  http::request_head check;
  check.method_text = own_method;
  check.fields.push_back({"host", "neighbour.example"});
  for (const auto& [name, value] : one.fields) check.fields.push_back({name, value});
  const auto read = read_original(check, one.behind, true);
  if (read.has_error()) return reason_of(read.error());
  auto text = std::string{read->method_text} + ' ' + std::string{read->target.path};
  if (read->target.has_query) text += '?' + std::string{read->target.query};
  return text + " of " + std::string{read->host} + (read->secure ? " by https" : " by http");
}

class original_request_reading : public testing::TestWithParam<told_case> {};

TEST_P(original_request_reading, is_one_or_none) {
  EXPECT_EQ(reading_of(GetParam()), GetParam().reads);
}

const field_texts original{{"X-Original-Method", "POST"}, {"X-Original-URI", "/a?b=c"}};
const field_texts forwarded{{"X-Forwarded-Method", "POST"}, {"X-Forwarded-Uri", "/a?b=c"}};

field_texts with(field_texts some, const field_texts& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

field_texts at_path(const std::string& path) {
  return {{"x-original-method", "GET"}, {"x-original-uri", path}};
}

const told_case told[] = {
    {"as_nginx_does", original, "", "POST /a?b=c of neighbour.example by http"},
    {"with_host_and_scheme",
     with(original, {{"x-forwarded-host", "api.example:8443"}, {"x-forwarded-proto", "https"}}), "",
     "POST /a?b=c of api.example:8443 by https"},
    {"as_a_url",
     {{"x-original-method", "GET"}, {"x-original-url", "https://api.example/a?b"}},
     "",
     "GET /a?b of api.example by https"},
    {"as_a_url_and_a_path",
     {{"x-original-method", "GET"},
      {"x-original-url", "http://api.example/a"},
      {"x-original-uri", "/a"}},
     "",
     "GET /a of api.example by http"},
    {"as_traefik_and_caddy_do",
     with(forwarded, {{"x-forwarded-host", "api.example"}, {"x-forwarded-proto", "https"}}), "",
     "POST /a?b=c of api.example by https"},
    {"a_websocket_of_traefik", with(forwarded, {{"x-forwarded-proto", "wss"}}), "",
     "POST /a?b=c of neighbour.example by https"},
    {"as_envoy_does", {}, "/a?b=c", "GET /a?b=c of neighbour.example by http"},
    {"the_root", {}, "/", "GET / of neighbour.example by http"},
    {"two_ways_alike", with(original, forwarded), "", "POST /a?b=c of neighbour.example by http"},
    {"an_unknown_method",
     {{"x-original-method", "PURGE"}, {"x-original-uri", "/a"}},
     "",
     "PURGE /a of neighbour.example by http"},
    {"an_empty_query", at_path("/a?"), "", "GET /a? of neighbour.example by http"},
    {"parameters", at_path("/a;v=1/b"), "", "GET /a;v=1/b of neighbour.example by http"},

    {"nothing", {}, "", "check_incomplete"},
    {"host_and_scheme_alone",
     {{"x-forwarded-host", "a.example"}, {"x-forwarded-proto", "http"}},
     "",
     "check_incomplete"},
    {"no_method", {{"x-original-uri", "/a"}}, "", "check_incomplete"},
    {"no_path", {{"x-original-method", "GET"}}, "", "check_incomplete"},
    {"no_forwarded_method", {{"x-forwarded-uri", "/a"}}, "", "check_incomplete"},
    {"no_forwarded_path", {{"x-forwarded-method", "GET"}}, "", "check_incomplete"},
    {"half_of_each",
     {{"x-original-method", "GET"}, {"x-forwarded-uri", "/a"}},
     "",
     "check_incomplete"},
    {"half_beside_envoys_whole", {{"x-original-uri", "/a"}}, "/a", "check_incomplete"},

    {"a_field_twice", with(original, {{"X-Original-URI", "/a?b=c"}}), "", "check_repeated"},
    {"a_method_twice", with(original, {{"X-Original-Method", "POST"}}), "", "check_repeated"},
    {"a_host_twice",
     with(original, {{"x-forwarded-host", "a.example"}, {"X-Forwarded-Host", "a.example"}}), "",
     "check_repeated"},
    {"a_scheme_twice",
     with(original, {{"x-forwarded-proto", "http"}, {"x-forwarded-proto", "http"}}), "",
     "check_repeated"},

    {"two_methods", with(original, {{"x-forwarded-method", "GET"}, {"x-forwarded-uri", "/a?b=c"}}),
     "", "check_contradictory"},
    {"two_paths", with(original, {{"x-forwarded-method", "POST"}, {"x-forwarded-uri", "/b"}}), "",
     "check_contradictory"},
    {"a_path_in_other_case",
     with(original, {{"x-forwarded-method", "POST"}, {"x-forwarded-uri", "/A?b=c"}}), "",
     "check_contradictory"},
    {"the_path_and_the_fields", at_path("/a"), "/b", "check_contradictory"},
    {"the_method_and_the_fields",
     {{"x-original-method", "POST"}, {"x-original-uri", "/a"}},
     "/a",
     "check_contradictory"},
    {"a_url_and_another_path",
     {{"x-original-method", "GET"},
      {"x-original-url", "http://a.example/a"},
      {"x-original-uri", "/b"}},
     "",
     "check_contradictory"},
    {"two_hosts",
     {{"x-original-method", "GET"},
      {"x-original-url", "http://a.example/a"},
      {"x-forwarded-host", "b.example"}},
     "",
     "check_contradictory"},
    {"two_schemes",
     {{"x-original-method", "GET"},
      {"x-original-url", "http://a.example/a"},
      {"x-forwarded-proto", "https"}},
     "",
     "check_contradictory"},

    {"an_empty_method",
     {{"x-original-method", ""}, {"x-original-uri", "/a"}},
     "",
     "check_malformed"},
    {"a_method_that_is_none",
     {{"x-original-method", "GET /b"}, {"x-original-uri", "/a"}},
     "",
     "check_malformed"},
    {"an_empty_path", at_path(""), "", "check_malformed"},
    {"a_whole_url_as_path", at_path("http://a.example/a"), "", "check_malformed"},
    {"for_all_of_the_server", at_path("*"), "", "check_malformed"},
    {"a_url_without_a_path",
     {{"x-original-method", "GET"}, {"x-original-url", "https://a.example"}},
     "",
     "check_malformed"},
    {"a_url_of_another_scheme",
     {{"x-original-method", "GET"}, {"x-original-url", "file:///a"}},
     "",
     "check_malformed"},
    {"a_url_with_a_user",
     {{"x-original-method", "GET"}, {"x-original-url", "https://u@a.example/a"}},
     "",
     "check_malformed"},
    {"two_hosts_in_one_field", with(original, {{"x-forwarded-host", "a.example, b.example"}}), "",
     "check_malformed"},
    {"an_empty_host", with(original, {{"x-forwarded-host", ""}}), "", "check_malformed"},
    {"two_schemes_in_one_field", with(original, {{"x-forwarded-proto", "https, http"}}), "",
     "check_malformed"},
    {"a_scheme_in_other_case", with(original, {{"x-forwarded-proto", "HTTPS"}}), "",
     "check_malformed"},

    {"dots", at_path("/public/../admin"), "", "bad_target"},
    {"encoded_dots", at_path("/public/%2e%2E/admin"), "", "bad_target"},
    {"an_encoded_slash", at_path("/public/..%2fadmin"), "", "bad_target"},
    {"an_encoded_backslash", at_path("/public%5cadmin"), "", "bad_target"},
    {"an_empty_segment", at_path("//admin"), "", "bad_target"},
    {"nul", at_path("/public%00/admin"), "", "bad_target"},
    {"a_fragment", at_path("/public#/../admin"), "", "bad_target"},
    {"a_fragment_in_the_query", at_path("/public?a#b"), "", "bad_target"},
    {"a_backslash", at_path("/public\\admin"), "", "bad_target"},
    {"a_space", at_path("/public /admin"), "", "bad_target"},
    {"dots_behind_the_path", {}, "/public/../admin", "bad_target"},
    {"an_encoding_of_an_encoding", at_path("/public/%252e%252e/admin"), "", "ambiguous_path"},
    {"an_overlong_encoding", at_path("/public/%c0%ae%c0%ae/admin"), "", "ambiguous_path"},
    {"dots_with_parameters", at_path("/public/..;/admin"), "", "ambiguous_path"},
    {"a_control_character", at_path("/public/%0a"), "", "ambiguous_path"},
    {"connect",
     {{"x-original-method", "CONNECT"}, {"x-original-uri", "/a"}},
     "",
     "not_implemented"},
    {"a_method_in_other_case",
     {{"x-original-method", "post"}, {"x-original-uri", "/a"}},
     "",
     "not_implemented"},
};

INSTANTIATE_TEST_SUITE_P(told, original_request_reading, testing::ValuesIn(told),
                         support::case_name);

TEST(original_request, is_of_the_checks_own_method_where_the_path_is_behind) {
  EXPECT_EQ(reading_of({"", {}, "/a", ""}, "DELETE"), "DELETE /a of neighbour.example by http");
  EXPECT_EQ(reading_of({"", {}, "/a", ""}, "delete"), "not_implemented");
}

TEST(original_request, is_nobodys_but_a_trusted_proxys) {
  http::request_head check;
  check.method_text = "GET";
  check.fields = {{"x-original-method", "GET"}, {"x-original-uri", "/a"}};
  EXPECT_TRUE(read_original(check, "", true));
  EXPECT_EQ(read_original(check, "", false).error(), errc::check_not_trusted);
  EXPECT_EQ(read_original(check, "/a", false).error(), errc::check_not_trusted);
}

TEST(original_request, other_spellings_of_the_fields_are_other_fields) {
  EXPECT_FALSE(tells_original("x_original_uri"));
  EXPECT_FALSE(tells_original("x-forwarded-for"));
  EXPECT_TRUE(tells_original("X-ORIGINAL-uri"));
  EXPECT_EQ(reading_of({"", with(original, {{"X_Original_URI", "/b"}}), "", ""}),
            "POST /a?b=c of neighbour.example by http");
}

}  // namespace
}  // namespace latchkey::edge
