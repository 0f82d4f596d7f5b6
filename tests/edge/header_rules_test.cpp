#include "edge/made_fields.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace latchkey::edge {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

header_rules plain_rules() {
  return header_rules{header_settings{}};
}

given_fields with_host(given_fields more) {
  more.insert(more.begin(), {"Host", "api.example"});
  return more;
}

TEST(header_rules, makes_all_fields_in_order) {
  header_settings settings;
  settings.claims = {{.name = "x-user", .claim = "sub"}};
  const auto made = make(header_rules{settings}, {.method = http::verb::post,
                                                  .fields = {{"Host", "api.example:8443"},
                                                             {"User-Agent", "curl"},
                                                             {"Authorization", "Bearer a.b.c"},
                                                             {"Accept-Encoding", "gzip, br"},
                                                             {"Content-Length", "999"},
                                                             {"Connection", "keep-alive"},
                                                             {"Cookie", "a=1"}},
                                                  .body = {body_kind::length, 5},
                                                  .claims = R"({"sub":"ann"})",
                                                  .request_id = "id-1"});
  EXPECT_FALSE(made.error);
  EXPECT_THAT(made.fields,
              ElementsAre("host: api.example:8443", "User-Agent: curl", "Accept-Encoding: gzip, br",
                          "Cookie: a=1", "x-user: ann", "x-forwarded-for: 192.0.2.7",
                          "x-forwarded-proto: https", "x-forwarded-host: api.example:8443",
                          "x-forwarded-port: 8443",
                          "forwarded: for=192.0.2.7;host=\"api.example:8443\";proto=https",
                          "via: 1.1 latchkey", "x-request-id: id-1", "content-length: 5"));
}

TEST(header_rules, drops_what_means_one_connection) {
  const auto rules = plain_rules();
  for (const char* name :
       {"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate",
        "TE", "Trailer", "Transfer-Encoding", "Content-Length", "Upgrade", "HTTP2-Settings",
        "transfer_encoding", "Content_Length", "Content.Length", "Proxy_Connection", "Keep~Alive",
        "Proxy"}) {
    const auto made = make(rules, {.fields = with_host({{name, "x"}})});
    EXPECT_FALSE(made.error) << name;
    EXPECT_THAT(made.fields, Not(Contains(StartsWith(std::string{name} + ":")))) << name;
  }
}

TEST(header_rules, drops_what_connection_names_but_nothing_that_matters) {
  header_settings settings;
  settings.token = token_to_upstream::keep;
  settings.claims = {{.name = "x-user", .claim = "sub"}};
  const auto made = make(
      header_rules{settings},
      {.fields = with_host(
           {{"Connection", "close, X-Hop, x-user, host, authorization, cookie, x-forwarded-for"},
            {"Connection", "forwarded,via, x-request-id,content-length,, x-real-ip"},
            {"x-hop", "1"},
            {"X-Kept", "2"},
            {"Authorization", "Bearer a.b.c"},
            {"Cookie", "a=1"},
            {"X-Forwarded-For", "198.51.100.1"},
            {"X-Real-IP", "198.51.100.1"},
            {"Via", "1.1 other"}}),
       .trusted = true,
       .claims = R"({"sub":"ann"})",
       .request_id = "id"});
  EXPECT_FALSE(made.error);
  EXPECT_THAT(made.all("x-hop"), IsEmpty());
  EXPECT_THAT(made.all("X-Kept"), ElementsAre("2"));
  EXPECT_THAT(made.all("x-user"), ElementsAre("ann"));
  EXPECT_THAT(made.all("host"), ElementsAre("api.example"));
  EXPECT_THAT(made.all("Authorization"), ElementsAre("Bearer a.b.c"));
  EXPECT_THAT(made.all("Cookie"), ElementsAre("a=1"));
  EXPECT_THAT(made.all("x-forwarded-for"), ElementsAre("198.51.100.1, 192.0.2.7"));
  EXPECT_THAT(made.all("X-Real-IP"), ElementsAre("198.51.100.1"));
  EXPECT_THAT(made.all("Via"), ElementsAre("1.1 other"));
  EXPECT_THAT(made.all("x-request-id"), ElementsAre("id"));
}

TEST(header_rules, refuses_a_connection_field_that_names_too_much) {
  std::string options = "a";
  for (int i = 0; i < 32; ++i) options += ",a";
  const auto made = make(plain_rules(), {.fields = with_host({{"Connection", options}})});
  EXPECT_EQ(made.error, errc::bad_connection);
  EXPECT_EQ(made.fault_at, "connection");
}

