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
     "14:11: route.1.methods: found GET /notes/{note}, which route.0 answers already\n"},
    {"one_method_twice", "[\"GET\"]", "[\"GET\", \"GET\"]",
     "10:11: route.0.methods: found GET /notes, which route.0 answers already\n"},
    {"path_no_router_takes", "\"/notes\"", "\"/a/../b\"",
     "9:8: route.0.path: route path \"/a/../b\": is not an acceptable path\n"},
    {"path_without_slash", "\"/notes\"", "\"notes\"",
     "9:8: route.0.path: route path \"notes\": must start with '/'\n"},
    {"one_scope_twice", "handler =", "scopes = [\"a\", \"b\", \"a\"]\nhandler =",
     "11:21: route.0.scopes.2: found \"a\" a second time; once is enough\n"},
    {"token_larger_than_the_head", "[server.tls]",
     "[server.limits]\nheader_bytes = 8192\ntoken_bytes = 8193\n[server.tls]",
     "3:15: server.limits.token_bytes: found 8193, which is more than server.limits.header_bytes "
     "(8192) leaves room for\n"},
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
};

INSTANTIATE_TEST_SUITE_P(together, config_check, testing::ValuesIn(contradictions),
                         support::case_name);

TEST(config_check_docs, a_route_cannot_take_the_place_of_the_documentation) {
  const auto text = with("\"/notes\"", "\"/openapi.json\"") + "[docs]\nenabled = true\n";
  EXPECT_THAT(
      messages(parse_config(text, test_source())),
      testing::HasSubstr(":9:8: route.0.path: found \"/openapi.json\", which belongs to the "
                         "documentation page"));
}

}  // namespace
}  // namespace latchkey::app
