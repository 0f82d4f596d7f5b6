// What a configuration of upstreams and of routes to them is read as, and what follows from it.
#include "config_cases.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"

#include <latchkey/app/config_keys.hpp>
#include <latchkey/app/config_print.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <string_view>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

config loaded_with(std::string_view more) {
  auto loaded = parse_config(std::string{smallest_config} + std::string{more}, test_source());
  EXPECT_EQ(messages(loaded), "");
  return loaded ? *loaded : config{};
}

constexpr std::string_view every_key = R"(
[[upstream]]
name = "notes"
addresses = ["http://10.0.0.5:9000", "https://b.example"]
server_name = "notes.internal"
ca_file = "ca.pem"
client_certificate = "client.pem"
client_key = "/etc/client.key"
balance = "hash:org.id"
send_proxy = "v2"
health_path = "/healthz?deep"
health_interval = "6s"
health_timeout = "3s"
health_fall = 4
health_rise = 1
max_failures = 0
ejection = "20s"
max_ejection = "200s"
attempts = 2
retry_percent = 25
max_outstanding = 11
max_waiting = 12
max_idle_connections = 13
resolve = "40s"
[upstream.timeouts]
connect = "1s"
answer = "50s"
idle = "55s"
tunnel = "2h"
[upstream.limits]
status_line = 100
header_bytes = 2048
header_count = 7
[[route]]
path = "/api/*"
methods = ["*"]
scopes = ["a"]
upstream = "notes"
strip_prefix = "/api"
replace_prefix = "/v2"
claims_to_headers = { "x-user" = "sub", x-roles = { claim = "roles", form = "json" }, x-tags = { claim = "tags", separator = " " } }
token_to_upstream = "claims"
host = "notes.example:8080"
upgrades = ["websocket", "x-other"]
end_with_token = false
answer_timeout = "70s"
idle_timeout = "80s"
body_bytes = 1125899906842624
)";

TEST(config_edge, an_upstream_is_read_key_by_key) {
  const auto loaded = loaded_with(every_key);
  ASSERT_EQ(loaded.upstreams.size(), 1U);
  edge::upstream_settings expected;
  expected.name = "notes";
  expected.addresses = {"http://10.0.0.5:9000", "https://b.example"};
  expected.server_name = "notes.internal";
  expected.ca_file = "/etc/latchkey/ca.pem";
  expected.client_certificate = "/etc/latchkey/client.pem";
  expected.client_key = "/etc/client.key";
  expected.balance_by = "org.id";
  expected.send_proxy = net::proxy_version::v2;
  expected.health_path = "/healthz?deep";
  expected.health_timeout = 3s;
  expected.health.active = true;
  expected.health.interval = 6s;
  expected.health.fall = 4;
  expected.health.rise = 1;
  expected.health.failures = 0;
  expected.health.ejection = 20s;
  expected.health.longest_ejection = 200s;
  expected.retry.attempts = 2;
  expected.retry.budget = 0.25;
  expected.circuit = {11, 12};
  expected.max_idle = 13;
  expected.resolve = 40s;
  expected.timeouts = {1s, 50s, 55s, 2h};
  expected.head = {100, 2048, 7};
  EXPECT_EQ(loaded.upstreams[0], expected);
}

TEST(config_edge, a_route_to_it_is_read_key_by_key) {
  const auto loaded = loaded_with(every_key);
  ASSERT_EQ(loaded.routes.size(), 2U);
  const auto& route = loaded.routes[1];
  EXPECT_EQ(route.upstream, "notes");
  EXPECT_EQ(route.handler, "");
  EXPECT_TRUE(route.every_method);
  EXPECT_THAT(route.methods, IsEmpty());
  EXPECT_EQ(route.body_bytes, std::size_t{1} << 50U);
  edge::forward_settings expected;
  expected.rewrite = {"/api", "/v2"};
  expected.headers.claims = {{"x-roles", "roles", edge::claim_form::json, ","},
                             {"x-tags", "tags", edge::claim_form::plain, " "},
                             {"x-user", "sub", edge::claim_form::plain, ","}};
  expected.headers.token = edge::token_to_upstream::claims;
  expected.headers.host = edge::host_to_upstream::name;
  expected.headers.host_name = "notes.example:8080";
  expected.headers.upgrades = {"websocket", "x-other"};
  expected.end_with_token = false;
  expected.answer_timeout = 70s;
  expected.idle_timeout = 80s;
  EXPECT_EQ(route.forward, expected);
}

