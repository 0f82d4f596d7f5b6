#include "support/request.hpp"

#include <latchkey/http/problem.hpp>
#include <latchkey/middleware/cors.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::middleware {
namespace {

using http::verb;
using support::field_of;
using fields = std::vector<std::pair<std::string, std::string>>;

const std::string absent = "(absent)";

cors_settings allowing(std::vector<std::string> origins, bool credentials = false) {
  cors_settings made;
  made.origins = std::move(origins);
  made.credentials = credentials;
  return made;
}

std::string normalised(std::string_view text) {
  const auto parsed = parse_origin(text);
  return parsed ? parsed->text() : "(none)";
}

TEST(parse_origin, writes_them_as_browsers_do) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://app.example.com", "https://app.example.com"},
      {"HTTPS://App.Example.COM", "https://app.example.com"},
      {"https://app.example.com:443", "https://app.example.com"},
      {"https://app.example.com:80", "https://app.example.com:80"},
      {"http://localhost:3000", "http://localhost:3000"},
      {"http://localhost:80", "http://localhost"},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
      {"https://[0:0::0:1]:8443", "https://[::1]:8443"},
      {"capacitor://localhost", "capacitor://localhost"},
      {"chrome-extension://abcdefgh", "chrome-extension://abcdefgh"},
      {"https://*.Example.com", "https://*.example.com"},
      {"https://*.example.com:443", "https://*.example.com"},
      {"http://*.example.com:8080", "http://*.example.com:8080"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(normalised(text), expected) << text;
}

TEST(parse_origin, refuses_what_is_none) {
  for (const char* text : {"",
                           "*",
                           "null",
                           "app.example.com",
                           "//app.example.com",
                           "://a",
                           "https://",
                           "https://a/",
                           "https://a/b",
                           "https://a?b",
                           "https://a#b",
                           "https://u@a",
                           "https://a:",
                           "https://a:0",
                           "https://a:08443",
                           "https://a:65536",
                           "https://a:b",
                           "https://a b",
                           "https://a,https://b",
                           "https://*",
                           "https://*.",
                           "https://*.com",
                           "https://*.*.com",
                           "https://a.*.com",
                           "https://*a.com",
                           "https://a*.example.com",
                           "https://*.example.com/",
                           "https://*.[::1]",
                           "https://.a",
                           "https://a.",
                           "https://a..b",
                           "https://[::1",
                           "https://::1",
                           "https://[::ffff:1.2.3.4]",
                           "https://[fe80::1%25eth0]",
                           "https://127.1",
                           "https://1.2.3",
                           "https://a%20b",
                           "1https://a",
                           "https:/a",
                           "https://xn--\xC3\xA9"}) {
    EXPECT_EQ(normalised(text), "(none)") << text;
  }
}

TEST(origin_pattern, takes_whole_labels_alone) {
  const auto below = parse_origin("https://*.example.com").value();
  for (const char* one : {"https://a.example.com", "https://a.b.example.com",
                          "https://xn--a-1.example.com", "https://a_b.example.com"}) {
    EXPECT_TRUE(below.matches(one)) << one;
  }
  for (const char* one : {"https://example.com",
                          "https://.example.com",
                          "https://evilexample.com",
                          "http://a.example.com",
                          "https://a.example.com:8443",
                          "https://a.example.com.evil.com",
                          "https://evil.com/.example.com",
                          "https://evil.com#.example.com",
                          "https://evil.com?.example.com",
                          "https://u@.example.com",
                          "https://u@a.example.com",
                          "https://evil.com\\.example.com",
                          "https://a..example.com",
                          "https://.a.example.com",
                          "https://A.example.com",
                          "https://a.example.com.",
                          "https://a.example.com ",
                          "null",
                          "",
                          "https://a.example.com https://b.example.com",
                          "https://[::1].example.com",
                          "https://a:443.example.com"}) {
    EXPECT_FALSE(below.matches(one)) << one;
  }
  const auto exact = parse_origin("https://a.example.com").value();
  EXPECT_TRUE(exact.matches("https://a.example.com"));
  for (const char* one :
       {"https://a.example.com:443", "https://b.a.example.com", "https://a.example",
        "https://a.example.com/", "http://a.example.com", ""}) {
    EXPECT_FALSE(exact.matches(one)) << one;
  }
}

struct decision {
  const char* name;
  std::vector<std::string> allowed;
  bool credentials;
  std::vector<std::string> origins;  // of the request
  std::string allow_origin;
  std::string allow_credentials;
  std::string vary;
};

TEST(cors_policy, decides_who_reads) {
  const std::string page = "https://a.example.com";
  const decision cases[] = {
      {"listed", {page}, false, {page}, page, absent, "Origin"},
      {"listed, with credentials", {page}, true, {page}, page, "true", "Origin"},
      {"below", {"https://*.example.com"}, true, {page}, page, "true", "Origin"},
      {"another", {page}, true, {"https://b.example.com"}, absent, absent, "Origin"},
      {"another scheme", {page}, true, {"http://a.example.com"}, absent, absent, "Origin"},
      {"another port", {page}, true, {page + ":8443"}, absent, absent, "Origin"},
      {"none", {page}, true, {}, absent, absent, "Origin"},
      {"empty", {page}, true, {""}, absent, absent, "Origin"},
      {"null", {page}, true, {"null"}, absent, absent, "Origin"},
      {"two", {page}, true, {page, page}, absent, absent, "Origin"},
      {"two in one", {page}, true, {page + " " + page}, absent, absent, "Origin"},
      {"all", {"*"}, false, {page}, "*", absent, absent},
      {"all, null", {"*"}, false, {"null"}, "*", absent, absent},
      {"all, none", {"*"}, false, {}, "*", absent, absent},
  };
  for (const auto& one : cases) {
    const cors_policy policy{allowing(one.allowed, one.credentials), {"GET"}};
    fields sent;
    for (const auto& origin : one.origins) sent.emplace_back("Origin", origin);
    support::request asked{verb::get, "/", sent};
    for (const auto code : {200, 401, 403, 429, 500, 502}) {
      http::response answer{static_cast<http::status>(code)};
      policy.apply(asked.head(), policy.allows(asked.head()), answer);
      EXPECT_EQ(field_of(answer, "access-control-allow-origin"), one.allow_origin) << one.name;
      EXPECT_EQ(field_of(answer, "access-control-allow-credentials"), one.allow_credentials)
          << one.name;
      EXPECT_EQ(field_of(answer, "vary"), one.vary) << one.name;
    }
    EXPECT_EQ(policy.allows(asked.head()) && policy.takes_credentials(),
              one.allow_credentials == "true")
        << one.name;
  }
}

TEST(cors_policy, replaces_what_an_upstream_says) {
  auto settings = allowing({"https://a.example"}, true);
  settings.exposed = {"X-One", "X-Two"};
  const cors_policy policy{settings, {"GET"}};
  const auto applied = [&](const std::string& origin) {
    support::request asked{verb::get, "/", {{"Origin", origin}}};
    http::response answer;
    answer.add("access-control-allow-origin", "*");
    answer.add("access-control-allow-origin", origin);
    answer.add("access-control-allow-credentials", "true");
    answer.add("access-control-expose-headers", "X-Secret");
    answer.add("access-control-allow-private-network", "true");
    answer.add("vary", "Accept-Encoding, origin");
    answer.add("x-one", "1");
    policy.apply(asked.head(), policy.allows(asked.head()), answer);
    std::string text;
    for (const auto& one : answer.fields())
      text += std::string{one.name} + ": " + std::string{one.value} + '\n';
    return text;
  };
  EXPECT_EQ(applied("https://a.example"),
            "vary: Accept-Encoding, origin\n"
            "x-one: 1\n"
            "access-control-allow-origin: https://a.example\n"
            "access-control-allow-credentials: true\n"
            "access-control-expose-headers: X-One, X-Two\n");
  EXPECT_EQ(applied("https://b.example"), "vary: Accept-Encoding, origin\nx-one: 1\n");
}

TEST(cors_policy, answers_preflights) {
  auto settings = allowing({"https://a.example"}, true);
  settings.headers = {"Authorization", "X-One"};
  settings.max_age = std::chrono::minutes{5};
  const auto handler = preflight(
      std::make_shared<const cors_policy>(settings, std::vector<std::string>{"GET", "PUT"}));
  const auto ask = [&](const char* origin) {
    support::request asked{verb::options,
                           "/",
                           {{"Origin", origin},
                            {"Access-Control-Request-Method", "PUT"},
                            {"Access-Control-Request-Headers", "authorization"}}};
    return asked.send(handler);
  };
  const auto names = [](const http::response& answer) {
    std::string text;
    for (const auto& one : answer.fields())
      text += std::string{one.name} + ": " + std::string{one.value} + '\n';
    return text;
  };
  const std::string vary =
      "vary: Access-Control-Request-Method\nvary: Access-Control-Request-Headers\n";
  const auto allowed = ask("https://a.example");
  EXPECT_EQ(allowed.code(), http::status::no_content);
  EXPECT_EQ(names(allowed),
            "vary: Origin\n"
            "access-control-allow-origin: https://a.example\n"
            "access-control-allow-credentials: true\n" +
                vary +
                "access-control-allow-methods: GET, HEAD, PUT\n"
                "access-control-allow-headers: Authorization, X-One\n"
                "access-control-max-age: 300\n");
  const auto refused = ask("https://b.example");
  EXPECT_EQ(refused.code(), http::status::no_content);
  EXPECT_EQ(names(refused), "vary: Origin\n" + vary);
}

TEST(cors_policy, names_authorization_beside_all) {
  auto settings = allowing({"*"});
  settings.methods = {"*"};
  settings.headers = {"*"};
  const cors_policy policy{settings, {"GET"}};
  support::request asked{verb::options, "/", {{"Origin", "null"}}};
  const auto answer = policy.preflight(asked.head());
  EXPECT_EQ(field_of(answer, "access-control-allow-origin"), "*");
  EXPECT_EQ(field_of(answer, "access-control-allow-headers"), "*, Authorization");
  EXPECT_EQ(field_of(answer, "access-control-allow-methods"), "*");
}

TEST(cors_policy, is_not_made_of_what_browsers_refuse) {
  const auto refused = [](const cors_settings& settings) {
    EXPECT_THROW((cors_policy{settings, {}}), std::invalid_argument);
  };
  refused(allowing({"*"}, true));
  refused(allowing({"null"}));
  for (const auto list :
       {&cors_settings::methods, &cors_settings::headers, &cors_settings::exposed}) {
    auto settings = allowing({"https://a.example"}, true);
    settings.*list = {"*"};
    refused(settings);
  }
}

TEST(cors, tells_who_stands_behind_whether_cookies_are_welcome) {
  const auto policy = std::make_shared<const cors_policy>(allowing({"https://a.example"}, true),
                                                          std::vector<std::string>{"POST"});
  const auto refuse = [](http::context&) -> async::task<http::response> {
    co_return http::problem(http::status::unauthorized, "Not authenticated");
  };
  const auto pipeline = http::chain({cors{policy}}, refuse);
  for (const auto& [origin, welcome] :
       {std::pair{"https://a.example", true}, std::pair{"https://b.example", false}}) {
    support::request asked{verb::post, "/", {{"Origin", origin}}};
    const auto answer = asked.send(pipeline);
    EXPECT_EQ(answer.code(), http::status::unauthorized);
    EXPECT_EQ(asked.context().credentials_welcome, welcome) << origin;
    EXPECT_EQ(field_of(answer, "access-control-allow-origin"), welcome ? origin : absent);
  }
}

}  // namespace
}  // namespace latchkey::middleware
