// What is refused of upstreams and of the routes that lead to them, each where it stands.
#include "config_cases.hpp"
#include "support/cases.hpp"

#include <gtest/gtest.h>

#include <string>

namespace latchkey::app {
namespace {

// Keys of the only upstream stand from line 9 on, those of its route from line 15 on.
constexpr const char* before_upstream = "[[issuer]]";

class config_check_edge : public testing::TestWithParam<refused_file> {};

TEST_P(config_check_edge, refuses_where_it_stands) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

#define UPSTREAM "[[upstream]]\nname = \"notes\"\naddresses = [\"https://b.example:9443\"]\n"
#define ROUTE "[[route]]\npath = \"/api/*\"\nmethods = [\"*\"]\nupstream = \"notes\"\n"

const refused_file upstreams[] = {
    {"without_name", before_upstream, "[[upstream]]\naddresses = [\"http://a\"]\n[[issuer]]",
     "4:1: upstream.0.name: missing; expected a name of letters, digits, '-', '_' and '.'\n"},
    {"of_an_odd_name", before_upstream,
     "[[upstream]]\nname = \"a b\"\naddresses = [\"http://a\"]\n[[issuer]]",
     "5:8: upstream.0.name: found string \"a b\", expected a name of letters, digits, '-', '_' and "
     "'.'\n"},
    {"of_one_name", before_upstream, UPSTREAM UPSTREAM "[[issuer]]",
     "8:8: upstream.1.name: found \"notes\", which is upstream.0 already\n"},
    {"without_addresses", before_upstream, "[[upstream]]\nname = \"a\"\n[[issuer]]",
     "4:1: upstream.0.addresses: missing; expected an array of one or more, each "
     "\"http://host:port\" or \"https://host:port\", without a path\n"},
    {"with_no_address", before_upstream, "[[upstream]]\nname = \"a\"\naddresses = []\n[[issuer]]",
     "6:13: upstream.0.addresses: found an empty array, expected an array of one or more, each "
     "\"http://host:port\" or \"https://host:port\", without a path\n"},
    {"with_a_path", before_upstream,
     "[[upstream]]\nname = \"a\"\naddresses = [\"http://a/\", \"http://a/b\"]\n[[issuer]]",
     "6:27: upstream.0.addresses.1: found string \"http://a/b\", expected \"http://host:port\" or "
     "\"https://host:port\", without a path\n"},
    {"with_an_empty_query", before_upstream,
     "[[upstream]]\nname = \"a\"\naddresses = [\"http://a?\"]\n[[issuer]]",
     "6:14: upstream.0.addresses.0: found string \"http://a?\", expected \"http://host:port\" or "
     "\"https://host:port\", without a path\n"},
    {"with_user_information", before_upstream,
     "[[upstream]]\nname = \"a\"\naddresses = [\"http://u@a\"]\n[[issuer]]",
     "6:14: upstream.0.addresses.0: found string \"http://u@a\", expected \"http://host:port\" or "
     "\"https://host:port\", without a path\n"},
    {"with_one_address_in_two_spellings", before_upstream,
     "[[upstream]]\nname = \"a\"\naddresses = [\"http://a\", \"http://A:80/\"]\n[[issuer]]",
     "6:26: upstream.0.addresses.1: found \"http://A:80/\" a second time; once is enough\n"},
    {"with_a_certificate_without_key", before_upstream,
     UPSTREAM "client_certificate = \"c.pem\"\n[[issuer]]",
     "4:1: upstream.0.client_key: missing; client_certificate and client_key are set together or "
     "not at all\n"},
    {"with_a_key_without_certificate", before_upstream,
     UPSTREAM "client_key = \"c.pem\"\n[[issuer]]",
     "4:1: upstream.0.client_certificate: missing; client_certificate and client_key are set "
     "together or not at all\n"},
    {"of_http_with_what_is_for_https", before_upstream,
     "[[upstream]]\nname = \"a\"\naddresses = [\"http://10.0.0.5:9000\"]\nca_file = \"ca.pem\"\n"
     "server_name = \"b.example\"\n[[issuer]]",
     "7:11: upstream.0.ca_file: found without an https address, for which alone it is\n"
     "8:15: upstream.0.server_name: found without an https address, for which alone it is\n"},
    {"balanced_in_another_way", before_upstream, UPSTREAM "balance = \"hash:\"\n[[issuer]]",
     "7:11: upstream.0.balance: found string \"hash:\", expected \"least\", or \"hash:\" and the "
     "name of a claim, or a path to one\n"},
    {"checked_at_no_path", before_upstream, UPSTREAM "health_path = \"healthz\"\n[[issuer]]",
     "7:15: upstream.0.health_path: found string \"healthz\", expected a path to ask for, like "
     "\"/healthz\"\n"},
    {"checked_for_longer_than_between_checks", before_upstream,
     UPSTREAM "health_interval = \"1s\"\n[[issuer]]",
     "4:1: upstream.0.health_timeout: found \"2s\", which is more than health_interval (\"1s\")\n"},
    {"ejected_for_longer_than_the_longest", before_upstream,
     UPSTREAM "ejection = \"10m\"\n[[issuer]]",
     "7:12: upstream.0.ejection: found \"10m\", which is more than max_ejection (\"5m\")\n"},
    {"of_no_attempt", before_upstream, UPSTREAM "attempts = 0\n[[issuer]]",
     "7:12: upstream.0.attempts: found integer 0, expected an integer from 1 to 10\n"},
    {"of_more_retries_than_requests", before_upstream, UPSTREAM "retry_percent = 101\n[[issuer]]",
     "7:17: upstream.0.retry_percent: found integer 101, expected an integer from 0 to 100\n"},
    {"whose_status_line_is_longer_than_the_head", before_upstream,
     UPSTREAM "[upstream.limits]\nstatus_line = 2000\nheader_bytes = 1024\n[[issuer]]",
     "8:15: upstream.0.limits.status_line: found 2000, which is more than header_bytes (1024) "
     "leaves room for\n"},
    {"with_an_unknown_timeout", before_upstream,
     UPSTREAM "[upstream.timeouts]\nanswr = \"1s\"\n[[issuer]]",
     "8:1: upstream.0.timeouts.answr: unknown key; did you mean upstream.0.timeouts.answer?\n"},
    {"trusted_proxy_with_bits_behind_the_prefix", "[server.tls]",
     "[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\", \"10.0.0.1/8\"]\n[server.tls]",
     "2:41: server.trusted_proxies.2: found string \"10.0.0.1/8\", expected an IP address, or a "
     "network like \"10.0.0.0/8\" or \"fd00::/8\"\n"},
    {"trusted_proxy_by_name", "[server.tls]",
     "[server]\ntrusted_proxies = [\"proxy.example\", \"fe80::1%eth0\", \"fd00::/129\"]\n"
     "[server.tls]",
     "2:20: server.trusted_proxies.0: found string \"proxy.example\", expected an IP address, or "
     "a network like \"10.0.0.0/8\" or \"fd00::/8\"\n"
     "2:37: server.trusted_proxies.1: found string \"fe80::1%eth0\", expected an IP address, or a "
     "network like \"10.0.0.0/8\" or \"fd00::/8\"\n"
     "2:53: server.trusted_proxies.2: found string \"fd00::/129\", expected an IP address, or a "
     "network like \"10.0.0.0/8\" or \"fd00::/8\"\n"},
    {"trusted_proxy_with_a_padded_length_or_more_than_an_address", "[server.tls]",
     "[server]\ntrusted_proxies = [\"10.0.0.0/08\", \"::1\\u0000\"]\n[server.tls]",
     "2:20: server.trusted_proxies.0: found string \"10.0.0.0/08\", expected an IP address, or a "
     "network like \"10.0.0.0/8\" or \"fd00::/8\"\n"
     "2:35: server.trusted_proxies.1: found string \"::1\\u0000\", expected an IP address, or a "
     "network like \"10.0.0.0/8\" or \"fd00::/8\"\n"},
    {"trusted_proxy_twice", "[server.tls]",
     "[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"10.0.0.0/8\"]\n[server.tls]",
     "2:34: server.trusted_proxies.1: found \"10.0.0.0/8\" a second time; once is enough\n"},
};
INSTANTIATE_TEST_SUITE_P(upstreams, config_check_edge, testing::ValuesIn(upstreams),
                         support::case_name);

#define FORWARDING(keys) UPSTREAM ROUTE keys "[[route]]"

const refused_file routes[] = {
    {"without_handler_and_upstream", "handler = \"notes.read\"\n", "",
     "8:1: route.0.handler: missing; expected handler or upstream, which answers\n"},
    {"with_handler_and_upstream", "[[route]]", FORWARDING("handler = \"token\"\n"),
     "14:12: route.0.upstream: found beside handler; expected one of the two\n"},
    {"to_an_unknown_upstream", "handler = \"notes.read\"",
     "upstream = \"nots\"\n[[upstream]]\nname = \"notes\"\naddresses = [\"http://a\"]",
     "11:12: route.0.upstream: found \"nots\", which no [[upstream]] has as its name; did you mean "
     "notes?\n"},
    {"public_with_scopes", "handler =", "public = true\nscopes = [\"a\"]\nhandler =",
     "12:10: route.0.scopes: found with public = true, where no token is asked for; expected one "
     "of the two\n"},
    {"of_every_method_and_one", "[\"GET\"]", "[\"GET\", \"*\"]",
     "10:11: route.0.methods: found \"*\" beside a method; it stands for all of them, and alone\n"},
    {"of_every_method_twice", "[\"GET\"]", "[\"*\", \"*\"]",
     "10:11: route.0.methods: found \"*\" beside a method; it stands for all of them, and alone\n"},
    {"of_every_method_of_one_path", "[[route]]",
     FORWARDING("") "\npath = \"/api/*\"\n"
                    "methods = [\"*\"]\nupstream = \"notes\"\n[[route]]",
     "17:11: route.1.methods: found every method /api/*, which route.0 answers already\n"},
    {"with_keys_of_forwarding_for_a_handler", "handler =",
     "strip_prefix = \"/notes\"\nreplace_prefix = \"/v2\"\nclaims_to_headers = { x-user = \"sub\" "
     "}\ntoken_to_upstream = \"keep\"\nhost = \"upstream\"\nupgrades = []\nend_with_token = "
     "false\nanswer_timeout = \"1s\"\nidle_timeout = \"1s\"\nhandler =",
     "11:16: route.0.strip_prefix: found without upstream, for which alone it is\n"
     "12:18: route.0.replace_prefix: found without upstream, for which alone it is\n"
     "13:21: route.0.claims_to_headers: found without upstream, for which alone it is\n"
     "14:21: route.0.token_to_upstream: found without upstream, for which alone it is\n"
     "15:8: route.0.host: found without upstream, for which alone it is\n"
     "16:12: route.0.upgrades: found without upstream, for which alone it is\n"
     "17:18: route.0.end_with_token: found without upstream, for which alone it is\n"
     "18:18: route.0.answer_timeout: found without upstream, for which alone it is\n"
     "19:16: route.0.idle_timeout: found without upstream, for which alone it is\n"},
    {"with_a_body_no_handler_takes", "handler =", "body_bytes = 1073741825\nhandler =",
     "11:14: route.0.body_bytes: found 1073741825; a handler takes at most 1073741824\n"},
    {"stripped_of_what_is_not_there", "[[route]]", FORWARDING("strip_prefix = \"/other\"\n"),
     "15:16: route.0.strip_prefix: the paths of route \"/api/*\" do not begin with \"/other\"\n"},
    {"stripped_within_a_segment", "[[route]]", FORWARDING("strip_prefix = \"/ap\"\n"),
     "15:16: route.0.strip_prefix: the paths of route \"/api/*\" do not begin with \"/ap\"\n"},
    {"stripped_of_what_is_no_path", "[[route]]", FORWARDING("strip_prefix = \"/api/\"\n"),
     "15:16: route.0.strip_prefix: \"/api/\" is not a path that starts with '/' and does not end "
     "in one\n"},
    {"replaced_by_what_is_no_path", "[[route]]", FORWARDING("replace_prefix = \"/a/../b\"\n"),
     "15:18: route.0.replace_prefix: \"/a/../b\" is not a path that starts with '/' and does not "
     "end in one\n"},
    {"replaced_with_parameters", "[[route]]",
     UPSTREAM "[[route]]\npath = \"/a/{id}\"\nmethods = [\"*\"]\nupstream = "
              "\"notes\"\nreplace_prefix = \"/b\"\n[[route]]",
     "15:18: route.0.replace_prefix: found without strip_prefix on a route with parameters; "
     "expected strip_prefix, the part that is replaced\n"},
    {"with_claims_that_are_no_table", "[[route]]", FORWARDING("claims_to_headers = [\"sub\"]\n"),
     "15:21: route.0.claims_to_headers: found an array, expected a table of header fields, like { "
     "\"x-user\" = \"sub\" }\n"},
    {"with_a_claim_that_is_none", "[[route]]",
     FORWARDING("claims_to_headers = { x-user = 5, x-roles = \"\" }\n"),
     "15:32: route.0.claims_to_headers.x-user: found integer 5, expected the name of a claim, a "
     "path of up to 16 dots to one, or a table of claim, form and separator\n"
     "15:45: route.0.claims_to_headers.x-roles: found string \"\", expected the name of a claim, a "
     "path of up to 16 dots to one, or a table of claim, form and separator\n"},
    {"with_a_claim_of_unknown_keys", "[[route]]",
     FORWARDING("claims_to_headers = { x-roles = { frm = \"json\" } }\n"),
     "15:23: route.0.claims_to_headers.x-roles.claim: missing; expected the name of a claim, or a "
     "path of up to 16 dots to one\n"
     "15:35: route.0.claims_to_headers.x-roles.frm: unknown key; did you mean "
     "route.0.claims_to_headers.x-roles.form?\n"},
    {"with_a_claim_of_an_unknown_form", "[[route]]",
     FORWARDING("claims_to_headers = { x-roles = { claim = \"roles\", form = \"jsn\" } }\n"),
     "15:59: route.0.claims_to_headers.x-roles.form: found string \"jsn\", expected \"plain\", "
     "\"json\", \"percent\" or \"base64url\"; did you mean \"json\"?\n"},
    {"with_a_claim_that_is_separated_by_what_it_may_have", "[[route]]",
     FORWARDING(
         "claims_to_headers = { x-roles = { claim = \"roles\", form = \"percent\", separator "
         "= \"a\" } }\n"),
     "15:23: route.0.claims_to_headers.x-roles: header field \"x-roles\": \"a\" cannot "
     "separate the elements of an array\n"},
    {"with_a_claim_in_a_field_of_ours", "[[route]]",
     FORWARDING("claims_to_headers = { authorization = \"sub\", X-User = \"sub\" }\n"),
     "15:23: route.0.claims_to_headers.authorization: header field \"authorization\": cannot be "
     "set from a claim\n"
     "15:46: route.0.claims_to_headers.X-User: header field \"X-User\": is to be written in lower "
     "case\n"},
    {"with_a_claim_in_a_field_of_odd_letters", "[[route]]",
     FORWARDING("claims_to_headers = { \"x.user\" = \"sub\", x_user = \"sub\" }\n"),
     "15:23: route.0.claims_to_headers.\"x.user\": header field \"x.user\": letters, digits and "
     "'-' are expected, at most 64 of them\n"
     "15:41: route.0.claims_to_headers.x_user: header field \"x_user\": letters, digits and '-' "
     "are expected, at most 64 of them\n"},
    {"with_a_claim_where_all_claims_are", "[[route]]",
     FORWARDING("token_to_upstream = \"claims\"\nclaims_to_headers = { x-jwt-claims = \"sub\" }\n"),
     "16:21: route.0.claims_to_headers: header field \"x-jwt-claims\": is there twice\n"},
    {"with_a_claim_where_tokens_are", "[[route]]",
     "[[issuer.token_from]]\nheader = \"x-token\"\n" FORWARDING(
         "claims_to_headers = { x-token = \"sub\" }\n"),
     "17:21: route.0.claims_to_headers: header field \"x-token\": cannot be set from a claim\n"},
    {"with_tokens_where_history_is", "[[route]]",
     "[[issuer.token_from]]\nheader = \"x-forwarded-for\"\n" FORWARDING(
         "claims_to_headers = { x-user = \"sub\" }\n"),
     "8:1: issuer.0.token_from.0: header field \"x-forwarded-for\": cannot hold a token that is "
     "forwarded or removed\n"},
    {"upgraded_to_another_http", "[[route]]",
     FORWARDING("upgrades = [\"websocket\", \"h2c\", \"websocket\"]\n"),
     "15:26: route.0.upgrades.1: no protocol that a connection may be upgraded to: \"h2c\"\n"
     "15:33: route.0.upgrades.2: found \"websocket\" a second time; once is enough\n"},
    {"asked_by_no_host", "[[route]]", FORWARDING("host = \"a b\"\n"),
     "15:8: route.0.host: found string \"a b\", expected \"keep\", \"upstream\", or the host to "
     "ask for, like \"notes.example\"\n"},
    {"with_an_unknown_way_of_the_token", "[[route]]", FORWARDING("token_to_upstream = \"kep\"\n"),
     "15:21: route.0.token_to_upstream: found string \"kep\", expected \"keep\", \"remove\" or "
     "\"claims\"; did you mean \"keep\"?\n"},
    {"with_a_prefix_within_a_path", "\"/notes\"", "\"/no*/a\"",
     "9:8: route.0.path: route path \"/no*/a\": a '*' is the whole last segment\n"},
};
INSTANTIATE_TEST_SUITE_P(routes, config_check_edge, testing::ValuesIn(routes), support::case_name);

}  // namespace
}  // namespace latchkey::app
