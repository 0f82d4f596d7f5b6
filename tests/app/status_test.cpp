#include <latchkey/app/handlers/status.hpp>
#include <latchkey/app/key_log.hpp>
#include <latchkey/app/status.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <string>
#include <string_view>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

core::wall_time at(std::chrono::seconds since) {
  return core::wall_time{since};
}

server_status some_status() {
  auth::jwks_stats good;
  good.state = auth::keys_state::fresh;
  good.ready = true;
  good.kids = {"a", "<b>"};
  good.skipped = {{"pq", "AKP", jose::errc::kty_not_supported}};
  good.noted = {{"odd", "RSA", {.padding = true, .leading_zeros = true}, true}};
  good.keys_without_kid = 1;
  good.age = 90500ms;
  good.max_age = 10min;
  good.next_attempt = 5min;
  good.fetches[0] = 3;
  good.last_success = at(1000s);
  good.last_attempt = at(1000s);
  good.unknown_kids = 7;
  good.generation = 2;
  auth::jwks_stats bad;
  bad.last_error = auth::errc::fetch_status;
  bad.last_status = 503;
  bad.failures_in_row = 4;
  bad.fetches[2] = 4;
  bad.last_attempt = at(1010s);
  return {at(0s),
          at(3725s),
          {{"https://idp.example/", "discovery", good},
           {"https://down.example/<script>", "file /etc/\"keys\"", bad}}};
}