TEST(config_edge, what_is_not_set_is_as_the_settings_have_it) {
  const auto loaded = loaded_with(
      "[[upstream]]\nname = \"a\"\naddresses = [\"http://a.internal\"]\n"
      "[[route]]\npath = \"/*\"\nmethods = [\"GET\"]\npublic = true\nupstream = \"a\"\n");
  edge::upstream_settings expected;
  expected.name = "a";
  expected.addresses = {"http://a.internal"};
  EXPECT_EQ(loaded.upstreams.at(0), expected);
  EXPECT_EQ(loaded.routes.at(1).forward, edge::forward_settings{});
  EXPECT_TRUE(loaded.routes.at(1).is_public);
  EXPECT_FALSE(loaded.routes.at(1).every_method);
  EXPECT_FALSE(loaded.routes.at(0).is_public);
}

TEST(config_edge, what_is_printed_loads_to_the_same) {
  for (const auto more :
       {every_key, std::string_view{"[[upstream]]\nname = \"a\"\naddresses = [\"http://a\"]\n"
                                    "[[route]]\npath = \"/x/*\"\nmethods = [\"PUT\"]\npublic = "
                                    "true\nupstream = \"a\"\nreplace_prefix = \"/y\"\nhost = "
                                    "\"upstream\"\n"}}) {
    auto before = loaded_with(more);
    before.server.trusted_proxies = {"10.0.0.0/8", "::1"};
    const auto text = to_toml(before);
    const auto again = parse_config(text, test_source());
    ASSERT_EQ(messages(again), "") << text;
    EXPECT_EQ(*again, before);
  }
  EXPECT_THAT(to_toml(loaded_with(every_key)),
              HasSubstr("\nclaims_to_headers = { x-roles = { claim = \"roles\", form = \"json\", "
                        "separator = \",\" }, x-tags = { claim = \"tags\", form = \"plain\", "
                        "separator = \" \" }, x-user = \"sub\" }\n"));
  EXPECT_THAT(to_toml(loaded_with(every_key)), HasSubstr("\nmethods = [\"*\"]\n"));
}

TEST(config_edge, claims_may_stand_in_a_table_of_their_own_and_in_an_override) {
  const std::string_view table =
      "[[upstream]]\nname = \"a\"\naddresses = [\"http://a\"]\n"
      "[[route]]\npath = \"/x/*\"\nmethods = [\"*\"]\nupstream = \"a\"\n"
      "[route.claims_to_headers]\nx-user = \"sub\"\n[route.claims_to_headers.x-org]\nclaim = "
      "\"org\"\n";
  const auto loaded = loaded_with(table);
  EXPECT_THAT(loaded.routes.at(1).forward.headers.claims,
              ElementsAre(edge::claim_header{"x-org", "org"}, edge::claim_header{"x-user", "sub"}));
  auto source = test_source();
  source.flags = {"route.1.claims_to_headers={ x-mail = \"email\" }"};
  const auto again = parse_config(std::string{smallest_config} + std::string{table}, source);
  ASSERT_EQ(messages(again), "");
  EXPECT_THAT(again->routes.at(1).forward.headers.claims,
              ElementsAre(edge::claim_header{"x-mail", "email"}));
  source.flags = {"route.1.claims_to_headers=x-mail"};
  EXPECT_THAT(messages(parse_config(smallest_config, source)),
              HasSubstr("which is not a TOML value; expected a table of header fields"));
}

