// One key wrong at a time: where it is, what was found and what was expected.
#include "config_cases.hpp"
#include "support/cases.hpp"

#include <gtest/gtest.h>

namespace latchkey::app {
namespace {

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
     "8:2: routing: unknown key; expected server, admin, log, trace, verify, notes, issuer, "
     "upstream, docs, forward_auth, resource or route\n"},
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
     "\"auth0\", \"okta\", \"keycloak\", \"spiffe\", \"kubernetes\", \"github\", \"google\" or "
     "\"firebase\"; did you mean "
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
     "\"127.0.0.1:8443\" or \"[::1]:8443\", or \"systemd:NAME\"\n"},
    {"port_out_of_range", "[server.tls]", "[admin]\nlisten = \"127.0.0.1:65536\"\n[server.tls]",
     "2:10: admin.listen: found string \"127.0.0.1:65536\", expected an address and a port, like "
     "\"127.0.0.1:9901\", \"systemd:NAME\", or \"\" for none\n"},
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
     "\"notes.read\", \"notes.create\", \"stored_notes.list\", \"stored_notes.create\", "
     "\"stored_notes.read\", \"stored_notes.update\", \"stored_notes.delete\" or \"checked\"; did "
     "you mean "
     "\"notes.read\"?\n"},
    {"scope_outside_the_grammar", "handler =", "scopes = [\"a b\"]\nhandler =",
     "11:11: route.0.scopes.0: found string \"a b\", expected an OAuth 2.0 scope: printable ASCII "
     "without space, '\"' and '\\'\n"},
    {"control_characters_are_shown_escaped", "\"https://idp.example/\"", "\"a\\u001b[2J\"",
     "5:10: issuer.0.issuer: found string \"a\\u001B[2J\", expected the issuer exactly as the "
     "tokens' \"iss\" has it\n"},
    {"of_the_second_set_too", "[[issuer]]", "[verify]\nbatch = \"\\u009b2J\"\n[[issuer]]",
     "5:9: verify.batch: found string \"\\u009B2J\", expected \"auto\" or \"off\"\n"},
    {"control_characters_of_a_path_are_shown_escaped", "handler =",
     "handler = \"scopes\"\n[[route]]\npath = \"/a\\u001b[2J\"\nmethods = [\"GET\"]\nhandler =",
     "13:8: route.1.path: route path \"/a\\u001B[2J\": is not an acceptable path\n"},
    {"no_certificate", "certificate = \"server.pem\"\n", "",
     "1:1: server.tls.certificate: missing; expected the path of a PEM file with the certificate "
     "chain\n"},
    {"keys_that_do_nothing_yet", "[[issuer]]", "[tracing]\nurl = \"x\"\n[[issuer]]",
     "4:2: tracing: unknown key; expected server, admin, log, trace, verify, notes, issuer, "
     "upstream, docs, forward_auth, resource or route\n"},
    {"sandbox_of_another_kind", "[server.tls]", "[server]\nsandbox = \"strict\"\n[server.tls]",
     "2:11: server.sandbox: found string \"strict\", expected true, false, \"off\", \"on\", "
     "\"auto\", \"landlock\" or \"seccomp\"\n"},
    {"batch_neither_on_nor_off", "[[issuer]]", "[verify]\nbatch = true\n[[issuer]]",
     "5:9: verify.batch: found true, expected \"auto\" or \"off\"\n"},
    {"single_neither_on_nor_off", "[[issuer]]", "[verify]\nsingle = \"on\"\n[[issuer]]",
     "5:10: verify.single: found string \"on\", expected \"auto\" or \"off\"\n"},
    {"cache_larger_than_allowed", "[[issuer]]",
     "[verify]\ntoken_cache_bytes = 4294967297\n[[issuer]]",
     "5:21: verify.token_cache_bytes: found integer 4294967297, expected an integer from 0 to "
     "4294967296\n"},
    {"all_errors_at_once", "[server.tls]", "[server]\nworkers = \"a\"\nlisten = 5\n[server.tls]",
     "2:11: server.workers: found string \"a\", expected an integer from 0 to 1024\n"
     "3:10: server.listen: found integer 5, expected an array, each an address and a port, like "
     "\"127.0.0.1:8443\" or \"[::1]:8443\", or \"systemd:NAME\"\n"},
    {"listener_without_an_address", "[server.tls]", "[[server.listener]]\n[server.tls]",
     "1:1: server.listener.0.listen: missing; expected an array of one or more, each an address "
     "and a port, like \"127.0.0.1:8443\" or \"[::1]:8443\", or \"systemd:NAME\"\n"},
};

INSTANTIATE_TEST_SUITE_P(one_key, config_refuses, testing::ValuesIn(one_key), support::case_name);

}  // namespace
}  // namespace latchkey::app