// In every spelling that a server may fold to the same name.
TEST(header_rules, never_passes_an_identity_of_the_client) {
  header_settings settings;
  settings.token = token_to_upstream::claims;
  settings.claims = {{.name = "x-tenant-id", .claim = "org.id"},
                     {.name = "x-user", .claim = "sub"}};
  const header_rules rules{settings};
  const char* names[] = {"x-tenant-id",          "x-user",
                         "x-jwt-claims",         "remote-user",
                         "x-remote-user",        "x-auth-request-email",
                         "x-forwarded-user",     "x-forwarded-groups",
                         "ssl-client-s-dn",      "x-ssl-client-verify",
                         "client-cert",          "x-forwarded-client-cert",
                         "x-amzn-oidc-identity", "x-original-url",
                         "x-rewrite-url",        "x-http-method-override",
                         "x-request-id"};
  for (const std::string name : names) {
    for (const char instead : std::string{"-_.!~#$%&'*+^`|"}) {
      for (const bool upper : {false, true}) {
        for (const bool trusted : {false, true}) {
          auto spelled = name;
          std::replace(spelled.begin(), spelled.end(), '-', instead);
          if (upper) {
            std::transform(spelled.begin(), spelled.end(), spelled.begin(), [](char c) {
              return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
            });
          }
          const auto made =
              make(rules, {.fields = with_host({{spelled, "forged"}, {"Connection", spelled}}),
                           .trusted = trusted,
                           .claims = R"({"sub":"ann","org":{"id":7}})"});
          EXPECT_FALSE(made.error) << spelled;
          EXPECT_THAT(made.fields, Not(Contains(testing::EndsWith(": forged")))) << spelled;
          EXPECT_THAT(made.all("x-tenant-id"), ElementsAre("7")) << spelled;
          EXPECT_THAT(made.all("x-user"), ElementsAre("ann")) << spelled;
          EXPECT_EQ(made.all("x-jwt-claims").size(), 1U) << spelled;
        }
      }
    }
  }
}

// Nobody is anybody on a route that is open.
TEST(header_rules, drop_identities_without_a_token_and_without_the_claim) {
  header_settings settings;
  settings.claims = {{.name = "x-user", .claim = "sub"}};
  const header_rules rules{settings};
  for (const char* claims : {"", "{}", R"({"sub":null})", R"({"sub":""})", R"({"Sub":"a"})"}) {
    const auto made = make(rules, {.fields = with_host({{"X-User", "root"}}), .claims = claims});
    EXPECT_FALSE(made.error) << claims;
    EXPECT_THAT(made.all("x-user"), IsEmpty()) << claims;
    EXPECT_THAT(made.all("X-User"), IsEmpty()) << claims;
  }
}

TEST(header_rules, drop_identities_that_another_route_sets) {
  header_settings settings;
  settings.identities = {"x-tenant"};
  settings.let_through = {"x-real-ip"};
  const auto made = make(
      header_rules{settings},
      {.fields = with_host({{"X-Tenant", "forged"}, {"x_tenant", "forged"}, {"X-Tenants", "2"}})});
  EXPECT_FALSE(made.error);
  EXPECT_THAT(made.fields, Not(Contains(testing::EndsWith(": forged"))));
  EXPECT_THAT(made.all("X-Tenants"), ElementsAre("2"));
}

TEST(header_rules, tell_the_field_of_a_claim_that_cannot_be_sent) {
  header_settings settings;
  settings.claims = {{.name = "x-user", .claim = "sub"}, {.name = "x-name", .claim = "name"}};
  settings.limits.value = 8;
  const header_rules rules{settings};
  auto made = make(rules, {.fields = with_host({}), .claims = R"({"name":"a\r\nx-user: root"})"});
  EXPECT_EQ(made.error, errc::claim_not_sendable);
  EXPECT_EQ(made.fault_at, "x-name");
  made = make(rules, {.fields = with_host({}), .claims = R"({"sub":"123456789"})"});
  EXPECT_EQ(made.error, errc::claims_too_large);
  EXPECT_EQ(made.fault_at, "x-user");
}

struct token_case {
  const char* name;
  token_to_upstream token;
  given_fields fields;
  lines authorization;
  lines cookie;
  lines dpop;
  lines protocols;
  lines own;
};