TEST(status_json, has_everything_an_operator_asks_for) {
  const auto read = boost::json::parse(status_json(some_status())).as_object();
  EXPECT_EQ(read.at("version"), LATCHKEY_VERSION);
  EXPECT_EQ(read.at("started"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(read.at("uptime_seconds"), 3725);
  const auto good = read.at("issuers").at(0).as_object();
  EXPECT_EQ(good.at("issuer"), "https://idp.example/");
  EXPECT_EQ(good.at("source"), "discovery");
  EXPECT_EQ(good.at("state"), "fresh");
  EXPECT_EQ(good.at("ready"), true);
  EXPECT_EQ(good.at("kids"), boost::json::parse(R"(["a","<b>"])"));
  EXPECT_EQ(good.at("skipped").at(0).at("kid"), "pq");
  EXPECT_EQ(good.at("skipped").at(0).at("kty"), "AKP");
  EXPECT_EQ(good.at("skipped").at(0).at("reason"), "kty_not_supported");
  EXPECT_EQ(good.at("noted").at(0).at("kid"), "odd");
  EXPECT_EQ(good.at("noted").at(0).at("remarks"),
            (boost::json::array{"padding", "leading_zeros", "kernel_wrong"}));
  EXPECT_EQ(good.at("keys_without_kid"), 1);
  EXPECT_EQ(good.at("age_seconds"), 90.5);
  EXPECT_EQ(good.at("max_age_seconds"), 600.0);
  EXPECT_EQ(good.at("next_attempt_in_seconds"), 300.0);
  EXPECT_EQ(good.at("fetches").at("ok"), 3);
  EXPECT_EQ(good.at("last_success"), "1970-01-01T00:16:40.000Z");
  EXPECT_TRUE(good.at("last_error").is_null());
  EXPECT_EQ(good.at("unknown_kid_denials"), 7);
  const auto bad = read.at("issuers").at(1).as_object();
  EXPECT_EQ(bad.at("state"), "never_loaded");
  EXPECT_EQ(bad.at("ready"), false);
  EXPECT_TRUE(bad.at("age_seconds").is_null());
  EXPECT_TRUE(bad.at("max_age_seconds").is_null());
  EXPECT_TRUE(bad.at("last_success").is_null());
  EXPECT_EQ(bad.at("last_error").at("status"), 503);
  EXPECT_EQ(bad.at("failures_in_row"), 4);
}

TEST(status, tells_what_belongs_to_an_error_and_keys_over_http) {
  auto status = some_status();
  auto& bad = status.issuers[1];
  bad.over_http = true;
  bad.last_failure = {"https://asked.example/", "<found>", "expected"};
  status.issuers[0].last_failure = bad.last_failure;
  const auto read = boost::json::parse(status_json(status)).as_object();
  EXPECT_TRUE(read.at("issuers").at(0).at("last_error").is_null()) << "there is no error";
  EXPECT_EQ(read.at("issuers").at(0).at("over_http"), false);
  const auto shown = read.at("issuers").at(1).as_object();
  EXPECT_EQ(shown.at("over_http"), true);
  EXPECT_EQ(shown.at("last_error").at("asked"), "https://asked.example/");
  EXPECT_EQ(shown.at("last_error").at("found"), "<found>");
  EXPECT_EQ(shown.at("last_error").at("expected"), "expected");
  const auto page = status_html(status);
  EXPECT_THAT(page, HasSubstr("found <code>&lt;found&gt;</code>"));
  EXPECT_THAT(page, HasSubstr("allow_http"));
  EXPECT_THAT(status_html(some_status()), Not(HasSubstr("allow_http")));
}

TEST(status_html, escapes_what_came_from_outside) {
  const auto page = status_html(some_status());
  EXPECT_EQ(page.find("<script"), page.rfind("<script")) << "its own, and no other";
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;"));
  EXPECT_THAT(page, HasSubstr("https://down.example/&lt;script&gt;"));
  EXPECT_THAT(page, HasSubstr("1 h 2 min"));
  EXPECT_THAT(page, HasSubstr("(status 503), 4 in a row"));
  EXPECT_THAT(page, HasSubstr("never loaded"));
  EXPECT_THAT(page, Not(HasSubstr("http-equiv")));
}

// Traffic, upstreams, a certificate and a reload of a server that is not well.
server_status some_trouble() {
  auto status = some_status();
  status.listeners = {"https://127.0.0.1:8443"};
  status.connections.open = 12;
  status.connections.accepted = 1'234;
  status.connections.in_flight = 3;
  route_traffic notes{"/notes/<id>", 1'200, 7, 2, 4, 0.00008, 0.0123};
  status.traffic = {300, notes, {notes}, {{"token_expired", 7}}, {1, 3, 2}};
  status.traffic.all.route.clear();
  status.upstreams = {
      {{.name = "<api>"},
       {{"10.0.0.5:9000", true, 0s}, {"10.0.0.6:9000", false, 0s}, {"10.0.0.7:9000", true, 90s}}},
      {{.name = "gone"}, {{"10.0.0.8:9000", false, 0s}}}};
  status.config.certificates = {
      {"/a.pem", {"a.example", "b.example"}, "EC", at(0s), at(3725s + 72h)},
      {"/b.pem", {"c.example"}, "EC", at(0s), at(3725s + 2400h)}};
  status.config.last_reload = reload_report{};
  return status;
}

TEST(status_json, has_traffic_and_upstreams) {
  const auto read = boost::json::parse(status_json(some_trouble())).as_object();
  EXPECT_EQ(read.at("listeners"), (boost::json::array{"https://127.0.0.1:8443"}));
  EXPECT_EQ(read.at("connections"),
            boost::json::parse(R"({"open": 12, "accepted": 1234, "requests": 3})"));
  const auto traffic = read.at("traffic").as_object();
  EXPECT_EQ(traffic.at("seconds"), 300.0);
  EXPECT_EQ(traffic.at("requests"), 1'200);
  EXPECT_EQ(traffic.at("routes").at(0).at("route"), "/notes/<id>");
  EXPECT_EQ(traffic.at("routes").at(0).at("p99_seconds"), 0.0123);
  EXPECT_EQ(traffic.at("routes").at(0).at("client_errors"), 7);
  EXPECT_EQ(traffic.at("routes").at(0).at("server_errors"), 2);
  EXPECT_EQ(traffic.at("refusals"), boost::json::parse(R"({"token_expired": 7})"));
  const auto addresses = read.at("upstreams").at(0).at("addresses").as_array();
  ASSERT_EQ(addresses.size(), 3U);
  EXPECT_EQ(addresses[1].at("healthy"), false);
  EXPECT_EQ(addresses[2].at("ejected_for_seconds"), 90.0);
}

TEST(status_html, shows_traffic_and_upstreams) {
  const auto page = status_html(some_trouble());
  EXPECT_THAT(page, HasSubstr("/notes/&lt;id&gt;"));
  EXPECT_THAT(page, HasSubstr("80 &micro;s"));
  EXPECT_THAT(page, HasSubstr("12.3 ms"));
  EXPECT_THAT(page, HasSubstr("token_expired"));
  EXPECT_THAT(page, HasSubstr("upstream &lt;api&gt;"));
  EXPECT_THAT(page, HasSubstr("ejected, 1 min 30 s left"));
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, HasSubstr("https://127.0.0.1:8443"));
}

TEST(status_html, says_at_the_top_what_is_wrong) {
  const auto page = status_html(some_trouble());
  const auto top = page.substr(0, page.find("class=\"tiles\""));
  for (const auto* what : {
           "needs attention",
           "Tokens of https://down.example/&lt;script&gt; cannot be verified",
           "2 of 3 addresses of upstream &lt;api&gt; are out",
           "No address of upstream gone can be used",
           "<code>/a.pem</code>: 3 d 0 h left",
           "The last reload was refused",
       }) {
    EXPECT_THAT(top, HasSubstr(what));
  }
  EXPECT_THAT(top, Not(HasSubstr("/b.pem")));
  EXPECT_THAT(status_html({}), HasSubstr("all is well"));
}

TEST(status_html, is_a_page_of_a_server_that_has_had_no_request) {
  const auto page = status_html({});
  EXPECT_THAT(page, Not(HasSubstr("<svg")));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, HasSubstr("None yet."));
}

TEST(status_policy, lets_the_script_of_the_page_run_and_nothing_else) {
  const auto page = status_html({});
  const std::string_view begin = "<script>";
  const auto from = page.find(begin) + begin.size();
  const auto script = page.substr(from, page.find("</script>") - from);
  std::array<unsigned char, 32> digest{};
  ASSERT_EQ(EVP_Digest(script.data(), script.size(), digest.data(), nullptr, EVP_sha256(), nullptr),
            1);
  std::array<unsigned char, 45> text{};
  EVP_EncodeBlock(text.data(), digest.data(), digest.size());
  const auto policy = status_policy();
  EXPECT_THAT(policy, HasSubstr("default-src 'none'; "));
  EXPECT_THAT(policy,
              HasSubstr("script-src 'sha256-" + std::string{text.begin(), text.end() - 1} + "'; "));
}

TEST(prefers_html, as_browsers_do) {
  struct {
    const char* accept;
    bool html;
  } const cases[] = {
      {"", false},
      {"*/*", false},
      {"application/json", false},
      {"text/html", true},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true},
      {"application/json, text/html", false},
      {"application/json;q=0.5, TEXT/HTML;q=0.6", true},
      {"text/html;q=0.5;application/json", true},
      {"text/html;q=0", false},
      {"text/html;q=0.3, application/json;q=0.4", false},
      {",;,=;q", false},
  };
  for (const auto& [accept, html] : cases) EXPECT_EQ(prefers_html(accept), html) << accept;
}

auth::jwks_event event_of(auth::jwks_event::kind what) {
  auth::jwks_event event{};
  event.what = what;
  event.old_kids = {"a"};
  event.new_kids = {"b"};
  event.skipped = {{"pq", "AKP", jose::errc::bad_jwk}};
  return event;
}

TEST(key_line, is_said_for_each_change_and_for_nothing_else) {
  using kind = auth::jwks_event::kind;
  auto same = event_of(kind::refreshed);
  EXPECT_FALSE(key_line_of("i", same));
  same.skipped_changed = true;
  EXPECT_EQ(key_line_of("i", same)->name, "keys_skipped");
  EXPECT_FALSE(key_line_of("i", same)->fields.contains("new_kids"));

  auto changed = event_of(kind::refreshed);
  changed.changed = true;
  const auto said = key_line_of("i", changed);
  EXPECT_EQ(said->name, "keys_changed");
  EXPECT_EQ(said->fields.at("issuer"), "i");
  EXPECT_EQ(said->fields.at("old_kids"), boost::json::parse(R"(["a"])"));
  EXPECT_EQ(said->fields.at("new_kids"), boost::json::parse(R"(["b"])"));
  EXPECT_EQ(said->fields.at("skipped").at(0).at("kid"), "pq");

  auto noted = event_of(kind::refreshed);
  noted.noted = {{"odd", "RSA", {.leading_zeros = true}}};
  EXPECT_FALSE(key_line_of("i", noted)) << "said once";
  noted.noted_changed = true;
  EXPECT_EQ(key_line_of("i", noted)->name, "keys_noted");
  EXPECT_EQ(key_line_of("i", noted)->fields.at("noted"),
            boost::json::parse(R"([{"kid":"odd","kty":"RSA","remarks":["leading_zeros"]}])"));

  auto back = event_of(kind::recovered);
  back.failures = 3;
  EXPECT_EQ(key_line_of("i", back)->name, "keys_recovered");
  EXPECT_EQ(key_line_of("i", back)->fields.at("failures"), 3);
}

TEST(key_line, says_a_failure_where_it_is_news) {
  auto failed = event_of(auth::jwks_event::kind::failed);
  failed.error = auth::errc::fetch_status;
  failed.status = 500;
  failed.backoff = 1500ms;
  EXPECT_FALSE(key_line_of("i", failed));
  failed.news = true;
  failed.usable = true;
  auto said = key_line_of("i", failed);
  EXPECT_EQ(said->name, "keys_fetch_failed");
  EXPECT_EQ(said->level, log_level::warn);
  EXPECT_EQ(said->fields.at("status"), 500);
  EXPECT_EQ(said->fields.at("retry_in_ms"), 1500);
  EXPECT_EQ(said->fields.at("usable"), true);
  EXPECT_EQ(said->fields.at("skipped"),
            boost::json::parse(R"([{"kid":"pq","kty":"AKP","reason":"bad_jwk"}])"));
  EXPECT_FALSE(said->fields.contains("found"));
  said = key_line_of("i", failed, {"https://asked.example/", "a/", "a"});
  EXPECT_EQ(said->fields.at("asked"), "https://asked.example/");
  EXPECT_EQ(said->fields.at("found"), "a/");
  EXPECT_EQ(said->fields.at("expected"), "a");
  failed.usable = false;
  failed.status = 0;
  said = key_line_of("i", failed);
  EXPECT_EQ(said->level, log_level::error);
  EXPECT_FALSE(said->fields.contains("status"));
}

TEST(key_line, stays_a_line_however_many_keys_there_are) {
  auto many = event_of(auth::jwks_event::kind::refreshed);
  many.changed = true;
  many.new_kids.assign(10'000, "k");
  many.skipped.assign(10'000, {"s", "RSA", jose::errc::bad_jwk});
  const auto said = key_line_of("i", many);
  EXPECT_EQ(said->fields.at("new_kids").as_array().size(), 100U);
  EXPECT_EQ(said->fields.at("skipped").as_array().size(), 100U);
}

}  // namespace
}  // namespace latchkey::app
