#include "config_cases.hpp"
#include "support/cases.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

load_result load_with(environment_map environment, std::vector<std::string> flags) {
  return parse_config(smallest_config,
                      {"/etc/latchkey/c.toml", std::move(environment), std::move(flags)});
}

TEST(config_override, flag_over_environment_over_file) {
  const auto text = with("[server.tls]", "[server]\nworkers = 1\n[server.tls]");
  const auto workers = [&text](environment_map environment, std::vector<std::string> flags) {
    const auto loaded = parse_config(text, {"c.toml", std::move(environment), std::move(flags)});
    return messages(loaded).empty() ? loaded->server.workers : 999;
  };
  const environment_map variable{{"LATCHKEY_SERVER__WORKERS", "2"}};
  EXPECT_EQ(workers({}, {}), 1U);
  EXPECT_EQ(workers(variable, {}), 2U);
  EXPECT_EQ(workers(variable, {"server.workers=3"}), 3U);
  EXPECT_EQ(workers(variable, {"server.workers=3", "server.workers=4"}), 4U);
}

TEST(config_override, every_kind_of_value) {
  const auto loaded =
      load_with({{"LATCHKEY_LOG__LEVEL", "debug"},
                 {"LATCHKEY_ISSUER__0__CACHE__MAX_AGE", "5m"},
                 {"LATCHKEY_ISSUER__0__JWKS_URI", "http://127.0.0.1:1/k?a=b#"}},
                {"issuer.0.jwks_uri=http://127.0.0.1:1/k?a=b", "server.listen=[\"127.0.0.1:0\"]",
                 "docs.enabled=true", "docs.title=a \"quoted\" title", "docs.version='2'",
                 "server.tls.certificate=other.pem", "admin.listen="});
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->log.level, log_level::debug);
  EXPECT_EQ(loaded->issuers[0].cache.keys.refresh.max_age, 5min);
  EXPECT_EQ(loaded->issuers[0].jwks_uri, "http://127.0.0.1:1/k?a=b");
  EXPECT_THAT(loaded->server.listen, ElementsAre("127.0.0.1:0"));
  EXPECT_TRUE(loaded->docs.enabled);
  EXPECT_EQ(loaded->docs.title, "a \"quoted\" title");
  EXPECT_EQ(loaded->docs.version, "2");
  EXPECT_EQ(loaded->server.tls.certificate, "/etc/latchkey/other.pem");
  EXPECT_EQ(loaded->admin.listen, "");
}

TEST(config_override, tables_can_be_added_in_the_order_of_their_numbers) {
  environment_map environment;
  for (int i = 1; i <= 11; ++i) {
    const auto table = "LATCHKEY_ISSUER__" + std::to_string(i) + "__";
    environment[table + "ISSUER"] = "https://idp" + std::to_string(i) + ".example/";
    environment[table + "JWKS_URI"] = "https://idp.example/keys";
    environment[table + "AUDIENCES"] = "[\"account\"]";
  }
  const auto loaded = load_with(environment, {});
  ASSERT_EQ(messages(loaded), "");
  ASSERT_EQ(loaded->issuers.size(), 12U);
  EXPECT_EQ(loaded->issuers[11].issuer, "https://idp11.example/");
}

TEST(config_override, other_variables_are_left_alone) {
  EXPECT_EQ(messages(load_with({{"PATH", "/bin"}, {"LATCHKEY", "x"}, {"MY_LATCHKEY_X", "y"}}, {})),
            "");
}

struct refused_override {
  const char* name;
  const char* variable;
  const char* value;  // null: `variable` is what follows --set
  const char* expected;
};

class config_override_refuses : public testing::TestWithParam<refused_override> {};

TEST_P(config_override_refuses, and_says_where_it_came_from) {
  const auto& one = GetParam();
  const auto loaded =
      one.value ? load_with({{one.variable, one.value}}, {}) : load_with({}, {one.variable});
  EXPECT_EQ(messages(loaded), one.expected);
}

