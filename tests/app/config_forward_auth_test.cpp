// What a configuration of other proxies' checks is read as, and what is refused of it.
#include "config_cases.hpp"
#include "support/cases.hpp"

#include <latchkey/app/checks.hpp>
#include <latchkey/app/config_print.hpp>

#include <gmock/gmock.h>

#include <string>

namespace latchkey::app {
namespace {

using testing::ElementsAre;

constexpr const char* whole =
    "[forward_auth]\n"
    "path = \"/_latchkey/check\"\n"
    "trusted_proxies = [\"127.0.0.1/32\", \"10.0.0.0/8\"]\n"
    "claims_to_headers = { x-user = \"sub\" }\n"
    "[[server.listener]]\n"
    "listen = [\"127.0.0.1:8444\"]\n"
    "plain_http = \"loopback\"\n"
    "[[route]]\n"
    "path = \"/api/*\"\n"
    "methods = [\"*\"]\n"
    "handler = \"checked\"\n"
    "claims_to_headers = { x-tenant = { claim = \"org\", form = \"json\" } }\n";

TEST(config_forward_auth, is_read_and_printed) {
  const auto loaded = parse_config(std::string{smallest_config} + whole, test_source());
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->forward_auth.path, "/_latchkey/check");
  EXPECT_THAT(loaded->forward_auth.trusted_proxies, ElementsAre("127.0.0.1/32", "10.0.0.0/8"));
  EXPECT_EQ(loaded->server.listeners.at(0).plain_http, plain_http::loopback);
  EXPECT_THAT(identities_of(*loaded), ElementsAre("x-tenant", "x-user"));
  EXPECT_EQ(told_of(*loaded, loaded->routes.at(0)).claims.at(0).name, "x-user");
  EXPECT_EQ(told_of(*loaded, loaded->routes.at(1)).claims.at(0).claim, "org");
  const auto again = parse_config(to_toml(*loaded), test_source());
  ASSERT_EQ(messages(again), "");
  EXPECT_EQ(*again, *loaded);
  EXPECT_EQ(check_pattern(parse_config(smallest_config, test_source())->forward_auth), "");
}

// What stands there comes at the end of the only route, from line 12 on.
constexpr const char* last = "handler = \"notes.read\"\n";

#define LAST "handler = \"notes.read\"\n"
#define TRUSTED "trusted_proxies = [\"10.0.0.1\"]\n"
#define CHECK LAST "[forward_auth]\npath = \"/check\"\n" TRUSTED
#define ROUTE CHECK "[[route]]\npath = \"/a\"\nmethods = [\"GET\"]\nhandler = \"checked\"\n"
#define LISTENER LAST "[[server.listener]]\nlisten = [\"127.0.0.1:1\", \"10.0.0.1:1\"]\n"

class config_check_forward_auth : public testing::TestWithParam<refused_file> {};

TEST_P(config_check_forward_auth, refuses_where_it_stands) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

const refused_file files[] = {
    {"fine", last, ROUTE, ""},
    {"nobody_may_ask", last, LAST "[forward_auth]\npath = \"/check\"\n",
     "12:1: forward_auth.trusted_proxies: missing, so that nobody could ask; expected the "
     "addresses of the proxies that may, like [\"127.0.0.1/32\"]\n"},
    {"nowhere", last, LAST "[forward_auth]\n" TRUSTED,
     "12:1: forward_auth.path: missing; expected the path where other proxies ask, like "
     "\"/_latchkey/check\"\n"},
    {"a_proxy_twice", last,
     LAST "[forward_auth]\npath = \"/check\"\ntrusted_proxies = [\"10.0.0.1\", \"10.0.0.1\"]\n",
     "14:32: forward_auth.trusted_proxies.1: found \"10.0.0.1\" a second time; once is enough\n"},
    {"not_a_network", last,
     LAST "[forward_auth]\npath = \"/check\"\ntrusted_proxies = [\"10.0.0.1/8\"]\n",
     "14:20: forward_auth.trusted_proxies.0: found string \"10.0.0.1/8\", expected an IP address, "
     "or a network like \"10.0.0.0/8\" or \"fd00::/8\"\n"},
    {"a_path_that_is_all", last, LAST "[forward_auth]\npath = \"/\"\n" TRUSTED,
     "13:8: forward_auth.path: found \"/\"; expected a path of plain segments that does not end in "
     "'/', like \"/_latchkey/check\"\n"},
    {"a_path_with_a_parameter", last, LAST "[forward_auth]\npath = \"/check;a\"\n" TRUSTED,
     "13:8: forward_auth.path: found \"/check;a\"; expected a path of plain segments that does not "
     "end in '/', like \"/_latchkey/check\"\n"},
    {"a_path_with_a_query", last, LAST "[forward_auth]\npath = \"/check?a\"\n" TRUSTED,
     "13:8: forward_auth.path: found \"/check?a\"; expected a path of plain segments that does not "
     "end in '/', like \"/_latchkey/check\"\n"},
    {"the_page", last,
     LAST "[docs]\nenabled = true\n[forward_auth]\npath = \"/docs/check\"\n" TRUSTED,
     "15:8: forward_auth.path: found \"/docs/check\", which belongs to the documentation page "
     "(docs.enabled = true)\n"},
    {"a_route_of_the_path", last,
     CHECK "[[route]]\npath = \"/check\"\nmethods = [\"GET\"]\nhandler = \"token\"\n",
     "16:8: route.1.path: found \"/check\", which is within forward_auth.path (\"/check\") and "
     "could never be asked for\n"},
    {"a_route_of_all_below", last,
     CHECK "[[route]]\npath = \"/check/*\"\nmethods = [\"*\"]\nhandler = \"token\"\n",
     "16:8: route.1.path: found \"/check/*\", which is within forward_auth.path (\"/check\") and "
     "could never be asked for\n"},
    {"a_route_below", last,
     CHECK "[[route]]\npath = \"/check/{id}/a\"\nmethods = [\"GET\"]\nhandler = \"token\"\n",
     "16:8: route.1.path: found \"/check/{id}/a\", which is within forward_auth.path (\"/check\") "
     "and could never be asked for\n"},
    {"a_route_around", last,
     CHECK "[[route]]\npath = \"/*\"\nmethods = [\"*\"]\nhandler = \"checked\"\n", ""},
    {"a_route_that_nobody_asks_about", last,
     LAST "[[route]]\npath = \"/a\"\nmethods = [\"GET\"]\nhandler = \"checked\"\n",
     "15:11: route.1.handler: found \"checked\" without forward_auth.path, so that nobody could "
     "ask\n"},
    {"a_certificate_of_nobody", last, ROUTE "claims_to_headers = { x-dn = \"cert.subject\" }\n",
     "19:23: route.1.claims_to_headers.x-dn: found \"cert.subject\", which no check can tell: the "
     "client's certificate is not shown here, but to the proxy that asks\n"},
    {"a_certificate_of_nobody_for_all", last,
     CHECK "claims_to_headers = { x-dn = \"cert.subject\" }\n",
     "15:23: forward_auth.claims_to_headers.x-dn: found \"cert.subject\", which no check can tell: "
     "the client's certificate is not shown here, but to the proxy that asks\n"},
    {"a_field_of_the_answer", last, CHECK "claims_to_headers = { location = \"sub\" }\n",
     "15:23: forward_auth.claims_to_headers.location: found \"location\", which means something "
     "else in the answer to a check ([forward_auth])\n"},
    {"a_field_of_the_answer_of_a_route", last, ROUTE "claims_to_headers = { etag = \"sub\" }\n",
     "19:23: route.1.claims_to_headers.etag: found \"etag\", which means something else in the "
     "answer to a check ([forward_auth])\n"},
    {"no_claims_for_other_handlers", last, LAST "claims_to_headers = { x-user = \"sub\" }\n",
     "12:21: route.0.claims_to_headers: found without upstream, for which alone it is\n"},

    {"plain_http_that_others_could_read", last, LISTENER "plain_http = \"loopback\"\n",
     "13:26: server.listener.0.listen.1: found \"10.0.0.1:1\" with plain_http = \"loopback\"; "
     "expected an address of this machine alone, or \"anywhere\", where tokens can be read on "
     "their way\n"},
    {"plain_http_as_asked_for", last, LISTENER "plain_http = \"anywhere\"\n", ""},
    {"certificates_without_tls", last,
     LISTENER "plain_http = \"anywhere\"\nclient_auth = \"required\"\nclient_ca = \"ca.pem\"\n",
     "15:15: server.listener.0.client_auth: found with plain_http, where no client can show a "
     "certificate\n"},
};

INSTANTIATE_TEST_SUITE_P(files, config_check_forward_auth, testing::ValuesIn(files),
                         support::case_name);

}  // namespace
}  // namespace latchkey::app