TEST(config_edge, a_prefix_is_replaced_in_the_place_of_the_base) {
  const auto rewrite_of = [](std::string_view path, std::string_view keys) {
    return loaded_with(
               "[[upstream]]\nname = \"a\"\naddresses = [\"http://a\"]\n[[route]]\npath = "
               "\"" +
               std::string{path} + "\"\nmethods = [\"PUT\"]\nupstream = \"a\"\n" +
               std::string{keys})
        .routes.at(1)
        .forward.rewrite;
  };
  using edge::path_rewrite;
  EXPECT_EQ(rewrite_of("/api/*", "replace_prefix = \"/v2\"\n"), (path_rewrite{"/api", "/v2"}));
  EXPECT_EQ(rewrite_of("/api", "replace_prefix = \"/v2\"\n"), (path_rewrite{"/api", "/v2"}));
  EXPECT_EQ(rewrite_of("/*", "replace_prefix = \"/v2\"\n"), (path_rewrite{"", "/v2"}));
  EXPECT_EQ(rewrite_of("/api/v1/*", "strip_prefix = \"/api\"\nreplace_prefix = \"/v2\"\n"),
            (path_rewrite{"/api", "/v2"}));
  EXPECT_EQ(rewrite_of("/api/*", "strip_prefix = \"/api\"\n"), (path_rewrite{"/api", ""}));
  EXPECT_EQ(rewrite_of("/a/{id}", "strip_prefix = \"/a\"\n"), (path_rewrite{"/a", ""}));
}

constexpr std::string_view several_routes = R"(
[[issuer.token_from]]
header = "x-token"
[[issuer.token_from]]
cookie = "session"
[[issuer]]
issuer = "https://other.example/"
jwks_uri = "https://other.example/keys"
audiences = ["account"]
[[issuer.token_from]]
header = "x-token"
[[upstream]]
name = "one"
addresses = ["http://one.internal:80"]
[[upstream]]
name = "same"
addresses = ["http://two.internal", "http://ONE.internal/"]
[[upstream]]
name = "other"
addresses = ["http://three.internal"]
[[route]]
path = "/a/*"
methods = ["*"]
upstream = "one"
claims_to_headers = { x-user = "sub", x-org = "org" }
[[route]]
path = "/b/*"
methods = ["*"]
upstream = "one"
claims_to_headers = { x-user = "email" }
token_to_upstream = "claims"
[[route]]
path = "/c/*"
methods = ["*"]
public = true
upstream = "same"
[[route]]
path = "/d/*"
methods = ["*"]
upstream = "other"
claims_to_headers = { x-third = "sub" }
)";

// The issuer's tables follow the issuer.
config several() {
  auto text = std::string{smallest_config};
  const auto at = text.find("[[route]]");
  const auto loaded = parse_config(text.insert(at, several_routes), test_source());
  EXPECT_EQ(messages(loaded), "");
  return loaded ? *loaded : config{};
}

// Otherwise a client could say on one of them what only another one may.
TEST(config_edge, a_route_knows_the_identities_of_all_others_to_the_same_server) {
  const auto loaded = several();
  ASSERT_EQ(loaded.routes.size(), 5U);
  const auto identities = [&](std::size_t i) {
    return loaded.routes[i].forward.headers.identities;
  };
  EXPECT_THAT(identities(0), ElementsAre("x-jwt-claims"));
  EXPECT_THAT(identities(1), ElementsAre("x-org"));
  EXPECT_THAT(identities(2), ElementsAre("x-jwt-claims", "x-org", "x-user"));
  EXPECT_THAT(identities(3), IsEmpty());
  EXPECT_EQ(loaded.routes[4].forward, edge::forward_settings{});
}