TEST(header_rules, handle_the_token_as_configured) {
  const given_fields all = {{"Authorization", "Bearer a.b.c"},
                            {"DPoP", "proof"},
                            {"Cookie", "s=1; session=a.b.c;t=2"},
                            {"Cookie", "session=x"},
                            {"X-Token", "a.b.c"},
                            {"Sec-WebSocket-Protocol", "chat, bearer, a.b.c, v2"}};
  const token_case cases[] = {
      {"kept",
       token_to_upstream::keep,
       all,
       {"Bearer a.b.c"},
       {"s=1; session=a.b.c;t=2", "session=x"},
       {"proof"},
       {"chat, bearer, a.b.c, v2"},
       {"a.b.c"}},
      {"removed", token_to_upstream::remove, all, {}, {"s=1; t=2"}, {}, {"chat, v2"}, {}},
      {"replaced", token_to_upstream::claims, all, {}, {"s=1; t=2"}, {}, {"chat, v2"}, {}},
      {"other_spellings",
       token_to_upstream::keep,
       {{"X_Token", "a"}, {"x.token", "b"}, {"Sec_WebSocket_Protocol", "bearer, c"}},
       {},
       {},
       {},
       {},
       {}},
      {"only_the_token",
       token_to_upstream::remove,
       {{"Cookie", "session=a"}, {"Sec-WebSocket-Protocol", "bearer,a"}},
       {},
       {},
       {},
       {},
       {}},
      {"same_cookie_in_other_case",
       token_to_upstream::remove,
       {{"Cookie", "Session=a"}},
       {},
       {"Session=a"},
       {},
       {},
       {}},
  };
  for (const auto& one : cases) {
    header_settings settings;
    settings.token = one.token;
    settings.places = {{.header = "X-Token"},
                       {.header = "Sec-WebSocket-Protocol", .prefix = "bearer"},
                       {.cookie = "session"}};
    const auto made =
        make(header_rules{settings}, {.fields = with_host(one.fields), .claims = R"({"sub":"a"})"});
    EXPECT_FALSE(made.error) << one.name;
    EXPECT_EQ(made.all("Authorization"), one.authorization) << one.name;
    EXPECT_EQ(made.all("Cookie"), one.cookie) << one.name;
    EXPECT_EQ(made.all("DPoP"), one.dpop) << one.name;
    EXPECT_EQ(made.all("Sec-WebSocket-Protocol"), one.protocols) << one.name;
    EXPECT_EQ(made.all("X-Token"), one.own) << one.name;
    EXPECT_THAT(made.fields, Not(Contains(StartsWith("X_Token")))) << one.name;
    EXPECT_THAT(made.fields, Not(Contains(StartsWith("x.token")))) << one.name;
    EXPECT_EQ(made.all("x-jwt-claims"),
              one.token == token_to_upstream::claims ? lines{"eyJzdWIiOiJhIn0"} : lines{})
        << one.name;
  }
}

TEST(header_rules, remove_an_element_that_begins_as_a_token_does) {
  header_settings settings;
  settings.places = {{.header = "sec-websocket-protocol", .prefix = "bearer."}};
  const auto made = make(header_rules{settings},
                         {.fields = with_host({{"Sec-WebSocket-Protocol", "bearer.a.b.c,chat"}})});
  EXPECT_THAT(made.all("Sec-WebSocket-Protocol"), ElementsAre("chat"));
}

TEST(header_rules, send_the_host_as_configured) {
  const struct {
    const char* name;
    host_to_upstream host;
    given_fields fields;
    unsigned version;
    const char* sent;  // empty: refused
    const char* told;  // X-Forwarded-Host
  } cases[] = {
      {"kept", host_to_upstream::keep, {{"Host", "a.example:1"}}, 11, "a.example:1", "a.example:1"},
      {"of the upstream", host_to_upstream::upstream, {{"Host", "a"}}, 11, "10.0.0.5:9000", "a"},
      {"named", host_to_upstream::name, {{"Host", "a"}}, 11, "b.example", "a"},
      {"absent", host_to_upstream::keep, {}, 10, "10.0.0.5:9000", ""},
      {"address",
       host_to_upstream::keep,
       {{"Host", "[2001:db8::1]:8443"}},
       11,
       "[2001:db8::1]:8443",
       "[2001:db8::1]:8443"},
      {"list", host_to_upstream::keep, {{"Host", "a,b"}}, 11, "", ""},
      {"user", host_to_upstream::upstream, {{"Host", "a@b"}}, 11, "", ""},
      {"path", host_to_upstream::upstream, {{"Host", "a/b"}}, 11, "", ""},
      {"semicolon", host_to_upstream::name, {{"Host", "a;b"}}, 11, "", ""},
      {"empty port", host_to_upstream::keep, {{"Host", "a:"}}, 11, "", ""},
      {"number", host_to_upstream::keep, {{"Host", "127.1"}}, 11, "", ""},
  };
  for (const auto& one : cases) {
    header_settings settings;
    settings.host = one.host;
    settings.host_name = "b.example";
    const auto made = make(header_rules{settings}, {.fields = one.fields, .version = one.version});
    if (*one.sent == '\0') {
      EXPECT_EQ(made.error, errc::bad_host) << one.name;
      continue;
    }
    EXPECT_FALSE(made.error) << one.name;
    EXPECT_EQ(made.fields.front(), std::string{"host: "} + one.sent) << one.name;
    EXPECT_EQ(made.all("host").size() + made.all("Host").size(), 1U) << one.name;
    EXPECT_EQ(made.all("x-forwarded-host"), *one.told == '\0' ? lines{} : lines{one.told})
        << one.name;
  }
}