const refused_override refused[] = {
    {"unknown_flag", "server.worker=2", nullptr,
     "--set server.worker: server.worker: unknown key; did you mean server.workers?\n"},
    {"unknown_variable", "LATCHKEY_SERVER__WORKER", "2",
     "environment LATCHKEY_SERVER__WORKER: server.worker: unknown key; did you mean "
     "server.workers?\n"},
    {"one_underscore_for_two", "LATCHKEY_SERVER_WORKERS", "2",
     "environment LATCHKEY_SERVER_WORKERS: server_workers: unknown key; did you mean "
     "server.workers?\n"},
    {"small_letters", "LATCHKEY_server__workers", "2",
     "environment LATCHKEY_server__workers: unknown: names are in capitals throughout\n"},
    {"set_by_an_orchestrator", "LATCHKEY_PORT_8443_TCP", "tcp://10.0.0.1:8443",
     "environment LATCHKEY_PORT_8443_TCP: port_8443_tcp: unknown key; print-config shows all there "
     "are; if Kubernetes has set it, start the pod with enableServiceLinks: false\n"},
    {"table_instead_of_a_key", "server.tls={}", nullptr,
     "--set server.tls: server.tls: unknown key; print-config shows all there are\n"},
    {"item_of_an_array", "server.listen.0=127.0.0.1:1", nullptr,
     "--set server.listen.0: server.listen.0: unknown key; did you mean server.listen?\n"},
    {"star_for_an_index", "issuer.*.issuer=x", nullptr,
     "--set issuer.*.issuer: issuer.*.issuer: unknown key; did you mean issuer.0.issuer?\n"},
    {"index_with_a_gap", "issuer.2.issuer=x", nullptr,
     "--set issuer.2.issuer: issuer.2.issuer: there are 1 of issuer, so the next index is 1\n"},
    {"index_past_counting", "issuer.99999999999999999999.issuer=x", nullptr,
     "--set issuer.99999999999999999999.issuer: issuer.99999999999999999999.issuer: unknown key; "
     "did you mean issuer.0.issuer?\n"},
    {"no_value", "server.workers", nullptr,
     "--set server.workers: expected path=value, like server.workers=2\n"},
    {"no_path", "=2", nullptr, "--set =2: expected path=value, like server.workers=2\n"},
    {"not_toml", "server.workers=two", nullptr,
     "--set server.workers: server.workers: found \"two\", which is not a TOML value; expected an "
     "integer from 0 to 1024\n"},
    {"wrong_type", "server.workers=true", nullptr,
     "--set server.workers: server.workers: found true, expected an integer from 0 to 1024\n"},
    {"bare_text_for_an_array", "server.listen=127.0.0.1:1", nullptr,
     "--set server.listen: server.listen: found \"127.0.0.1:1\", which is not a TOML value; "
     "expected an array, each an address and a port, like \"127.0.0.1:8443\" or "
     "\"[::1]:8443\", or \"systemd:NAME\", like [\"a\", \"b\"]\n"},
    {"second_key_behind_the_value", "server.workers=1\nadmin = 2", nullptr,
     "--set server.workers: server.workers: found \"1\\u000Aadmin = 2\", which is not a TOML "
     "value; "
     "expected an integer from 0 to 1024\n"},
    {"second_key_behind_a_quoted_text", "docs.title=\"a\"\nb = \"c\"", nullptr,
     "--set docs.title: docs.title: found \"\\\"a\\\"\\u000Ab = \\\"c\\\"\", which is not a TOML "
     "value; expected a string\n"},
    {"rule_of_the_key", "LATCHKEY_ISSUER__0__JWKS_URI", "ftp://idp.example/",
     "environment LATCHKEY_ISSUER__0__JWKS_URI: issuer.0.jwks_uri: found string "
     "\"ftp://idp.example/\", expected the https URL of the issuer's keys (http for this machine, "
     "or with allow_http), without user or fragment\n"},
    {"contradiction", "admin.listen=127.0.0.1:8443", nullptr,
     "--set admin.listen: admin.listen: found \"127.0.0.1:8443\", which is an address of "
     "server.listen as well\n"},
    {"table_added_by_half", "route.1.path=/b", nullptr,
     "--set route.1.path: route.1.methods: missing; expected an array of one or more, each "
     "\"GET\", \"POST\", \"PUT\", \"PATCH\", \"DELETE\" or \"*\"\n"
     "--set route.1.path: route.1.handler: missing; expected handler or upstream, which answers\n"},
};

INSTANTIATE_TEST_SUITE_P(each, config_override_refuses, testing::ValuesIn(refused),
                         support::case_name);

}  // namespace
}  // namespace latchkey::app