TEST(config_edge, a_route_knows_the_places_of_all_tokens) {
  const auto loaded = several();
  ASSERT_EQ(loaded.routes.size(), 5U);
  const auto& places = loaded.routes[3].forward.headers.places;
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].header, "x-token");
  EXPECT_EQ(places[1].cookie, "session");
  EXPECT_THAT(loaded.routes[4].forward.headers.places, IsEmpty());
}

std::string outlook_of(const config& loaded) {
  std::string all;
  for (const auto& one : foresee_routes(loaded, "c.toml")) all += to_string(one) + '\n';
  return all;
}

TEST(config_edge, what_is_odd_about_routes_is_told_and_not_refused) {
  EXPECT_EQ(outlook_of(several()), "");
  EXPECT_EQ(
      outlook_of(loaded_with("[[route]]\npath = \"/*\"\nmethods = [\"GET\", \"POST\"]\nhandler = "
                             "\"token\"\n[[route]]\npath = \"/open/*\"\nmethods = [\"GET\", "
                             "\"POST\"]\npublic = true\nhandler = \"token\"\n")),
      "c.toml: route.0.path: route \"/notes\" answers 405 where \"/*\" would take POST\n"
      "c.toml: route.2.path: route \"/open/*\" asks for no token, within \"/*\", which does\n");
}

TEST(config_edge, the_page_of_documentation_goes_before_a_prefix_of_everything) {
  const auto loaded = loaded_with(
      "[[upstream]]\nname = \"a\"\naddresses = [\"http://a\"]\n"
      "[[route]]\npath = \"/*\"\nmethods = [\"*\"]\nupstream = \"a\"\n[docs]\nenabled = true\n");
  EXPECT_EQ(loaded.routes.size(), 2U);
  EXPECT_THAT(messages(parse_config(with("\"/notes\"", "\"/docs/*\"") + "[docs]\nenabled = true\n",
                                    test_source())),
              HasSubstr("found \"/docs/*\", which belongs to the documentation page"));
}

TEST(config_edge, every_key_of_it_is_listed) {
  for (const auto* path :
       {"server.trusted_proxies", "upstream.0.addresses", "upstream.0.timeouts.tunnel",
        "upstream.0.limits.header_count", "route.0.claims_to_headers", "route.0.public"}) {
    EXPECT_NE(find_config_key(path), nullptr) << path;
  }
  const auto* claims = find_config_key("route.0.claims_to_headers");
  ASSERT_NE(claims, nullptr);
  EXPECT_EQ(claims->kind, key_kind::map);
  EXPECT_EQ(claims->default_value, "{}");
}

TEST(config_edge, files_of_upstreams_are_loaded_and_their_end_foreseen) {
  const support::temporary_folder folder;
  const auto made = support::make_certificate();
  folder.write("server.pem", made.pem);
  folder.write("server.key", made.key_pem);
  folder.write("client.pem", made.pem);
  folder.write("client.key", support::make_certificate().key_pem);
  const auto file = folder.write(
      "c.toml", std::string{smallest_config} +
                    "[[upstream]]\nname = \"a\"\naddresses = [\"https://a\"]\nca_file = "
                    "\"no.pem\"\n[[upstream]]\nname = \"b\"\naddresses = [\"https://b\"]\n"
                    "client_certificate = \"client.pem\"\nclient_key = \"client.key\"\n");
  const auto loaded = load_config({file, {}, {}}).value();
  const auto problems = check_files(loaded, file);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].key, "upstream.0.ca_file");
  EXPECT_THAT(problems[0].message, HasSubstr("no.pem does not exist"));
  EXPECT_EQ(problems[1].key, "upstream.1");
  EXPECT_THAT(problems[1].message, HasSubstr("does not belong to the certificate"));
  const auto later = std::chrono::system_clock::now() + 24h * 36500;
  std::string expired;
  for (const auto& one : foresee_files(loaded, file, later)) expired += one.key + ' ';
  EXPECT_EQ(expired, "server.tls.certificate upstream.1.client_certificate ");
}

}  // namespace
}  // namespace latchkey::app
