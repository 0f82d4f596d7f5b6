#include <latchkey/issuer_settings.hpp>

#include <gmock/gmock.h>

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::programs {
namespace {

using namespace std::chrono_literals;

app::issuer_config remote() {
  app::issuer_config issuer;
  issuer.issuer = "https://idp.example/";
  issuer.jwks_uri = "https://idp.example/keys";
  return issuer;
}

app::issuer_config discovered() {
  auto issuer = remote();
  issuer.jwks_uri.clear();
  return issuer;
}

app::issuer_config in_file() {
  auto issuer = discovered();
  issuer.jwks_file = "/etc/keys.json";
  return issuer;
}

app::issuer_config with_text() {
  auto issuer = discovered();
  issuer.jwks = R"({"keys":[]})";
  return issuer;
}

TEST(issuer_settings, name_the_source) {
  EXPECT_EQ(source_of(remote()), "https://idp.example/keys");
  EXPECT_EQ(source_of(discovered()), "discovery");
  EXPECT_EQ(source_of(in_file()), "file /etc/keys.json");
  EXPECT_EQ(source_of(with_text()), "inline");
}

TEST(issuer_settings, take_every_value_of_the_cache) {
  auto issuer = remote();
  issuer.cache.keys.refresh.max_age = 11min;
  issuer.cache.keys.fetch_timeout = 6s;
  issuer.cache.keys.limits = {4096, 7};
  issuer.cache.connect_timeout = 1s;
  EXPECT_EQ(keys_settings(issuer), issuer.cache.keys);
  EXPECT_EQ(fetch_settings(issuer, {}).connect_timeout, 1s);
  EXPECT_EQ(fetch_settings(issuer, {}).max_bytes, 4096U);
  // Metadata may be larger than the few keys somebody has.
  EXPECT_EQ(fetch_settings(
                [&] {
                  auto other = issuer;
                  other.jwks_uri.clear();
                  return other;
                }(),
                {})
                .max_bytes,
            65'536U);
}

// What the checked configuration allows must not be refused when the server starts.
TEST(issuer_settings, work_for_all_that_the_configuration_allows) {
  const auto works = [](app::issuer_config issuer, unsigned ahead, unsigned jitter,
                        std::chrono::milliseconds stale) {
    issuer.cache.keys.refresh.refresh_ahead = static_cast<double>(ahead) / 100;
    issuer.cache.keys.refresh.jitter = static_cast<double>(jitter) / 100;
    issuer.cache.keys.refresh.max_stale = stale;
    EXPECT_NO_THROW(check(keys_settings(issuer))) << ahead << ' ' << jitter;
  };
  for (const auto& issuer : {remote(), discovered(), in_file(), with_text()}) {
    for (unsigned ahead = 25; ahead <= 90; ++ahead) {
      for (unsigned jitter = 0; jitter <= 20 && jitter + 10 <= ahead && ahead + jitter <= 100;
           ++jitter) {
        works(issuer, ahead, jitter, 0s);
        works(issuer, ahead, jitter, 720h);
      }
    }
  }
  auto least = remote();
  least.cache.keys.refresh.client_share = 0.01;
  EXPECT_NO_THROW(check(keys_settings(least)));
}

TEST(issuer_settings, look_at_a_file_every_two_seconds_and_keep_what_it_had) {
  auto issuer = in_file();
  issuer.cache.keys.refresh.max_stale = 0s;
  const auto made = keys_settings(issuer).refresh;
  EXPECT_EQ(made.max_age, 2s);
  EXPECT_EQ(made.cooldown, 1s);
  EXPECT_EQ(made.backoff_first, 2s);
  EXPECT_EQ(made.backoff_max, 2s);
  EXPECT_EQ(made.max_stale, 24h * 365);
  EXPECT_EQ(keys_settings(with_text()).refresh.max_age, 24h);
}

TEST(issuer_settings, say_how_the_issuer_is_reached) {
  auto issuer = remote();
  issuer.ca_file = "/etc/ca.pem";
  issuer.client_certificate = "/etc/client.pem";
  issuer.client_key = "/etc/client.key";
  issuer.headers = {{"X-A", "1"}, {"X-B", "2"}};
  const auto made = fetch_settings(issuer, {});
  EXPECT_EQ(made.ca_file, "/etc/ca.pem");
  EXPECT_EQ(made.client_certificate, "/etc/client.pem");
  EXPECT_EQ(made.client_key, "/etc/client.key");
  ASSERT_EQ(made.headers.size(), 2U);
  EXPECT_EQ(made.headers[0].name, "X-A");
  EXPECT_EQ(made.headers[0].value, "1");
  EXPECT_EQ(made.headers[1].name, "X-B");
  EXPECT_FALSE(made.allow_http);
  issuer.allow_http = true;
  EXPECT_TRUE(fetch_settings(issuer, {}).allow_http);
}

TEST(issuer_settings, send_headers_to_the_origin_that_is_asked_first) {
  using testing::ElementsAre;
  auto issuer = discovered();
  issuer.headers = {{"X-A", "1"}, {"X-B", "", "/etc/token", "Bearer ", {"https://keys.example"}}};
  const auto made = fetch_settings(issuer, {}).headers;
  EXPECT_THAT(made[0].origins, ElementsAre("https://idp.example/"));
  EXPECT_THAT(made[1].origins, ElementsAre("https://keys.example", "https://idp.example/"));
  EXPECT_EQ(made[1].value_file, "/etc/token");
  EXPECT_EQ(made[1].prefix, "Bearer ");
  issuer.jwks_uri = "https://elsewhere.example/keys";
  EXPECT_THAT(fetch_settings(issuer, {}).headers[0].origins,
              ElementsAre("https://elsewhere.example/keys"));
}

TEST(issuer_settings, show_the_client_certificate_to_the_origin_that_is_asked_first) {
  using testing::ElementsAre;
  auto issuer = discovered();
  issuer.client_certificate = "/etc/client.pem";
  issuer.client_key = "/etc/client.key";
  EXPECT_THAT(fetch_settings(issuer, {}).certificate_origins, ElementsAre("https://idp.example/"));
  issuer.client_certificate_origins = {"https://mtls.example"};
  EXPECT_THAT(fetch_settings(issuer, {}).certificate_origins,
              ElementsAre("https://mtls.example", "https://idp.example/"));
}

TEST(issuer_settings, tell_keys_that_come_over_http) {
  for (auto issuer : {remote(), discovered(), in_file(), with_text()}) {
    EXPECT_FALSE(over_http(issuer));
    issuer.allow_http = true;
    EXPECT_EQ(over_http(issuer), source_of(issuer) == "discovery") << source_of(issuer);
    issuer.jwks_uri = "http://127.0.0.1/keys";
    EXPECT_FALSE(over_http(issuer));
  }
  auto issuer = remote();
  issuer.jwks_uri = "http://keycloak/keys";
  issuer.allow_http = true;
  EXPECT_TRUE(over_http(issuer));
}

TEST(issuer_settings, let_discovery_lead_to_this_machine_only_where_it_may) {
  EXPECT_TRUE(fetch_settings(discovered(), {}).refuse_internal);
  EXPECT_FALSE(fetch_settings(remote(), {}).refuse_internal);
  auto issuer = discovered();
  issuer.allow_internal = true;
  EXPECT_FALSE(fetch_settings(issuer, {}).refuse_internal);
}

TEST(issuer_settings, take_the_proxy_of_the_environment) {
  EXPECT_EQ(proxy_from({}).url, "");
  EXPECT_EQ(proxy_from({{"HTTP_PROXY", "http://a"}, {"ALL_PROXY", "http://a"}}).url, "");
  EXPECT_EQ(proxy_from({{"HTTPS_PROXY", "http://a"}}).url, "http://a");
  EXPECT_EQ(proxy_from({{"HTTPS_PROXY", "http://a"}, {"https_proxy", "http://b"}}).url, "http://b");
  EXPECT_EQ(proxy_from({{"HTTPS_PROXY", "http://a"}, {"https_proxy", ""}}).url, "http://a");
  EXPECT_EQ(proxy_from({{"NO_PROXY", "a"}}).no_proxy, "a");
  EXPECT_EQ(proxy_from({{"NO_PROXY", "a"}, {"no_proxy", "b"}}).no_proxy, "b");
}

TEST(issuer_settings, prefer_the_proxy_of_the_configuration) {
  const client::proxy_settings environment{"http://env.example:3128", "other.example"};
  auto issuer = remote();
  EXPECT_EQ(fetch_settings(issuer, environment).proxy.url, "http://env.example:3128");
  EXPECT_EQ(fetch_settings(issuer, environment).proxy.no_proxy, "other.example");
  issuer.proxy = "http://own.example:3128";
  EXPECT_EQ(fetch_settings(issuer, environment).proxy.url, "http://own.example:3128");
  EXPECT_EQ(fetch_settings(issuer, environment).proxy.no_proxy, "");
  issuer.proxy = "none";
  EXPECT_EQ(fetch_settings(issuer, environment).proxy.url, "");
}

TEST(issuer_settings, refuse_a_proxy_of_the_environment_that_is_none) {
  const client::proxy_settings environment{"https://ann:sesame@env.example", {}};
  try {
    (void)fetch_settings(remote(), environment);
    FAIL() << "was taken";
  } catch (const std::invalid_argument& refused) {
    EXPECT_EQ(std::string{refused.what()}.find("sesame"), std::string::npos);
  }
  // Where nothing goes through it, it is of no concern.
  auto local = remote();
  local.jwks_uri = "http://127.0.0.1:9400/keys";
  EXPECT_EQ(fetch_settings(local, environment).proxy.url, "");
  for (const auto* no_proxy : {"idp.example", ".example", "*", "other, idp.example:443"}) {
    EXPECT_EQ(fetch_settings(remote(), {environment.url, no_proxy}).proxy.url, "") << no_proxy;
    // Metadata may lead to somebody else, where it would be used.
    EXPECT_EQ(fetch_settings(discovered(), {environment.url, no_proxy}).proxy.url, environment.url);
  }
  EXPECT_THROW(fetch_settings(remote(), {environment.url, "other.example"}), std::invalid_argument);
  auto direct = remote();
  direct.proxy = "none";
  EXPECT_NO_THROW(fetch_settings(direct, environment));
}

TEST(same_keys, whatever_the_terms_for_tokens) {
  const auto one = remote();
  auto other = one;
  other.audiences = {"b"};
  other.scope_claims = {"x"};
  other.algorithms = {"ES256"};
  other.clock_skew = 1s;
  other.max_token_age = 1s;
  other.bound_tokens = jose::bound_tokens::ignore;
  other.token_from = {{.cookie = "c"}};
  other.required_claims = {{{"a"}, {}, {}}};
  EXPECT_TRUE(same_keys(one, other));
}

TEST(same_keys, not_where_they_come_from_elsewhere_or_are_kept_otherwise) {
  const std::vector<std::function<void(app::issuer_config&)>> changes{
      [](auto& one) { one.issuer = "https://x.example/"; },
      [](auto& one) { one.tenants = {"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11"}; },
      [](auto& one) { one.jwks_uri = "https://x.example/keys"; },
      [](auto& one) { one.jwks_file = "/keys.json"; },
      [](auto& one) { one.jwks = "{}"; },
      [](auto& one) { one.allow_internal = true; },
      [](auto& one) { one.allow_http = true; },
      [](auto& one) { one.ca_file = "/ca.pem"; },
      [](auto& one) { one.client_certificate = "/c.pem"; },
      [](auto& one) { one.client_key = "/c.key"; },
      [](auto& one) { one.client_certificate_origins = {"https://x.example/"}; },
      [](auto& one) { one.proxy = "none"; },
      [](auto& one) { one.cache.keys.refresh.max_stale = 1s; },
      [](auto& one) { one.headers = {{.name = "a", .value = "b"}}; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    auto other = remote();
    changes[i](other);
    EXPECT_FALSE(same_keys(remote(), other)) << i;
  }
}

}  // namespace
}  // namespace latchkey::programs
