#include "config_cases.hpp"
#include "support/cases.hpp"
#include "support/temporary.hpp"

#include <latchkey/app/config_load.hpp>
#include <latchkey/app/config_print.hpp>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <string>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(config, the_smallest_file_leaves_all_else_at_its_default) {
  const auto loaded = parse_config(smallest_config, test_source());
  ASSERT_EQ(messages(loaded), "");
  config expected;
  expected.server.tls = {"/etc/latchkey/server.pem", "/etc/latchkey/server.key"};
  expected.issuers.resize(1);
  expected.issuers[0].issuer = "https://idp.example/";
  expected.issuers[0].jwks_uri = "https://idp.example/keys";
  expected.issuers[0].audiences = {"account"};
  expected.routes.resize(1);
  expected.routes[0].path = "/notes";
  expected.routes[0].methods = {http::verb::get};
  expected.routes[0].handler = "notes.read";
  EXPECT_EQ(*loaded, expected);
}

TEST(config, a_sandbox_is_a_switch_or_a_word) {
  const auto mode = [](const std::string& value) {
    return parse_config(with("[server.tls]", "[server]\nsandbox = " + value + "\n[server.tls]"),
                        test_source())
        ->server.sandbox;
  };
  EXPECT_EQ(mode("true"), sandbox_mode::on);
  EXPECT_EQ(mode("false"), sandbox_mode::off);
  EXPECT_EQ(mode("\"on\""), sandbox_mode::on);
  EXPECT_EQ(mode("\"auto\""), sandbox_mode::automatic);
  auto source = test_source();
  source.flags = {"server.sandbox=true"};
  EXPECT_EQ(parse_config(smallest_config, source)->server.sandbox, sandbox_mode::on);
}

TEST(config, an_address_may_be_a_socket_of_the_service_manager) {
  const auto problems = [](const std::string& listen) {
    return messages(parse_config(
        with("[server.tls]", "[server]\nlisten = [" + listen + "]\n[server.tls]"), test_source()));
  };
  EXPECT_EQ(problems(R"("systemd:https", "127.0.0.1:1")"), "");
  // The server lets "::" have IPv6 alone there; a port of the system's choice is never taken.
  EXPECT_EQ(problems(R"("[::]:1", "0.0.0.0:1", "0.0.0.0:0", "127.0.0.1:0", "127.0.0.1:0")"), "");
  EXPECT_THAT(problems(R"("systemd:")"), HasSubstr("or \"systemd:NAME\""));
  EXPECT_THAT(problems(R"("systemd:a:b")"), HasSubstr("expected an address"));
  EXPECT_THAT(problems(R"("systemd:https", "systemd:https")"), HasSubstr("a second time"));
}

TEST(config, values_arrive_where_they_belong) {
  const auto text = with("[server.tls]", R"([log]
level = "warn"
format = "text"
[docs]
enabled = true
description = "What *it* is."
license = "Ours"
license_url = "https://a.example/licence"
authorization_parameters = { resource = "https://a.example/" }
[[docs.tag]]
name = "Notes"
[server]
listen = ["[::1]:8443", "10.0.0.1:0"]
workers = 3
[server.timeouts]
handshake = "250ms"
head = "5s"
body = "10m"
[verify]
batch = "off"
single = "off"
avx512 = "off"
token_cache_bytes = 0
[server.tls])");
  const auto loaded = parse_config(text, test_source());
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->log.level, log_level::warn);
  EXPECT_EQ(loaded->log.format, log_format::text);
  EXPECT_EQ(loaded->verify, (verify_config{kernel_use::off, kernel_use::off, kernel_use::off, 0}));
  EXPECT_TRUE(loaded->docs.enabled);
  EXPECT_EQ(loaded->docs.description, "What *it* is.");
  EXPECT_EQ(loaded->docs.license, "Ours");
  EXPECT_EQ(loaded->docs.license_url, "https://a.example/licence");
  EXPECT_EQ(loaded->docs.parameters,
            (std::vector<docs_parameter>{{"resource", "https://a.example/"}}));
  EXPECT_EQ(loaded->docs.tags, (std::vector<docs_tag>{{"Notes", ""}}));
  EXPECT_THAT(loaded->server.listen, ElementsAre("[::1]:8443", "10.0.0.1:0"));
  EXPECT_EQ(loaded->server.workers, 3U);
  EXPECT_EQ(loaded->server.timeouts.session.handshake, 250ms);
  EXPECT_EQ(loaded->server.timeouts.session.head, 5s);
  EXPECT_EQ(loaded->server.timeouts.session.body, 10min);
}