TEST(header_rules, offer_an_upgrade_that_is_allowed) {
  const struct {
    const char* name;
    given_fields fields;
    unsigned version;
    body_kind body;
    const char* offered;
  } cases[] = {
      {"websocket",
       {{"Connection", "keep-alive, Upgrade"}, {"Upgrade", "WebSocket"}},
       11,
       body_kind::none,
       "websocket"},
      {"second of two",
       {{"Connection", "upgrade"}, {"Upgrade", "h2c, websocket"}},
       11,
       body_kind::none,
       "websocket"},
      {"not named by Connection", {{"Upgrade", "websocket"}}, 11, body_kind::none, ""},
      {"another version of HTTP",
       {{"Connection", "upgrade"}, {"Upgrade", "h2c"}},
       11,
       body_kind::none,
       ""},
      {"with a body",
       {{"Connection", "upgrade"}, {"Upgrade", "websocket"}},
       11,
       body_kind::chunked,
       ""},
      {"in HTTP/1.0",
       {{"Connection", "upgrade"}, {"Upgrade", "websocket"}},
       10,
       body_kind::none,
       ""},
  };
  for (const auto& one : cases) {
    const auto made =
        make(plain_rules(),
             {.fields = with_host(one.fields), .version = one.version, .body = {one.body, 0}});
    EXPECT_FALSE(made.error) << one.name;
    EXPECT_EQ(made.upgrade, one.offered) << one.name;
    const bool offered = *one.offered != '\0';
    EXPECT_EQ(made.all("upgrade"), offered ? lines{one.offered} : lines{}) << one.name;
    EXPECT_EQ(made.all("connection"), offered ? lines{"upgrade"} : lines{}) << one.name;
    EXPECT_THAT(made.all("Upgrade"), IsEmpty()) << one.name;
  }
}

TEST(header_rules, frame_the_body_anew) {
  const struct {
    const char* name;
    http::verb method;
    sent_body body;
    lines length;
    lines coding;
    bool expects;
  } cases[] = {
      {"get", http::verb::get, {}, {}, {}, false},
      {"delete", http::verb::delete_, {}, {}, {}, false},
      {"empty post", http::verb::post, {}, {"0"}, {}, false},
      {"empty put", http::verb::put, {}, {"0"}, {}, false},
      {"post", http::verb::post, {body_kind::length, 1234567890123}, {"1234567890123"}, {}, true},
      {"get with a body", http::verb::get, {body_kind::length, 3}, {"3"}, {}, true},
      {"held post", http::verb::post, {body_kind::length, 3, true}, {"3"}, {}, false},
      {"stream", http::verb::post, {body_kind::chunked, 0}, {}, {"chunked"}, true},
  };
  for (const auto& one : cases) {
    const auto made = make(plain_rules(), {.method = one.method,
                                           .fields = with_host({{"Content-Length", "7"},
                                                                {"Transfer-Encoding", "gzip"},
                                                                {"Expect", "100-continue"}}),
                                           .body = one.body});
    EXPECT_EQ(made.all("content-length"), one.length) << one.name;
    EXPECT_EQ(made.all("transfer-encoding"), one.coding) << one.name;
    EXPECT_EQ(made.all("expect"), one.expects ? lines{"100-continue"} : lines{}) << one.name;
    EXPECT_EQ(made.expects_continue, one.expects) << one.name;
    EXPECT_THAT(made.fields, Not(Contains(StartsWith("Content-Length")))) << one.name;
    EXPECT_THAT(made.fields, Not(Contains(StartsWith("Expect")))) << one.name;
  }
}

