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

TEST(config, values_arrive_where_they_belong) {
  const auto text = with("[server.tls]", R"([log]
level = "warn"
format = "text"
[docs]
enabled = true
[server]
listen = ["[::1]:8443", "10.0.0.1:0"]
workers = 3
[server.timeouts]
handshake = "250ms"
head = "5s"
body = "10m"
[verify]
batch = "off"
token_cache_bytes = 0
[server.tls])");
  const auto loaded = parse_config(text, test_source());
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->log.level, log_level::warn);
  EXPECT_EQ(loaded->log.format, log_format::text);
  EXPECT_EQ(loaded->verify, (verify_config{batch_mode::off, 0}));
  EXPECT_TRUE(loaded->docs.enabled);
  EXPECT_THAT(loaded->server.listen, ElementsAre("[::1]:8443", "10.0.0.1:0"));
  EXPECT_EQ(loaded->server.workers, 3U);
  EXPECT_EQ(loaded->server.timeouts.handshake, 250ms);
  EXPECT_EQ(loaded->server.timeouts.head, 5s);
  EXPECT_EQ(loaded->server.timeouts.body, 10min);
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

class config_refuses : public testing::TestWithParam<refused_file> {};

TEST_P(config_refuses, with_position_key_and_what_was_expected) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

const refused_file one_key[] = {
    {"not_toml", "[server.tls]", "[server.tls",
     "1:12: not TOML: Error while parsing table header: expected ']', saw '\\n'\n"},
    {"same_key_twice", "private_key = ", "certificate = \"x\"\nprivate_key = ",
     "3:15: not TOML: Error while parsing key-value pair: cannot redefine existing string "
     "'certificate'\n"},
    {"unknown_key_near_a_known_one", "private_key =", "privat_key =",
     "1:1: server.tls.private_key: missing; expected the path of a PEM file with the private key\n"
     "3:1: server.tls.privat_key: unknown key; did you mean server.tls.private_key?\n"},
    {"unknown_key_of_another_table", "[server.tls]", "workers = 2\n[server.tls]",
     "1:1: workers: unknown key; did you mean server.workers?\n"},
    {"unknown_key_like_none", "private_key =", "zzzzzzzzz = 1\nprivate_key =",
     "3:1: server.tls.zzzzzzzzz: unknown key; expected certificate or private_key\n"},
    {"unknown_table", "[[route]]", "[routing]\n[[route]]",
     "8:2: routing: unknown key; expected server, admin, log, verify, issuer, docs or "
     "route\n"},
    {"plural_of_a_table", "[[issuer]]", "[[issuers]]",
     "1:1: issuer: missing; expected at least one [[issuer]] whose tokens are accepted\n"
     "4:3: issuers: unknown key; did you mean issuer?\n"},
    {"table_where_tables_belong", "[[issuer]]", "[issuer]",
     "4:1: issuer: found a table, expected tables, each under [[issuer]]\n"},
    {"value_where_a_table_belongs", "[server.tls]", "admin = 5\n[server.tls]",
     "1:9: admin: found integer 5, expected a table: [admin]\n"},
    {"string_for_an_integer", "[server.tls]", "[server]\nworkers = \"two\"\n[server.tls]",
     "2:11: server.workers: found string \"two\", expected an integer from 0 to 1024\n"},
    {"fraction_for_an_integer", "[server.tls]", "[server]\nworkers = 2.0\n[server.tls]",
     "2:11: server.workers: found a number with a fraction, expected an integer from 0 to 1024\n"},
    {"integer_too_large", "[server.tls]", "[server.limits]\ntoken_bytes = 9999999\n[server.tls]",
     "2:15: server.limits.token_bytes: found integer 9999999, expected an integer from 256 to "
     "65536\n"},
    {"negative_integer", "[server.tls]", "[server]\nworkers = -1\n[server.tls]",
     "2:11: server.workers: found integer -1, expected an integer from 0 to 1024\n"},
    {"status_that_is_neither", "[server.tls]",
     "[server]\ninsufficient_scope_status = 402\n[server.tls]",
     "2:29: server.insufficient_scope_status: found integer 402, expected 401 or 403\n"},
    {"integer_for_a_duration", "[server.tls]", "[server.timeouts]\nhead = 10\n[server.tls]",
     "2:8: server.timeouts.head: found integer 10, expected a duration from \"1ms\" to \"1h\", "
     "written with ms, s, m or h\n"},
    {"duration_without_unit", "[server.tls]", "[server.timeouts]\nhead = \"10\"\n[server.tls]",
     "2:8: server.timeouts.head: found string \"10\", expected a duration from \"1ms\" to \"1h\", "
     "written with ms, s, m or h\n"},
    {"no_time_at_all", "[server.tls]", "[server.timeouts]\nhead = \"0s\"\n[server.tls]",
     "2:8: server.timeouts.head: found string \"0s\", expected a duration from \"1ms\" to \"1h\", "
     "written with ms, s, m or h\n"},
    {"skew_below_a_second", "audiences =", "clock_skew = \"500ms\"\naudiences =",
     "7:14: issuer.0.clock_skew: found string \"500ms\", expected a duration from \"0s\" to "
     "\"5m\", in whole seconds (s, m or h)\n"},
    {"string_for_a_boolean", "[server.tls]", "[docs]\nenabled = \"yes\"\n[server.tls]",
     "2:11: docs.enabled: found string \"yes\", expected true or false\n"},
    {"string_for_an_array", "[\"account\"]", "\"account\"",
     "7:13: issuer.0.audiences: found string \"account\", expected an array of one or more, each "
     "an audience as the tokens name it\n"},
    {"empty_audiences", "[\"account\"]", "[]",
     "7:13: issuer.0.audiences: found an empty array, expected an array of one or more, each an "
     "audience as the tokens name it\n"},
    {"item_of_an_array", "[\"account\"]", "[\"account\", \"\"]",
     "7:25: issuer.0.audiences.1: found string \"\", expected an audience as the tokens name it\n"},
    {"no_audiences", "audiences = [\"account\"]\n", "",
     "4:1: issuer.0.audiences: missing; expected an array of one or more, each an audience as the "
     "tokens name it (a token made for somebody else must not pass)\n"},
    {"jwks_uri_in_the_clear", "https://idp.example/keys", "http://idp.example/keys",
     "6:12: issuer.0.jwks_uri: found \"http://idp.example/keys\", over which anybody on the way "
     "could answer with keys of his own; expected an https URL, or allow_http = true of this "
     "issuer\n"},
    {"jwks_uri_of_another_kind", "https://idp.example/keys", "ftp://idp.example/keys",
     "6:12: issuer.0.jwks_uri: found string \"ftp://idp.example/keys\", expected the https URL of "
     "the issuer's keys (http for this machine, or with allow_http), without user or fragment\n"},
    {"proxy_over_https",
     "audiences =", "proxy = \"https://ann:secret@proxy.example:3128\"\naudiences =",
     "7:9: issuer.0.proxy: found another value, expected \"http://host:port\" of a proxy, "
     "\"none\", or \"\" for the environment's\n"},
    {"header_the_client_sets", "[[route]]",
     "[[issuer.header]]\nname = \"HOST\"\nvalue = \"a\"\n[[route]]",
     "9:8: issuer.0.header.0.name: found string \"HOST\", expected the name of an HTTP field that "
     "the client does not set itself\n"},
    {"header_with_a_line_end", "[[route]]",
     "[[issuer.header]]\nname = \"X-Key\"\nvalue = \"secret\\r\\nHost: a\"\n[[route]]",
     "10:9: issuer.0.header.0.value: found another value, expected the value of an HTTP field: "
     "visible ASCII\n"},
    {"header_without_value", "[[route]]", "[[issuer.header]]\nname = \"X-Key\"\n[[route]]",
     "8:1: issuer.0.header.0.value: missing; expected this, or value_file\n"},
    {"header_with_two_values", "[[route]]",
     "[[issuer.header]]\nname = \"X-Key\"\nvalue = \"a\"\nvalue_file = \"b\"\n[[route]]",
     "11:14: issuer.0.header.0.value_file: found beside value; expected one of the two\n"},
    {"header_with_a_prefix_of_nothing", "[[route]]",
     "[[issuer.header]]\nname = \"X-Key\"\nvalue = \"a\"\nvalue_prefix = \"b\"\n[[route]]",
     "11:16: issuer.0.header.0.value_prefix: found without value_file, before whose value it "
     "stands\n"},
    {"header_to_no_origin", "[[route]]",
     "[[issuer.header]]\nname = \"X-Key\"\nvalue = \"a\"\norigins = [\"idp\"]\n[[route]]",
     "11:12: issuer.0.header.0.origins.0: found string \"idp\", expected an http or https URL, "
     "without user or fragment\n"},
    {"share_of_nobody", "[[route]]", "[issuer.cache]\nclient_share = 0\n[[route]]",
     "9:16: issuer.0.cache.client_share: found integer 0, expected an integer from 1 to 100\n"},
    {"other_algorithm", "audiences =", "algorithms = [\"RS256\", \"HS256\"]\naudiences =",
     "7:24: issuer.0.algorithms.1: found string \"HS256\", expected \"RS256\", \"RS384\", "
     "\"RS512\", "
     "\"PS256\", \"PS384\", \"PS512\", \"ES256\", \"ES384\", \"EdDSA\" or \"Ed25519\"; did you "
     "mean "
     "\"RS256\"?\n"},
    {"no_algorithm", "audiences =", "algorithms = [\"none\"]\naudiences =",
     "7:15: issuer.0.algorithms.0: found string \"none\", expected \"RS256\", \"RS384\", "
     "\"RS512\", "
     "\"PS256\", \"PS384\", \"PS512\", \"ES256\", \"ES384\", \"EdDSA\" or \"Ed25519\"\n"},
    {"provider_with_a_slip", "audiences =", "preset = \"keykloak\"\naudiences =",
     "7:10: issuer.0.preset: found string \"keykloak\", expected \"none\", \"cognito\", \"entra\", "
     "\"auth0\", \"okta\", \"keycloak\", \"spiffe\", \"kubernetes\" or \"github\"; did you mean "
     "\"keycloak\"?\n"},
    {"type_in_small_letters", "audiences =", "require_typ = \"jwt\"\naudiences =",
     "7:15: issuer.0.require_typ: found string \"jwt\", expected \"any\", \"JWT\" or "
     "\"at+jwt\"\n"},
    {"no_scope_claims", "audiences =", "scope_claims = []\naudiences =",
     "7:16: issuer.0.scope_claims: found an empty array, expected an array of one or more, each "
     "the name of a claim, or a path of up to 16 dots to one\n"},
    {"required_claim_without_name", "[[route]]",
     "[[issuer.required_claim]]\nvalues = [\"a\"]\n[[route]]",
     "8:1: issuer.0.required_claim.0.names: missing; expected an array of one or more, each the "
     "name of a claim, or a path of up to 16 dots to one\n"},
    {"required_claim_without_table", "[[route]]", "required_claim = \"azp\"\n[[route]]",
     "8:18: issuer.0.required_claim: found string \"azp\", expected tables, each under "
     "[[issuer.required_claim]]\n"},
    {"host_name_to_listen_on", "[server.tls]",
     "[server]\nlisten = [\"localhost:8443\"]\n[server.tls]",
     "2:11: server.listen.0: found string \"localhost:8443\", expected an address and a port, like "
     "\"127.0.0.1:8443\" or \"[::1]:8443\"\n"},
    {"port_out_of_range", "[server.tls]", "[admin]\nlisten = \"127.0.0.1:65536\"\n[server.tls]",
     "2:10: admin.listen: found string \"127.0.0.1:65536\", expected an address and a port, like "
     "\"127.0.0.1:9901\", or \"\" for none\n"},
    {"admin_host_with_a_port", "[server.tls]", "[admin]\nhosts = [\"latchkey:9901\"]\n[server.tls]",
     "2:10: admin.hosts.0: found string \"latchkey:9901\", expected the name of a host, without a "
     "port\n"},
    {"admin_host_that_is_an_address", "[server.tls]",
     "[admin]\nhosts = [\"10.0.0.1\"]\n[server.tls]",
     "2:10: admin.hosts.0: found string \"10.0.0.1\", expected the name of a host, without a "
     "port\n"},
    {"level_with_a_slip", "[server.tls]", "[log]\nlevel = \"wran\"\n[server.tls]",
     "2:9: log.level: found string \"wran\", expected \"debug\", \"info\", \"warn\" or \"error\"; "
     "did you mean \"warn\"?\n"},
    {"unknown_handler", "\"notes.read\"", "\"notes.raed\"",
     "11:11: route.0.handler: found string \"notes.raed\", expected \"token\", \"scopes\", "
     "\"notes.read\" or \"notes.create\"; did you mean \"notes.read\"?\n"},
    {"scope_outside_the_grammar", "handler =", "scopes = [\"a b\"]\nhandler =",
     "11:11: route.0.scopes.0: found string \"a b\", expected an OAuth 2.0 scope: printable ASCII "
     "without space, '\"' and '\\'\n"},
    {"control_characters_are_shown_escaped", "\"https://idp.example/\"", "\"a\\u001b[2J\"",
     "5:10: issuer.0.issuer: found string \"a\\u001B[2J\", expected the issuer exactly as the "
     "tokens' \"iss\" has it\n"},
    {"no_certificate", "certificate = \"server.pem\"\n", "",
     "1:1: server.tls.certificate: missing; expected the path of a PEM file with the certificate "
     "chain\n"},
    {"keys_that_do_nothing_yet", "[[issuer]]", "[upstream]\nurl = \"x\"\n[[issuer]]",
     "4:2: upstream: unknown key; expected server, admin, log, verify, issuer, docs or route\n"},
    {"batch_neither_on_nor_off", "[[issuer]]", "[verify]\nbatch = true\n[[issuer]]",
     "5:9: verify.batch: found true, expected \"auto\" or \"off\"\n"},
    {"cache_larger_than_allowed", "[[issuer]]",
     "[verify]\ntoken_cache_bytes = 4294967297\n[[issuer]]",
     "5:21: verify.token_cache_bytes: found integer 4294967297, expected an integer from 0 to "
     "4294967296\n"},
    {"all_errors_at_once", "[server.tls]", "[server]\nworkers = \"a\"\nlisten = 5\n[server.tls]",
     "2:11: server.workers: found string \"a\", expected an integer from 0 to 1024\n"
     "3:10: server.listen: found integer 5, expected an array of one or more, each an address and "
     "a port, like \"127.0.0.1:8443\" or \"[::1]:8443\"\n"},
};