TEST(config, how_keys_are_kept_arrives_as_the_client_of_the_keys_has_it) {
  const auto text = with("[[route]]", R"([issuer.cache]
max_age = "11m"
shortest_max_age = "2m"
longest_max_age = "3h"
refresh_ahead = 70
jitter = 5
cooldown = "31s"
client_share = 50
max_stale = "25h"
negative_ttl = "61s"
negative_kids = 129
backoff_first = "1500ms"
backoff_max = "62s"
connect_timeout = "1s"
total_timeout = "6s"
max_bytes = 4096
max_keys = 7
[[route]])");
  const auto loaded = parse_config(text, test_source());
  ASSERT_EQ(messages(loaded), "");
  auth::jwks_settings expected;
  expected.refresh = {.max_age = 11min,
                      .shortest_max_age = 2min,
                      .longest_max_age = 3h,
                      .refresh_ahead = 0.7,
                      .jitter = 0.05,
                      .cooldown = 31s,
                      .client_share = 0.5,
                      .negative_kids = 129,
                      .negative_ttl = 61s,
                      .backoff_first = 1500ms,
                      .backoff_max = 62s,
                      .max_stale = 25h};
  expected.fetch_timeout = 6s;
  expected.limits = {4096, 7};
  EXPECT_EQ(loaded->issuers.at(0).cache.keys, expected);
  EXPECT_EQ(loaded->issuers.at(0).cache.connect_timeout, 1s);
}

TEST(config, limits_and_timeouts_arrive_as_a_session_has_them) {
  const auto text = with("[server.tls]", R"([server.limits]
request_line = 100
header_bytes = 5000
header_count = 7
body_bytes = 9
[server.timeouts]
handshake = "1s"
head = "2s"
body = "3s"
idle = "4s"
write = "5s"
request = "6s"
drain = "7s"
[server.tls])");
  const auto loaded = parse_config(text, test_source());
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->server.limits.head, (http1::head_limits{100, 5000, 7}));
  EXPECT_EQ(loaded->server.limits.body_bytes, 9U);
  server::session_timeouts expected;
  expected.handshake = 1s;
  expected.head = 2s;
  expected.body = 3s;
  expected.idle = 4s;
  expected.write = 5s;
  EXPECT_EQ(loaded->server.timeouts.session, expected);
  EXPECT_EQ(loaded->server.timeouts.request, 6s);
  EXPECT_EQ(loaded->server.timeouts.drain, 7s);
}

TEST(config, what_tokens_are_held_to_arrives_too_and_is_printed_to_the_same) {
  const auto text = with("[[route]]", R"(bound_tokens = "ignore"
clock_skew = "5s"
max_token_age = "12h"
scope_claims = ["realm_access.roles"]
[[issuer.token_from]]
header = "Sec-WebSocket-Protocol"
prefix = "bearer "
[[issuer.token_from]]
cookie = "session"
[[issuer.required_claim]]
names = ["verified"]
values = [true, 2, 0.5, 3.0, 1e300, "x"]
[[issuer.required_claim]]
names = ["realm_access.roles"]
contains = ["admin"]
[[route]])");
  const auto loaded = parse_config(text, test_source());
  ASSERT_EQ(messages(loaded), "");
  const auto& issuer = loaded->issuers.at(0);
  EXPECT_EQ(issuer.bound_tokens, jose::bound_tokens::ignore);
  EXPECT_EQ(issuer.clock_skew, 5s);
  EXPECT_EQ(issuer.max_token_age, 12h);
  EXPECT_THAT(issuer.scope_claims, ElementsAre("realm_access.roles"));
  EXPECT_THAT(issuer.token_from, ElementsAre(auth::token_place{.header = "Sec-WebSocket-Protocol",
                                                               .prefix = "bearer "},
                                             auth::token_place{.cookie = "session"}));
  const std::vector<jose::required_claim> expected{
      {{"verified"}, {true, std::int64_t{2}, 0.5, 3.0, 1e300, "x"}, {}},
      {{"realm_access.roles"}, {}, {"admin"}}};
  EXPECT_EQ(issuer.required_claims, expected);
  const auto again = parse_config(to_toml(*loaded), test_source());
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, *loaded);
}

