#include "config_cases.hpp"
#include "support/cases.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"

#include <latchkey/app/config_print.hpp>

#include <gmock/gmock.h>

#include <string>

namespace latchkey::app {
namespace {

using testing::HasSubstr;
using testing::Not;

// A key set with one key (RFC 8037 appendix A.2).
constexpr std::string_view usable_jwks =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","alg":"EdDSA",)"
    R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

class config_check_keys : public testing::TestWithParam<refused_file> {};

TEST_P(config_check_keys, refuses_a_contradiction_where_it_stands) {
  EXPECT_EQ(messages_about(GetParam()), GetParam().expected);
}

constexpr const char* issuer_and_uri =
    "issuer = \"https://idp.example/\"\njwks_uri = \"https://idp.example/keys\"";
constexpr const char* uri = "jwks_uri = \"https://idp.example/keys\"";

const refused_file contradictions[] = {
    {"stale_before_old", "[[route]]",
     "[issuer.cache]\nmax_age = \"1h\"\nmax_stale = \"30m\"\n[[route]]",
     "10:13: issuer.0.cache.max_stale: found \"30m\", which is less than max_age (\"1h\")\n"},
    {"connecting_longer_than_all", "[[route]]",
     "[issuer.cache]\nconnect_timeout = \"6s\"\n[[route]]",
     "9:19: issuer.0.cache.connect_timeout: found \"6s\", which is more than total_timeout "
     "(\"5s\")\n"},
    {"shortest_above_longest", "[[route]]",
     "[issuer.cache]\nshortest_max_age = \"10m\"\nlongest_max_age = \"5m\"\n[[route]]",
     "9:20: issuer.0.cache.shortest_max_age: found \"10m\", which is more than longest_max_age "
     "(\"5m\")\n"},
    {"first_wait_above_the_longest", "[[route]]",
     "[issuer.cache]\nbackoff_first = \"2m\"\n[[route]]",
     "9:17: issuer.0.cache.backoff_first: found \"2m\", which is more than backoff_max "
     "(\"1m\")\n"},
    {"jitter_past_the_age", "[[route]]",
     "[issuer.cache]\nrefresh_ahead = 90\njitter = 11\n[[route]]",
     "10:10: issuer.0.cache.jitter: found 11, which moves refresh_ahead (90) out of 10 to 100\n"},
    {"jitter_to_the_beginning", "[[route]]",
     "[issuer.cache]\nrefresh_ahead = 29\njitter = 20\n[[route]]",
     "10:10: issuer.0.cache.jitter: found 20, which moves refresh_ahead (29) out of 10 to 100\n"},
    {"keys_from_two_places", "audiences =", "jwks_file = \"keys.json\"\naudiences =",
     "7:13: issuer.0.jwks_file: found beside jwks_uri; expected at most one of jwks_uri, jwks_file "
     "and jwks\n"},
    {"keys_from_a_file_and_inline", uri, "jwks_file = \"keys.json\"\njwks = \"{}\"",
     "7:8: issuer.0.jwks: found beside jwks_file; expected at most one of jwks_uri, jwks_file and "
     "jwks\n"},
    {"issuer_that_cannot_be_asked", issuer_and_uri, "issuer = \"accounts\"",
     "4:1: issuer.0.jwks_uri: missing; discovery needs an issuer that is an https URL without "
     "query or fragment; expected one of jwks_uri, jwks_file and jwks\n"},
    {"issuer_on_this_machine", issuer_and_uri, "issuer = \"http://127.0.0.1:9400\"",
     "4:1: issuer.0.jwks_uri: missing; an issuer on this machine is asked for its keys with "
     "allow_internal = true only; expected that, or one of jwks_uri, jwks_file and jwks\n"},
    {"issuer_over_http", issuer_and_uri, "issuer = \"http://keycloak:8080/realms/a\"",
     "4:1: issuer.0.jwks_uri: missing; an issuer at an http address is asked for its keys with "
     "allow_http = true only, since anybody on the way could answer with keys of his own; expected "
     "that, or one of jwks_uri, jwks_file and jwks\n"},
    {"http_for_a_file", uri, "jwks_file = \"keys.json\"\nallow_http = true",
     "7:14: issuer.0.allow_http: found beside jwks_file, with which nothing is fetched; leave it "
     "out\n"},
    {"inline_keys_that_are_none", uri, "jwks = '{\"keys\": []}'",
     "6:8: issuer.0.jwks: found a string that is no usable key set: no_usable_key (the key set has "
     "no usable key)\n"},
    {"ways_to_a_file", uri,
     "jwks_file = \"keys.json\"\nca_file = \"ca.pem\"\nproxy = \"none\"\nallow_internal = true",
     "7:11: issuer.0.ca_file: found beside jwks_file, with which nothing is fetched; leave it "
     "out\n"
     "8:9: issuer.0.proxy: found beside jwks_file, with which nothing is fetched; leave it out\n"
     "9:18: issuer.0.allow_internal: found beside jwks_file, with which nothing is fetched; leave "
     "it out\n"},
    {"client_of_a_file", uri,
     "jwks_file = \"keys.json\"\nclient_certificate = \"c.pem\"\nclient_key = \"c.key\"",
     "7:22: issuer.0.client_certificate: found beside jwks_file, with which nothing is fetched; "
     "leave it out\n"
     "8:14: issuer.0.client_key: found beside jwks_file, with which nothing is fetched; leave it "
     "out\n"},
    {"header_for_a_file", "jwks_uri = \"https://idp.example/keys\"\naudiences = [\"account\"]",
     "jwks_file = \"keys.json\"\naudiences = [\"account\"]\n"
     "[[issuer.header]]\nname = \"X\"\nvalue = \"y\"",
     "8:1: issuer.0.header: found beside jwks_file, with which nothing is fetched; leave it out\n"},
    {"certificate_without_key", "audiences =", "client_certificate = \"c.pem\"\naudiences =",
     "4:1: issuer.0.client_key: missing; client_certificate and client_key are set together or not "
     "at all\n"},
    {"key_without_certificate", "audiences =", "client_key = \"c.key\"\naudiences =",
     "4:1: issuer.0.client_certificate: missing; client_certificate and client_key are set "
     "together or not at all\n"},
    {"origins_without_certificate",
     "audiences =", "client_certificate_origins = [\"https://keys.example/\"]\naudiences =",
     "7:30: issuer.0.client_certificate_origins: found without client_certificate, which it is "
     "about\n"},
    {"header_given_twice", "[[route]]",
     "[[issuer.header]]\nname = \"X-A\"\nvalue = \"1\"\n"
     "[[issuer.header]]\nname = \"x-a\"\nvalue = \"2\"\n[[route]]",
     "12:8: issuer.0.header.1.name: found \"x-a\", which is header.0 already\n"},
};

INSTANTIATE_TEST_SUITE_P(together, config_check_keys, testing::ValuesIn(contradictions),
                         support::case_name);

TEST(config_keys_together, accept_what_lies_at_the_edge) {
  for (const char* cache :
       {"max_stale = \"0s\"", "refresh_ahead = 90\njitter = 10", "refresh_ahead = 30\njitter = 20",
        "shortest_max_age = \"1h\"", "backoff_first = \"1m\"", "client_share = 100"}) {
    const auto text = with("[[route]]", std::string{"[issuer.cache]\n"} + cache + "\n[[route]]");
    EXPECT_EQ(messages(parse_config(text, test_source())), "");
  }
}

TEST(config_keys_together, take_http_from_elsewhere_where_that_is_allowed) {
  for (const char* keys :
       {"issuer = \"http://keycloak:8080/realms/a\"\nallow_http = true",
        "issuer = \"https://idp.example/\"\njwks_uri = \"http://keycloak/k\"\nallow_http = true",
        "issuer = \"https://idp.example/\"\nallow_http = true"}) {
    EXPECT_EQ(messages(parse_config(with(issuer_and_uri, keys), test_source())), "") << keys;
  }
}

TEST(config_keys_together, take_the_value_of_a_header_from_a_file) {
  const auto text =
      with("[[route]]",
           "[[issuer.header]]\nname = \"Authorization\"\nvalue_file = \"token\"\n"
           "value_prefix = \"Bearer \"\norigins = [\"https://k.example\"]\n[[route]]");
  const auto loaded = parse_config(text, test_source());
  ASSERT_EQ(messages(loaded), "");
  const auto& header = loaded->issuers.front().headers.front();
  EXPECT_EQ(header.value, "");
  EXPECT_EQ(header.value_file, "/etc/latchkey/token");
  EXPECT_EQ(header.value_prefix, "Bearer ");
  EXPECT_EQ(header.origins, std::vector<std::string>{"https://k.example"});
}

TEST(config_keys_together, a_source_that_was_refused_is_not_called_missing) {
  const auto all = messages(parse_config(with(uri, "jwks_file = 5"), test_source()));
  EXPECT_THAT(all, HasSubstr("issuer.0.jwks_file"));
  EXPECT_THAT(all, Not(HasSubstr("missing")));
}

TEST(config_keys_together, inline_keys_are_a_key_set) {
  const auto text = [](const std::string& keys, const char* cache) {
    auto all = with(uri, "jwks = '" + keys + "'");
    return all.insert(all.find("[[route]]"), cache);
  };
  const std::string keys{usable_jwks};
  EXPECT_EQ(messages(parse_config(text(keys, ""), test_source())), "");
  EXPECT_THAT(messages(parse_config(
                  text(keys + std::string(1024, ' '), "[issuer.cache]\nmax_bytes = 1024\n"),
                  test_source())),
              HasSubstr("issuer.0.jwks: found a string that is no usable key set: "
                        "key_set_too_large"));
}

struct issuer_case {
  const char* name;
  bool outside;
  bool inside;  // with allow_internal
};

TEST(config_keys_together, an_issuer_needs_no_address_where_discovery_finds_it) {
  const auto text = [](const std::string& name, const std::string& more) {
    return with(issuer_and_uri, "issuer = \"" + name + '"' + more);
  };
  const issuer_case cases[] = {
      {"https://idp.example/", true, true},
      {"https://idp.example/realms/a", true, true},
      {"http://127.0.0.1:9400", false, true},
      {"https://localhost:9400", false, true},
      {"http://[::1]:9400/", false, true},
      {"http://idp.example/", false, false},
      {"https://idp.example/?tenant=a", false, false},
      {"https://idp.example/#a", false, false},
      {"accounts.example", false, false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(messages(parse_config(text(one.name, ""), test_source())).empty(), one.outside)
        << one.name;
    const auto allowed = parse_config(text(one.name, "\nallow_internal = true"), test_source());
    EXPECT_EQ(messages(allowed).empty(), one.inside) << one.name;
  }
}

struct field_case {
  const char* text;
  bool accepted;
};

bool accepts_header(const std::string& name, const std::string& value) {
  const auto text = with("[[route]]", "[[issuer.header]]\nname = \"" + name + "\"\nvalue = \"" +
                                          value + "\"\n[[route]]");
  return messages(parse_config(text, test_source())).empty();
}

TEST(config_headers, have_names_that_the_client_leaves_alone) {
  const field_case cases[] = {
      {"X-Api-Key", true},
      {"Authorization", true},
      {"!#$%&'*+-.^_`|~09azAZ", true},
      {"Accept", false},
      {"accept-encoding", false},
      {"Connection", false},
      {"content-length", false},
      {"HOST", false},
      {"Transfer-Encoding", false},
      {"USER-AGENT", false},
      {"If-None-Match", false},
      {"TE", false},
      {"Upgrade", false},
      {"X Key", false},
      {"X-Key:", false},
      {"", false},
      {"X\\u00e9", false},
      {"X@", false},
      {"[X]", false},
      {"X\\u0000", false},
  };
  for (const auto& one : cases) EXPECT_EQ(accepts_header(one.text, "a"), one.accepted) << one.text;
}

TEST(config_headers, have_values_of_one_line) {
  const field_case cases[] = {
      {"a", true},         {"Bearer a b\\tc", true},
      {"~!", true},        {"", false},
      {" a", false},       {"a ", false},
      {"a\\r\\nb", false}, {"a\\u0000", false},
      {"a\\u007f", false}, {"\\u00e9", false},
  };
  for (const auto& one : cases) EXPECT_EQ(accepts_header("X", one.text), one.accepted) << one.text;
}

TEST(config_secrets, are_not_printed) {
  auto loaded = parse_config(smallest_config, test_source());
  ASSERT_EQ(messages(loaded), "");
  EXPECT_THAT(to_toml(*loaded), HasSubstr("\nproxy = \"\"\n"));
  loaded->issuers[0].proxy = "http://ann:word@proxy.example:3128";
  loaded->issuers[0].headers = {{"X-Api-Key", "sesame"}};
  const auto printed = to_toml(*loaded);
  EXPECT_THAT(printed, Not(HasSubstr("proxy.example")));
  EXPECT_THAT(printed, Not(HasSubstr("sesame")));
  EXPECT_THAT(printed, HasSubstr("\n# proxy is secret and not shown\n"));
  EXPECT_THAT(printed, HasSubstr("name = \"X-Api-Key\"\n# value is secret and not shown\n"));
}

TEST(config_secrets, are_not_in_messages) {
  const auto text =
      with(uri,
           "jwks_file = \"k.json\"\nproxy = \"http://ann:sesame@proxy.example:3128\"\n"
           "client_key = 5");
  const auto all = messages(parse_config(text, test_source()));
  EXPECT_THAT(all, HasSubstr("issuer.0.proxy"));
  EXPECT_THAT(all, Not(HasSubstr("sesame")));
  const auto flag = parse_config(smallest_config,
                                 {"c.toml", {}, {"issuer.0.proxy=ftp://ann:sesame@proxy.example"}});
  EXPECT_THAT(messages(flag), HasSubstr("found another value"));
  EXPECT_THAT(messages(flag), Not(HasSubstr("sesame")));
}

TEST(config_files, a_file_of_keys_must_have_a_usable_one) {
  const support::temporary_folder folder;
  const auto file = folder.write("c.toml", with(uri, "jwks_file = \"keys.json\""));
  const auto own = support::make_certificate();
  folder.write("server.pem", own.pem);
  folder.write("server.key", own.key_pem);
  const auto loaded = load_config({file, {}, {}});
  ASSERT_EQ(messages(loaded), "");
  const auto problem = [&] {
    const auto problems = check_files(*loaded, file);
    return problems.empty() ? std::string{} : problems[0].key + ": " + problems[0].message;
  };
  EXPECT_EQ(problem(),
            "issuer.0.jwks_file: " + (folder.path() / "keys.json").string() + " does not exist");
  folder.write("keys.json", R"({"keys":[]})");
  EXPECT_THAT(problem(), HasSubstr("is no usable key set: no_usable_key"));
  folder.write("keys.json",
               R"({"keys":[{"kty":"oct","kid":"a","k":"AAAA"},{"kty":"EC","crv":"P-256"}]})");
  EXPECT_THAT(problem(),
              HasSubstr("is no usable key set: no_usable_key (the key set has no usable key): key "
                        "\"a\", kty \"oct\": kty_not_supported (the key type is not supported); "
                        "key 2, kty \"EC\": bad_point (a coordinate is missing, malformed or "
                        "longer than the field)"));
  folder.write("keys.json", usable_jwks);
  EXPECT_EQ(problem(), "");
}

TEST(config_files, of_the_client_must_be_there) {
  const support::temporary_folder folder;
  const auto file = folder.write(
      "c.toml", with(uri, "client_certificate = \"c.pem\"\nclient_key = \"server.key\""));
  const auto own = support::make_certificate();
  folder.write("server.pem", own.pem);
  folder.write("server.key", own.key_pem);
  const auto loaded = load_config({file, {}, {}});
  ASSERT_EQ(messages(loaded), "");
  const auto problems = check_files(*loaded, file);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].key, "issuer.0.client_certificate");
}

}  // namespace
}  // namespace latchkey::app