INSTANTIATE_TEST_SUITE_P(one_key, config_refuses, testing::ValuesIn(one_key), support::case_name);

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
  value.server.timeouts.idle = 90s;
  value.server.timeouts.head = 1001ms;
  value.admin.listen = "";
  value.admin.hosts = {"latchkey", "ops.example"};
  value.server.limits.connections_per_client = 100;
  value.log = {{log_sink::syslog, log_sink::file},
               log_format::text,
               log_level::error,
               {"/var/log/latchkey.log", 0, 7}};
  value.verify = {batch_mode::off, 65'536};
  value.issuers.push_back(value.issuers[0]);
  value.issuers[1].issuer = "\"quoted\" \\ and \xC3\xA9";
  value.issuers[1].ca_file = "/etc/ca file.pem";
  value.issuers[1].cache.refresh_ahead = 50;
  value.issuers[1].cache.max_stale = 0s;
  value.issuers[1].cache.jitter = 0;
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
  value.routes[0].scopes = {"a:b"};
  value.routes[0].methods = {http::verb::get, http::verb::delete_};
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
  value.docs.scopes = {{"a:b", std::string(500, '.')}, {"c", "\"\"\"" + std::string(300, '.') + "\\"}};
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
       {"", "# '\n", "x = '\\'\n", "x = \"\\\"\"\n", "x = '''\n'\n''''\n", "x = \"\"\"\\\"\"\"\"\"\n",
        "x = [\"\"\"a\"\"\"\"\", ''] \n", "x = \"\"\n", "x = {", "["}) {
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
