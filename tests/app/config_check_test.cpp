#include "config_cases.hpp"
#include "support/cases.hpp"

#include <gmock/gmock.h>

namespace latchkey::app {
namespace {

class config_check : public testing::TestWithParam<refused_file> {};

TEST_P(config_check, refuses_a_contradiction_where_it_stands) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

const refused_file contradictions[] = {
    {"no_route", "[[route]]\npath = \"/notes\"\nmethods = [\"GET\"]\nhandler = \"notes.read\"\n",
     "", "1:1: route: missing; expected at least one [[route]]\n"},
    {"two_issuers_of_one_name", "[[route]]",
     "[[issuer]]\nissuer = \"https://idp.example/\"\njwks_uri = \"https://other.example/\"\n"
     "audiences = [\"other\"]\n[[route]]",
     "9:10: issuer.1.issuer: found \"https://idp.example/\", which is issuer.0 already; an issuer "
     "has one set of rules (list all its audiences there)\n"},
    {"two_routes_of_one_path", "[[route]]",
     "[[route]]\npath = \"/notes\"\nmethods = [\"POST\", \"GET\"]\nhandler = \"token\"\n[[route]]",
     "14:11: route.1.methods: found GET /notes, which route.0 answers already\n"},
    {"paths_that_differ_in_names_only", "[[route]]\npath = \"/notes\"",
     "[[route]]\npath = \"/notes/{id}\"\nmethods = [\"GET\"]\nhandler = \"token\"\n"
     "[[route]]\npath = \"/notes/{note}\"",
     "13:8: route.1.path: found \"/notes/{note}\", which takes the paths of route.0 and is never "
     "reached; expected \"/notes/{id}\" here as well\n"},
    {"one_method_twice", "[\"GET\"]", "[\"GET\", \"GET\"]",
     "10:11: route.0.methods: found GET a second time; once is enough\n"},
    {"path_no_router_takes", "\"/notes\"", "\"/a/../b\"",
     "9:8: route.0.path: route path \"/a/../b\": is not an acceptable path\n"},
    {"path_without_slash", "\"/notes\"", "\"notes\"",
     "9:8: route.0.path: route path \"notes\": must start with '/'\n"},
    {"one_scope_twice", "handler =", "scopes = [\"a\", \"b\", \"a\"]\nhandler =",
     "11:21: route.0.scopes.2: found \"a\" a second time; once is enough\n"},
    {"sandbox_with_a_log_in_a_folder_of_everybody", "[server.tls]",
     "[server]\nsandbox = true\n[log]\nsinks = [\"file\"]\n[log.file]\n"
     "path = \"/tmp/latchkey.log\"\n[server.tls]",
     "6:8: log.file.path: found \"/tmp/latchkey.log\", whose folder is /tmp; with server.sandbox "
     "the file needs a folder that is not at the top of the file system, like "
     "/var/log/latchkey\n"},
    {"token_larger_than_the_head", "[server.tls]",
     "[server.limits]\nheader_bytes = 8192\ntoken_bytes = 8193\n[server.tls]",
     "3:15: server.limits.token_bytes: found 8193, which is more than server.limits.header_bytes "
     "(8192) leaves room for\n"},
    {"required_in_both_ways", "[[route]]",
     "[[issuer.required_claim]]\nnames = [\"a\"]\nvalues = [true, true]\ncontains = [1, "
     "1.5]\n[[route]]",
     "10:17: issuer.0.required_claim.0.values.1: found true a second time; once is enough\n"
     "11:12: issuer.0.required_claim.0.contains: found beside values; a claim is one of them, or "
     "an array with one of them in it: expected one of the two keys\n"},
    {"tenants_without_a_place",
     "audiences =", "tenants = [\"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11\"]\naudiences =",
     "7:11: issuer.0.tenants: found beside an issuer without {tenantid}, which has no place for a "
     "tenant\n"},
    {"place_without_tenants", "\"https://idp.example/\"", "\"https://idp.example/{tenantid}\"",
     "4:1: issuer.0.tenants: missing; an issuer with {tenantid} stands for the tenants that are "
     "listed here by their ids\n"},
    {"place_that_is_no_segment", "\"https://idp.example/\"", "\"https://{tenantid}.example/\"",
     "5:10: issuer.0.issuer: found \"https://{tenantid}.example/\"; expected {tenantid} once, as a "
     "whole segment of the path of a URL\n"},
    {"tenant_in_capitals",
     "audiences =", "tenants = [\"8A6F2C1E-0F0D-4B53-9D0C-7D2F6D1F9B11\"]\naudiences =",
     "7:12: issuer.0.tenants.0: found string \"8A6F2C1E-0F0D-4B53-9D0C-7D2F6D1F9B11\", expected "
     "the id of a tenant: a UUID in lower case\n"},
    {"tenant_that_is_an_issuer_of_its_own", "[[route]]",
     "[[issuer]]\nissuer = \"https://idp.example/{tenantid}\"\njwks_uri = "
     "\"https://idp.example/\"\n"
     "tenants = [\"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11\"]\naudiences = [\"a\"]\n"
     "[[issuer]]\nissuer = \"https://idp.example/8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11\"\n"
     "jwks_uri = \"https://idp.example/\"\naudiences = [\"a\"]\n[[route]]",
     "14:10: issuer.2.issuer: found "
     "\"https://idp.example/8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11\", which is issuer.1 already; an "
     "issuer has one set of rules (list all its audiences there)\n"},
    {"tenants_without_keys",
     "issuer = \"https://idp.example/\"\njwks_uri = "
     "\"https://idp.example/keys\"",
     "issuer = \"https://idp.example/{tenantid}\"\n"
     "tenants = [\"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11\"]",
     "4:1: issuer.0.jwks_uri: missing; an issuer of several tenants cannot be asked for its keys; "
     "expected jwks_uri (\"https://login.microsoftonline.com/common/discovery/v2.0/keys\" for "
     "Entra), jwks_file or jwks\n"},
    {"token_from_nowhere", "[[route]]", "[[issuer.token_from]]\nprefix = \"a\"\n[[route]]",
     "8:1: issuer.0.token_from.0: expected header or cookie, where tokens are\n"},
    {"token_from_two_places", "[[route]]",
     "[[issuer.token_from]]\nheader = \"a\"\ncookie = \"a\"\n[[route]]",
     "8:1: issuer.0.token_from.0: found header beside cookie; expected one of the two\n"},
    {"prefix_of_a_cookie", "[[route]]",
     "[[issuer.token_from]]\nprefix = \"a\"\ncookie = \"a\"\n[[route]]",
     "9:10: issuer.0.token_from.0.prefix: found beside cookie, whose whole value is the token; "
     "leave it out\n"},
    {"authorization_without_a_prefix", "[[route]]",
     "[[issuer.token_from]]\nheader = \"Authorization\"\n[[route]]",
     "8:1: issuer.0.token_from.0.prefix: missing; a field Authorization says before the token that "
     "it is one\n"},
    {"one_place_twice", "[[route]]",
     "[[issuer.token_from]]\ncookie = \"a\"\n[[issuer.token_from]]\ncookie = \"a\"\n[[route]]",
     "10:1: issuer.0.token_from.1: is there a second time; once is enough\n"},
    {"places_that_overlap", "[[route]]",
     "[[issuer.token_from]]\nheader = \"X-Token\"\nprefix = \"Token \"\n"
     "[[issuer]]\nissuer = \"https://other.example/\"\njwks_uri = \"https://other.example/\"\n"
     "audiences = [\"a\"]\n[[issuer.token_from]]\nheader = \"x-token\"\n[[route]]",
     "15:1: issuer.1.token_from.0: overlaps issuer.0.token_from.0: a token there would be found "
     "twice, and refused; expected another field, a prefix that does not begin as that one's, or "
     "the very same words\n"},
    {"place_of_every_token", "[[route]]",
     "[[issuer.token_from]]\nheader = \"authorization\"\nprefix = \"bearer \"\n[[route]]",
     "8:1: issuer.0.token_from.0: overlaps Authorization: Bearer: a token there would be found "
     "twice, and refused; expected another field, a prefix that does not begin as that one's, or "
     "the very same words\n"},
    {"field_that_can_be_no_token", "[[route]]",
     "[[issuer.token_from]]\nheader = \"Cookie\"\n[[issuer.token_from]]\ncookie = \"a b\"\n"
     "[[issuer.token_from]]\nheader = \"a\"\nprefix = \" b\"\n[[route]]",
     "9:10: issuer.0.token_from.0.header: found string \"Cookie\", expected the name of an HTTP "
     "field that can carry a token\n"
     "11:10: issuer.0.token_from.1.cookie: found string \"a b\", expected the name of a cookie\n"
     "14:10: issuer.0.token_from.2.prefix: found string \" b\", expected what stands before the "
     "token: printable ASCII, no space first\n"},
    {"issuer_without_the_slash", "\"https://idp.example/\"",
     "\"https://idp.example\"\npreset = \"auth0\"",
     "5:10: issuer.0.issuer: found \"https://idp.example\", which no token of the preset's "
     "provider names; expected https://DOMAIN/ with the slash at its end\n"},
    {"claim_judged_already", "[[route]]",
     "[[issuer.required_claim]]\nnames = [\"sub\", \"exp\"]\n[[route]]",
     "9:17: issuer.0.required_claim.0.names.1: found \"exp\", which every token is judged by "
     "already\n"},
    {"claim_required_twice", "[[route]]",
     "[[issuer.required_claim]]\nnames = [\"azp\"]\n[[issuer.required_claim]]\n"
     "names = [\"a\", \"azp\"]\nvalues = [\"x\", \"x\"]\n[[route]]",
     "11:15: issuer.0.required_claim.1.names.1: found \"azp\", which is in "
     "issuer.0.required_claim.0 already\n"
     "12:16: issuer.0.required_claim.1.values.1: found \"x\" a second time; once is enough\n"},
    {"scopes_of_one_claim_twice", "[[route]]", "scope_claims = [\"scp\", \"scp\"]\n[[route]]",
     "8:24: issuer.0.scope_claims.1: found \"scp\" a second time; once is enough\n"},
    {"cache_too_small_for_a_token", "[[route]]", "[verify]\ntoken_cache_bytes = 65535\n[[route]]",
     "9:21: verify.token_cache_bytes: found 65535, which is too little to hold a token; expected "
     "65536 or more, or 0 for no cache\n"},
    {"admin_on_the_public_address", "[server.tls]",
     "[admin]\nlisten = \"127.0.0.1:8443\"\n[server.tls]",
     "2:10: admin.listen: found \"127.0.0.1:8443\", which is an address of server.listen as "
     "well\n"},
    {"token_url_that_the_policy_of_the_page_cannot_name", "[server.tls]",
     "[docs]\nenabled = true\nclient_id = \"a\"\nauthorization_url = \"https://[::1]/\"\n"
     "token_url = \"https://[::1]/t\"\n[server.tls]",
     "5:13: docs.token_url: found \"https://[::1]/t\", whose host the page's "
     "Content-Security-Policy cannot name; expected a host name or an IPv4 address\n"},
    {"address_within_all_of_its_family", "[server.tls]",
     "[server]\nlisten = [\"0.0.0.0:1\", \"127.0.0.1:1\", \"[::]:2\", \"[::1]:2\"]\n[server.tls]",
     "2:24: server.listen.1: found \"127.0.0.1:1\", which cannot be had beside \"0.0.0.0:1\" of "
     "server.listen\n"
     "2:49: server.listen.3: found \"[::1]:2\", which cannot be had beside \"[::]:2\" of "
     "server.listen\n"},
    {"admin_on_all_addresses", "[server.tls]", "[admin]\nlisten = \"0.0.0.0:08443\"\n[server.tls]",
     "2:10: admin.listen: found \"0.0.0.0:08443\", which cannot be had beside \"127.0.0.1:8443\" "
     "of server.listen\n"},
    {"admin_on_all_addresses_of_both_families", "[server.tls]",
     "[admin]\nlisten = \"[::]:8443\"\n[server.tls]",
     "2:10: admin.listen: found \"[::]:8443\", which cannot be had beside \"127.0.0.1:8443\" of "
     "server.listen\n"},
    {"one_address_in_two_spellings", "[server.tls]",
     "[server]\nlisten = [\"127.0.0.1:8443\", \"127.0.0.1:08443\", \"[0::1]:1\", \"[::1]:1\"]\n"
     "[server.tls]",
     "2:29: server.listen.1: found \"127.0.0.1:08443\", which cannot be had beside "
     "\"127.0.0.1:8443\" of server.listen\n"
     "2:60: server.listen.3: found \"[::1]:1\", which cannot be had beside \"[0::1]:1\" of "
     "server.listen\n"},
    {"listener_on_an_address_of_the_server", "[server.tls]",
     "[[server.listener]]\nlisten = [\"[::1]:1\", \"127.0.0.1:8443\"]\n[server.tls]",
     "2:22: server.listener.0.listen.1: found \"127.0.0.1:8443\", which is an address of "
     "server.listen as well\n"},
    {"certificates_of_clients_by_nobody", "[server.tls]",
     "[[server.listener]]\nlisten = [\"[::1]:1\"]\nclient_auth = \"required\"\n[server.tls]",
     "1:1: server.listener.0.client_ca: missing; client_auth needs the authorities whose clients "
     "are let in\n"},
    {"authorities_of_clients_that_nobody_asks", "[server.tls]",
     "[[server.listener]]\nlisten = [\"[::1]:1\"]\nclient_ca = \"ca.pem\"\n"
     "client_crl = \"crl.pem\"\n[server.tls]",
     "3:13: server.listener.0.client_ca: found without client_auth, so that no client is asked for "
     "a certificate\n"
     "4:14: server.listener.0.client_crl: found without client_auth, so that no client is asked "
     "for a certificate\n"},
    {"a_route_for_certificates_that_nobody_asks_for",
     "handler =", "client_certificate = \"required\"\nhandler =",
     "11:22: route.0.client_certificate: found \"required\" without a [[server.listener]] that "
     "asks "
     "for certificates (client_auth), so that nobody has one\n"},
    {"a_way_to_ask_that_there_is_not", "[server.tls]",
     "[[server.listener]]\nlisten = [\"[::1]:1\"]\nclient_auth = \"on\"\n[server.tls]",
     "3:15: server.listener.0.client_auth: found string \"on\", expected \"off\", \"optional\" or "
     "\"required\"\n"},
    {"two_listeners_on_an_address", "[server.tls]",
     "[[server.listener]]\nlisten = [\"[::1]:1\", \"[::1]:0\"]\n"
     "[[server.listener]]\nlisten = [\"systemd:a\", \"[::1]:0\", \"[::1]:1\", \"systemd:a\"]\n"
     "[admin]\nlisten = \"[::1]:1\"\n[server.tls]",
     "4:35: server.listener.1.listen.2: found \"[::1]:1\", which is an address of "
     "server.listener.0.listen as well\n"
     "4:46: server.listener.1.listen.3: found \"systemd:a\" a second time; once is enough\n"
     "6:10: admin.listen: found \"[::1]:1\", which is an address of server.listener.0.listen as "
     "well\n"},
    {"no_address_at_all", "[server.tls]", "[server]\nlisten = []\n[server.tls]",
     "2:10: server.listen: found an empty array without a [[server.listener]]; expected an address "
     "in one of the two\n"},
    {"proxy_protocol_of_nobody", "[server.tls]",
     "[[server.listener]]\nlisten = [\"[::1]:1\"]\nproxy_protocol = true\n[server.tls]",
     "3:18: server.listener.0.proxy_protocol: found true without server.trusted_proxies, so nobody "
     "could connect; expected the addresses of the proxies there\n"},
    {"file_for_the_log_missing", "[server.tls]", "[log]\nsinks = [\"file\"]\n[server.tls]",
     "1:1: log.file.path: missing; log.sinks has \"file\"\n"},
    {"file_for_the_log_unused", "[server.tls]", "[log.file]\npath = \"a.log\"\n[server.tls]",
     "2:8: log.file.path: found without \"file\" in log.sinks\n"},
    {"one_sink_twice", "[server.tls]", "[log]\nsinks = [\"stdout\", \"stdout\"]\n[server.tls]",
     "2:20: log.sinks.1: found \"stdout\" a second time; once is enough\n"},
    {"half_of_the_authorization", "[server.tls]",
     "[docs]\nenabled = true\nclient_id = \"a\"\ntoken_url = \"https://a/\"\n[server.tls]",
     "1:1: docs.authorization_url: missing; client_id, authorization_url and token_url are set "
     "together or not at all\n"},
    {"scope_nobody_could_ask_for", "handler =",
     "scopes = [\"notes\"]\nhandler = \"token\"\n[docs]\nenabled = true\nclient_id = \"a\"\n"
     "authorization_url = \"https://a/\"\ntoken_url = \"https://a/\"\n"
     "[[docs.scope]]\nname = \"note\"\n[[route]]\npath = \"/b\"\nmethods = [\"GET\"]\nhandler =",
     "11:10: route.0.scopes: found \"notes\", which no [[docs.scope]] declares, so nobody could "
     "ask for it; did you mean note?\n"},
    {"one_group_twice", "[server.tls]",
     "[[docs.tag]]\nname = \"a\"\n[[docs.tag]]\nname = \"a\"\n[server.tls]",
     "4:8: docs.tag.1.name: found \"a\" a second time\n"},
    {"parameter_of_the_page_itself", "[server.tls]",
     "[docs.authorization_parameters]\nstate = \"mine\"\n[server.tls]",
     "2:1: docs.authorization_parameters.state: found a parameter that the page sets itself; "
     "expected others alone\n"},
    {"text_of_no_licence", "[server.tls]", "[docs]\nlicense_url = \"https://a/\"\n[server.tls]",
     "1:1: docs.license: missing; license_url is where the text of license is\n"},
};

INSTANTIATE_TEST_SUITE_P(together, config_check, testing::ValuesIn(contradictions),
                         support::case_name);

TEST(config_check_tokens, an_array_may_have_to_hold_one_of_these_and_one_of_those) {
  const auto text = with("[[route]]",
                         "[[issuer.required_claim]]\nnames = [\"groups\"]\ncontains = [\"a\"]\n"
                         "[[issuer.required_claim]]\nnames = [\"groups\"]\ncontains = [\"b\"]\n"
                         "[[route]]");
  const auto loaded = parse_config(text, test_source());
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->issuers[0].required_claims.size(), 2U);
}

TEST(config_check_docs, a_route_cannot_take_the_place_of_the_documentation) {
  const auto text = with("\"/notes\"", "\"/openapi.json\"") + "[docs]\nenabled = true\n";
  EXPECT_THAT(
      messages(parse_config(text, test_source())),
      testing::HasSubstr(":9:8: route.0.path: found \"/openapi.json\", which belongs to the "
                         "documentation page"));
}

}  // namespace
}  // namespace latchkey::app