TEST(config, a_token_fits_the_head_unless_it_is_said_otherwise) {
  const auto limits = [](const char* lines) {
    const auto loaded = parse_config(
        with("[server.tls]", "[server.limits]\n" + std::string{lines} + "[server.tls]"),
        test_source());
    EXPECT_EQ(messages(loaded), "");
    return loaded->server.limits;
  };
  EXPECT_EQ(limits("").token_bytes, 16'384U);
  EXPECT_EQ(limits("header_bytes = 12000\n").token_bytes, 12'000U);
  EXPECT_EQ(limits("header_bytes = 12000\ntoken_bytes = 300\n").token_bytes, 300U);
  EXPECT_EQ(limits("header_bytes = 60000\n").token_bytes, 16'384U);
}

TEST(config, paths_are_relative_to_the_folder_of_the_file) {
  const auto loaded = parse_config(with("\"server.pem\"", "\"../tls/./a.pem\""), test_source());
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->server.tls.certificate, "/etc/tls/a.pem");
  const auto absolute = parse_config(with("\"server.pem\"", "\"/srv/a.pem\""), test_source());
  ASSERT_EQ(messages(absolute), "");
  EXPECT_EQ(absolute->server.tls.certificate, "/srv/a.pem");
}

struct url_case {
  const char* url;
  bool accepted;
};

TEST(config, an_address_to_listen_on_is_a_number_and_a_port) {
  const url_case cases[] = {
      {"127.0.0.1:8443", true},    {"0.0.0.0:0", true},
      {"[::]:65535", true},        {"[::1]:1", true},
      {"127.0.0.1", false},        {"127.0.0.1:", false},
      {"127.0.0.1:65536", false},  {"127.0.0.1:99999", false},
      {"127.0.0.1:8443/", false},  {"127.0.0.1.example:1", false},
      {"::1:8443", false},         {":8443", false},
      {"user@127.0.0.1:1", false}, {"1.2.3:80", false},
      {"127.0.0.1:+1", false},
  };
  for (const auto& one : cases) {
    const auto text =
        with("[server.tls]", "[server]\nlisten = [\"" + std::string{one.url} + "\"]\n[server.tls]");
    EXPECT_EQ(messages(parse_config(text, test_source())).empty(), one.accepted) << one.url;
  }
}

TEST(config, keys_are_fetched_over_https_or_from_this_machine) {
  const url_case cases[] = {
      {"https://idp.example/keys", true},
      {"https://idp.example:8443/k?x=y", true},
      {"http://127.0.0.1:9400/keys", true},
      {"http://127.9.9.9/keys", true},
      {"http://[::1]:9400/keys", true},
      {"http://localhost/keys", true},
      {"http://idp.example/keys", false},
      {"http://localhost.example/keys", false},
      {"http://127.0.0.1.example/keys", false},
      {"http://10.0.0.1/keys", false},
      {"https://user@idp.example/keys", false},
      {"https://idp.example/keys#a", false},
      {"https:///keys", false},
      {"ftp://idp.example/keys", false},
      {"http://127.0.0.1.example", false},
      {"http://127.0.0.1:80.example/", false},
      {"https://idp.example:0/", false},
      {"https://idp.example:99999/", false},
      {"/keys", false},
  };
  for (const auto& one : cases) {
    const auto loaded = parse_config(with("https://idp.example/keys", one.url), test_source());
    EXPECT_EQ(messages(loaded).empty(), one.accepted) << one.url;
  }
}

TEST(config, what_is_printed_loads_to_the_same) {
  const auto source = test_source();
  auto loaded = parse_config(smallest_config, source);
  ASSERT_EQ(messages(loaded), "");
  auto& value = *loaded;
  value.server.listen = {"[::1]:1", "127.0.0.1:0"};
  value.server.timeouts.session.idle = 90s;
  value.server.timeouts.session.head = 1001ms;
  value.admin.listen = "";
  value.admin.hosts = {"latchkey", "ops.example"};
  value.server.limits.connections_per_client = 100;
  value.server.trusted_proxies = {"10.0.0.0/8"};
  value.server.listeners = {
      {{"[::1]:2", "systemd:a"}, true, net::client_auth::required, "/etc/ca.pem", "/etc/crl.pem"},
      {{"[::1]:3"}, false, net::client_auth::off, {}, {}}};
  value.log = {{log_sink::syslog, log_sink::file},
               log_format::text,
               log_level::error,
               false,
               {"/var/log/latchkey.log", 0, 7}};
  value.server.headers.hsts = "max-age=1";
  value.server.headers.frame_options = "SAMEORIGIN";
  value.server.headers.fields = {{"X-A", "b \"c\""}, {"X-B", "d"}};
  value.verify = {kernel_use::off, kernel_use::off, kernel_use::off, 65'536};
  value.issuers.push_back(value.issuers[0]);
  value.issuers[1].issuer = "\"quoted\" \\ and \xC3\xA9";
  value.issuers[1].ca_file = "/etc/ca file.pem";
  value.issuers[1].cache.keys.refresh.refresh_ahead = 0.5;
  value.issuers[1].cache.keys.refresh.max_stale = 0s;
  value.issuers[1].cache.keys.refresh.jitter = 0;
  value.issuers[1].allow_internal = true;
  value.issuers[1].client_certificate = "/etc/client.pem";
  value.issuers[1].client_key = "/etc/client.key";
  value.issuers[1].client_certificate_origins = {"https://mtls.example/"};
  value.issuers.push_back(value.issuers[0]);
  value.issuers[2].issuer = "of a file";
  value.issuers[2].jwks_uri.clear();
  value.issuers[2].jwks_file = "/etc/keys.json";
  value.issuers[1].require_typ = jose::required_type::at_jwt;
  value.issuers[1].scope_claims = {"a b", "c"};
  value.issuers[1].required_claims = {{{"d", "e"}, {"\"f\""}}, {{"g"}, {}}};
  value.docs.scopes = {{"a:b", "first\nsecond line"}, {"c", ""}};
  value.docs.tags = {{"Of it", "*what*"}, {"c", ""}};
  value.docs.parameters = {{"a b", "\"c\""}, {"audience", "https://a.example/"}};
  value.routes[0].tags = {"c", "Of it"};
  value.routes[0].scopes = {"a:b"};
  value.routes[0].methods = {http::verb::get, http::verb::delete_};
  value.routes[0].cors.origins = {"https://*.a.example", "app://b"};
  value.routes[0].cors.credentials = true;
  value.routes[0].cors.max_age = 0s;
  value.routes[0].limits = {{middleware::limit_by::address, "5/m", 7},
                            {middleware::limit_by::client_id, "1/h", 0}};
  const auto again = parse_config(to_toml(value), {"/elsewhere/c.toml", {}, {}});
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, value);
}

TEST(config, a_file_that_cannot_be_read_is_named) {
  EXPECT_EQ(messages(load_config({"/nowhere/c.toml", {}, {}})),
            "/nowhere/c.toml: does not exist; expected a configuration file in TOML\n");
  EXPECT_EQ(messages(load_config({"/", {}, {}})),
            "/: is not a file, but a folder; expected a configuration file in TOML\n");
  const support::temporary_folder folder;
  const auto large = folder.write("large.toml", std::string(1024 * 1024 + 1, '\n'));
  EXPECT_THAT(messages(load_config({large, {}, {}})), HasSubstr("larger than 1 MiB"));
}

TEST(config, dots_within_strings_are_no_parts_of_keys) {
  auto value = parse_config(smallest_config, {"c.toml", {}, {}}).value();
  value.server.listen.clear();
  for (int i = 1; i <= 250; ++i) {
    value.server.listen.push_back("127.0.0." + std::to_string(i) + ":8443");
  }
  value.docs.scopes = {{"a:b", std::string(500, '.')},
                       {"c", "\"\"\"" + std::string(300, '.') + "\\"}};
  const auto again = parse_config(to_toml(value), {"/elsewhere/c.toml", {}, {}});
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, value);
}

TEST(config, a_key_of_endless_parts_is_refused_wherever_it_stands) {
  const auto dots = [](int count) {
    std::string text = "a";
    for (int i = 0; i < count; ++i) text += i % 2 == 0 ? ".b" : ".\"c\"";
    return text;
  };
  const std::string refused = "a key with more than 200 dots";
  for (const std::string before :
       {"", "# '\n", "x = '\\'\n", "x = \"\\\"\"\n", "x = '''\n'\n''''\n",
        "x = \"\"\"\\\"\"\"\"\"\n", "x = [\"\"\"a\"\"\"\"\", ''] \n", "x = \"\"\n", "x = {", "["}) {
    EXPECT_THAT(messages(parse_config(before + dots(100'000) + " = 1\n", {"c.toml", {}, {}})),
                HasSubstr(refused))
        << before;
  }
  EXPECT_THAT(messages(parse_config(dots(200) + " = 1\n", {"c.toml", {}, {}})),
              Not(HasSubstr(refused)));
  EXPECT_THAT(messages(parse_config("x = '\n\n" + dots(201) + " = 1\n", {"c.toml", {}, {}})),
              HasSubstr("c.toml:3:1: " + refused));
}

TEST(config, a_file_that_is_none_is_refused_and_not_waited_for) {
  const support::temporary_folder folder;
  const auto pipe = folder.path() / "c.toml";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  config_source again{pipe, {}, {}};
  again.again = true;
  EXPECT_THAT(messages(load_config(again)), HasSubstr("c.toml: is not a file, but a pipe"));
  EXPECT_THAT(messages(load_config({"/dev/zero", {}, {}})),
              HasSubstr("/dev/zero: is not a file, but a device"));
  config_source stopped{pipe, {}, {}};
  stopped.stopped = [] { return true; };
  EXPECT_THAT(messages(load_config(stopped)), HasSubstr("is no longer wanted"));
}

TEST(config, keys_are_not_checked_for_who_waits_no_more) {
  config_source source{"c.toml", {}, {}};
  source.stopped = [] { return true; };
  EXPECT_THAT(messages(parse_config(smallest_config, source)), HasSubstr("nobody waits"));
}

TEST(config, files_that_are_named_must_be_there) {
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", smallest_config);
  folder.write("server.pem", "");
  std::filesystem::create_directory(folder.path() / "server.key");
  const auto loaded = load_config({file, {}, {}});
  ASSERT_EQ(messages(loaded), "");
  const auto problems = check_files(*loaded, file);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].key, "server.tls.private_key");
  EXPECT_THAT(problems[0].message, HasSubstr("server.key is not a file"));
}

TEST(config, the_value_of_a_failed_load_throws_all_messages) {
  try {
    (void)parse_config(with("[\"account\"]", "[]"), test_source()).value();
    FAIL() << "was accepted";
  } catch (const std::invalid_argument& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("issuer.0.audiences"));
  }
}

}  // namespace
}  // namespace latchkey::app