TEST(header_rules, pass_what_only_proxies_tell_from_trusted_peers_alone) {
  const given_fields told = {{"X-Real-IP", "198.51.100.1"},
                             {"X-Forwarded-Prefix", "/app"},
                             {"True-Client-IP", "198.51.100.1"}};
  for (const bool trusted : {false, true}) {
    const auto made = make(plain_rules(), {.fields = with_host(told), .trusted = trusted});
    for (const auto& [name, value] : told) {
      EXPECT_EQ(made.all(name), trusted ? lines{value} : lines{}) << name;
    }
  }
  header_settings settings;
  settings.let_through = {"x-real-ip", "x-http-method-override", "X-Forwarded-Prefix"};
  const auto made =
      make(header_rules{settings}, {.fields = with_host({{"X-Real-IP", "1"},
                                                         {"X_Real_IP", "2"},
                                                         {"X-HTTP-Method-Override", "PUT"},
                                                         {"X-Forwarded-Prefix", "/a"},
                                                         {"X-Forwarded-Ssl", "on"}})});
  EXPECT_THAT(made.all("X-Real-IP"), ElementsAre("1"));
  EXPECT_THAT(made.all("X_Real_IP"), IsEmpty());
  EXPECT_THAT(made.all("X-HTTP-Method-Override"), ElementsAre("PUT"));
  EXPECT_THAT(made.all("X-Forwarded-Prefix"), ElementsAre("/a"));
  EXPECT_THAT(made.all("X-Forwarded-Ssl"), IsEmpty());
}

TEST(header_rules, name_themselves_in_via_and_end_loops) {
  auto made = make(plain_rules(),
                   {.fields = with_host({{"Via", "1.0 fred, 1.1 p.example (x)"}}), .version = 10});
  EXPECT_THAT(made.all("Via"), ElementsAre("1.0 fred, 1.1 p.example (x)"));
  EXPECT_THAT(made.all("via"), ElementsAre("1.0 latchkey"));

  std::string rounds = "1.1 latchkey";
  for (int i = 1; i < 7; ++i) rounds += ", 2.0 LatchKey (x)";
  EXPECT_FALSE(make(plain_rules(), {.fields = with_host({{"Via", rounds}})}).error);
  made = make(plain_rules(), {.fields = with_host({{"Via", rounds}, {"Via", "1.1 latchkey"}})});
  EXPECT_EQ(made.error, errc::forwarding_loop);

  header_settings silent;
  silent.via.clear();
  made = make(header_rules{silent}, {.fields = with_host({{"Via", "1.1 other"}})});
  EXPECT_THAT(made.all("Via"), ElementsAre("1.1 other"));
  EXPECT_THAT(made.all("via"), IsEmpty());
}

TEST(header_rules, pass_what_a_client_says_of_a_trace_unless_that_is_ours) {
  const given_fields theirs{
      {"Host", "a"}, {"TraceParent", "1"}, {"traceparent", "2"}, {"tracestate", "3"}};
  const auto passed = make(header_rules{{}}, {.fields = theirs, .traceparent = "ours"});
  EXPECT_EQ(passed.all("TraceParent"), lines{"1"});
  EXPECT_EQ(passed.all("traceparent"), lines{"2"});
  EXPECT_EQ(passed.all("tracestate"), lines{"3"});
  header_settings settings;
  settings.traced = true;
  const header_rules rules{settings};
  const auto ours = make(rules, {.fields = theirs, .traceparent = "ours", .tracestate = "s=1"});
  EXPECT_EQ(ours.all("TraceParent"), lines{});
  EXPECT_EQ(ours.all("traceparent"), lines{"ours"});
  EXPECT_EQ(ours.all("tracestate"), lines{"s=1"});
  const auto stateless = make(rules, {.fields = theirs, .traceparent = "ours"});
  EXPECT_EQ(stateless.all("tracestate"), lines{});
  const auto untold = make(rules, {.fields = theirs, .tracestate = "s=1"});
  EXPECT_EQ(untold.all("traceparent"), lines{});
  EXPECT_EQ(untold.all("tracestate"), lines{});
  settings.claims = {{.name = "traceparent", .claim = "sub"}};
  EXPECT_THROW(header_rules{settings}, std::invalid_argument);
}

}  // namespace
}  // namespace latchkey::edge
