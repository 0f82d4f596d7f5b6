#include "support/manual_clock.hpp"
#include "support/run.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/key_source.hpp>

#include <gmock/gmock.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using fetch_outcome = core::result<http::fetched>;
using testing::ElementsAre;

fetch_outcome answer(unsigned status, std::string body = {}, std::string etag = {}) {
  http::fetched made;
  made.status = status;
  made.body = std::move(body);
  made.etag = std::move(etag);
  return made;
}

fetch_outcome no_connection() {
  return boost::system::errc::make_error_code(boost::system::errc::connection_refused);
}

// What a provider answers by address, and what it was asked.
class provider {
 public:
  fetch_outcome& operator[](const std::string& url) {
    return shared_->answers.try_emplace(url, answer(404)).first->second;
  }
  // What was asked since the last call: "address", or "address if-none-match".
  std::vector<std::string> asked() { return std::exchange(shared_->asked, {}); }
  std::vector<std::string> accepted() const { return shared_->accepted; }
  core::deadline first_deadline() const { return shared_->deadlines.front(); }
  core::deadline last_deadline() const { return shared_->deadlines.back(); }
  void forget_deadlines() { shared_->deadlines.clear(); }

  http::fetch fetch() const {
    return [shared = shared_](http::fetch_request wanted, core::deadline until) {
      return give(shared, std::move(wanted), until);
    };
  }

 private:
  struct memory {
    std::map<std::string, fetch_outcome> answers;
    std::vector<std::string> asked;
    std::vector<core::deadline> deadlines;
    std::vector<std::string> accepted;
  };

  static async::task<fetch_outcome> give(std::shared_ptr<memory> from, http::fetch_request wanted,
                                         core::deadline until) {
    const auto& tag = wanted.if_none_match;
    from->asked.push_back(wanted.url + (tag.empty() ? "" : ' ' + tag));
    from->deadlines.push_back(until);
    from->accepted.push_back(wanted.accept);
    const auto found = from->answers.find(wanted.url);
    co_return found == from->answers.end() ? answer(404) : found->second;
  }

  std::shared_ptr<memory> shared_ = std::make_shared<memory>();
};

fetch_outcome ask(const key_source& source, std::string etag = {}, core::deadline until = {}) {
  async::asio::io_context context;
  return support::run(context, source(std::move(etag), until));
}

TEST(key_source, takes_https_and_http_to_loopback_only) {
  struct {
    const char* uri;
    bool fits;
  } const cases[] = {
      {"https://idp.example/jwks.json", true},
      {"https://idp.example:8443/.well-known/jwks.json?v=1", true},
      {"HTTPS://idp.example/", true},
      {"http://127.0.0.1:9000/jwks", true},
      {"http://127.8.0.1/jwks", true},
      {"http://[::1]:9000/jwks", true},
      {"http://localhost:9000/jwks", true},
      {"http://idp.example/jwks.json", false},
      {"http://10.0.0.1/jwks", false},
      {"http://[::2]/jwks", false},
      {"http://localhost.example/jwks", false},
      {"http://127.0.0.1.example/jwks", false},
      {"https://user:secret@idp.example/", false},
      {"https://idp.example:65979/jwks.json", false},
      {"https://idp.example/jwks.json#a", false},
      {"https:///jwks.json", false},
      {"ftp://idp.example/", false},
      {"file:///etc/jwks.json", false},
      {"/jwks.json", false},
      {"idp.example", false},
      {"", false},
  };
  for (const auto& [uri, fits] : cases) {
    try {
      (void)keys_at(provider{}.fetch(), uri);
      EXPECT_TRUE(fits) << uri;
    } catch (const std::invalid_argument& refused) {
      EXPECT_FALSE(fits) << uri;
      EXPECT_EQ(std::string{refused.what()}.find("secret"), std::string::npos);
    }
  }
}

TEST(key_source, takes_http_from_elsewhere_where_that_is_allowed) {
  const auto source = keys_at(provider{}.fetch(), "http://keycloak:8080/certs", {true, nullptr});
  EXPECT_EQ(ask(source)->status, 404U);
  for (const auto* uri : {"ftp://idp.example/", "http://user:secret@idp.example/", "keycloak"}) {
    EXPECT_THROW((void)keys_at(provider{}.fetch(), uri, {true, nullptr}), std::invalid_argument);
  }
}

TEST(key_source, asks_an_address_as_it_is_told) {
  provider idp;
  idp["https://idp.example/keys"] = answer(200, "{}", "\"a\"");
  const auto source = keys_at(idp.fetch(), "https://idp.example/keys");
  EXPECT_EQ(ask(source)->body, "{}");
  EXPECT_EQ(ask(source, "\"a\"", core::deadline{core::steady_time{5s}})->etag, "\"a\"");
  EXPECT_EQ(idp.last_deadline().at(), core::steady_time{5s});
  EXPECT_THAT(idp.asked(),
              ElementsAre("https://idp.example/keys", "https://idp.example/keys \"a\""));
}

TEST(key_source, inline_keys_never_change) {
  const auto source = keys_inline("{\"keys\":[]}");
  const auto first = ask(source);
  EXPECT_EQ(first->status, 200U);
  EXPECT_EQ(first->body, "{\"keys\":[]}");
  ASSERT_FALSE(first->etag.empty());
  EXPECT_EQ(ask(source, first->etag)->status, 304U);
  EXPECT_EQ(ask(source, "\"of something else\"")->status, 200U);
}

constexpr const char* openid = "https://idp.example/a/.well-known/openid-configuration";
constexpr const char* oauth = "https://idp.example/.well-known/oauth-authorization-server/a";
constexpr const char* first_keys = "https://idp.example/keys/1";
constexpr const char* second_keys = "https://idp.example/keys/2";

fetch_outcome metadata(const std::string& keys) {
  return answer(200, R"({"issuer":"https://idp.example/a","jwks_uri":")" + keys + "\"}");
}

class discovered_keys : public testing::Test {
 protected:
  discovered_keys() {
    idp[first_keys] = answer(200, "first", "\"1\"");
    idp[second_keys] = answer(200, "second", "\"1\"");
  }

  static discovery_settings settings() {
    discovery_settings made;
    made.issuer = "https://idp.example/a";
    made.document_age = 1h;
    return made;
  }

  // The answer's body, or its status, or its error.
  std::string outcome(const std::string& etag = {}, core::deadline until = {}) {
    const auto got = ask(source, etag, until);
    if (got.has_error()) return got.error().message();
    tag = got->etag;
    return got->status == 200 ? got->body : std::to_string(got->status);
  }

  support::manual_clock time;
  provider idp;
  key_source source = keys_discovered(idp.fetch(), time.clock(), settings());
  std::string tag;
};

TEST_F(discovered_keys, come_from_where_the_metadata_says) {
  idp[openid] = metadata(first_keys);
  EXPECT_EQ(outcome(), "first");
  EXPECT_THAT(idp.asked(), ElementsAre(openid, first_keys));
}

TEST_F(discovered_keys, are_looked_for_at_the_second_place_where_the_first_has_nothing) {
  idp[oauth] = metadata(first_keys);
  for (const unsigned status : {404U, 400U, 302U, 503U}) {
    idp[openid] = answer(status);
    source = keys_discovered(idp.fetch(), time.clock(), settings());
    EXPECT_EQ(outcome(), "first") << status;
    EXPECT_THAT(idp.asked(), ElementsAre(openid, oauth, first_keys));
  }
}

TEST_F(discovered_keys, are_not_looked_for_behind_a_wrong_document) {
  idp[openid] = answer(200, R"({"issuer":"https://idp.example","jwks_uri":"https://x.example/"})");
  idp[oauth] = metadata(first_keys);
  EXPECT_EQ(outcome(), make_error_code(errc::metadata_issuer).message());
  EXPECT_THAT(idp.asked(), ElementsAre(openid));
}

TEST_F(discovered_keys, the_metadatas_refusal_is_the_outcome) {
  EXPECT_EQ(outcome(), "404");
  auto busy = answer(503);
  busy->retry_after = "7";
  idp[openid] = busy;
  const auto got = ask(source);
  EXPECT_EQ(got->status, 503U);
  EXPECT_EQ(got->retry_after, "7");
  idp[openid] = answer(404);
  idp[oauth] = answer(500);
  EXPECT_EQ(outcome(), "500");
  idp[openid] = no_connection();
  EXPECT_EQ(ask(source).error(), no_connection().error());
  // To the caller this would mean that the keys are still what they were.
  idp[openid] = answer(304);
  EXPECT_EQ(outcome(), make_error_code(errc::metadata_status).message());
}

TEST_F(discovered_keys, a_refusal_says_whose_it_is_and_what_was_asked) {
  auto made = settings();
  made.report = std::make_shared<source_report>();
  source = keys_discovered(idp.fetch(), time.clock(), made);
  auto moved = answer(301);
  moved->location = "https://new.example/";
  idp[openid] = moved;
  EXPECT_EQ(ask(source)->refusal, errc::metadata_redirect);
  EXPECT_EQ(made.report->last().asked, openid);
  EXPECT_EQ(made.report->last().found, "status 301 to https://new.example/");
  idp[openid] = answer(404);
  EXPECT_EQ(ask(source)->refusal, errc::metadata_status);
  EXPECT_EQ(made.report->last().asked, oauth);
  EXPECT_EQ(made.report->last().found, "status 404");
  idp[openid] = answer(200, R"({"issuer":"https://idp.example/a/","jwks_uri":"https://x/"})");
  EXPECT_EQ(ask(source).error(), errc::metadata_issuer);
  EXPECT_EQ(made.report->last().asked, openid);
  EXPECT_EQ(made.report->last().found, "https://idp.example/a/");
  EXPECT_EQ(made.report->last().expected, "https://idp.example/a");
  idp[openid] = metadata(first_keys);
  idp[first_keys] = moved;
  EXPECT_EQ(ask(source)->refusal, errc::keys_redirect);
  EXPECT_EQ(made.report->last().asked, first_keys);
  idp[first_keys] = no_connection();
  EXPECT_EQ(ask(source).error(), no_connection().error());
  EXPECT_EQ(made.report->last().found, "") << "of the attempt before";
}

TEST_F(discovered_keys, are_asked_for_as_a_key_set_and_metadata_as_json) {
  idp[openid] = metadata(first_keys);
  EXPECT_EQ(outcome(), "first");
  EXPECT_THAT(idp.accepted(),
              ElementsAre("application/json", "application/json, application/jwk-set+json"));
}

TEST_F(discovered_keys, the_address_is_remembered_for_a_while) {
  idp[openid] = metadata(first_keys);
  EXPECT_EQ(outcome(), "first");
  idp[openid] = metadata(second_keys);
  time.advance(1h - 1ns);
  EXPECT_EQ(outcome(), "first");
  EXPECT_THAT(idp.asked(), ElementsAre(openid, first_keys, first_keys));
  time.advance(1ns);
  EXPECT_EQ(outcome(), "second");
  EXPECT_THAT(idp.asked(), ElementsAre(openid, second_keys));
}

TEST_F(discovered_keys, the_address_is_asked_for_anew_once_it_fails) {
  idp[openid] = metadata(first_keys);
  EXPECT_EQ(outcome(), "first");
  for (const auto& failure : {answer(404), answer(500), no_connection()}) {
    idp[openid] = metadata(first_keys);
    idp[first_keys] = failure;
    EXPECT_NE(outcome(), "first");
    idp.asked();
    idp[openid] = metadata(second_keys);
    EXPECT_EQ(outcome(), "second");
    EXPECT_THAT(idp.asked(), ElementsAre(openid, second_keys));
    // One that answers is left alone again.
    EXPECT_EQ(outcome(), "second");
    EXPECT_THAT(idp.asked(), ElementsAre(second_keys));
    time.advance(1h);
  }
}

TEST_F(discovered_keys, a_known_address_stays_in_use_while_discovery_fails) {
  idp[openid] = metadata(first_keys);
  EXPECT_EQ(outcome(), "first");
  const auto wrong = answer(200, R"({"issuer":"https://other.example"})");
  for (const auto& failure : {answer(404), answer(503), no_connection(), wrong, answer(304)}) {
    time.advance(1h);
    idp[openid] = failure;
    EXPECT_EQ(outcome(), "first");
  }
}

TEST_F(discovered_keys, both_fetches_share_one_deadline) {
  idp[openid] = metadata(first_keys);
  const core::deadline until{time.steady() + 4s};
  EXPECT_EQ(outcome({}, until), "first");
  EXPECT_EQ(idp.first_deadline().at(), until.at());
  EXPECT_EQ(idp.last_deadline().at(), until.at());
  // Later the search leaves time for the address that is known.
  time.advance(1h);
  idp.forget_deadlines();
  const core::deadline later{time.steady() + 4s};
  EXPECT_EQ(outcome({}, later), "first");
  EXPECT_EQ(idp.first_deadline().at(), time.steady() + 2s);
  EXPECT_EQ(idp.last_deadline().at(), later.at());
}

TEST_F(discovered_keys, an_entity_tag_is_sent_where_it_came_from_only) {
  idp[openid] = metadata(first_keys);
  EXPECT_EQ(outcome(), "first");
  const auto from_first = tag;
  EXPECT_EQ(outcome(from_first), "first");
  EXPECT_THAT(idp.asked(), ElementsAre(openid, first_keys, std::string{first_keys} + " \"1\""));
  idp[first_keys] = answer(304);
  EXPECT_EQ(outcome(from_first), "304");
  // The other address has the same tag for another document.
  idp[openid] = metadata(second_keys);
  time.advance(1h);
  idp.asked();
  EXPECT_EQ(outcome(from_first), "second");
  EXPECT_THAT(idp.asked(), ElementsAre(openid, second_keys));
  EXPECT_NE(tag, from_first);
  // Whoever got that answer need not have taken it.
  EXPECT_EQ(outcome(from_first), "second");
  EXPECT_THAT(idp.asked(), ElementsAre(second_keys));
}

TEST_F(discovered_keys, not_modified_that_nobody_asked_for_is_a_failure) {
  idp[openid] = metadata(first_keys);
  EXPECT_EQ(outcome(), "first");
  const auto from_first = tag;
  idp[openid] = metadata(second_keys);
  idp[second_keys] = answer(304);
  time.advance(1h);
  EXPECT_EQ(outcome(from_first), make_error_code(errc::fetch_status).message());
}

TEST(key_source, discovery_refuses_an_issuer_it_cannot_ask) {
  support::manual_clock time;
  discovery_settings settings;
  settings.issuer = "http://127.0.0.1:9400";
  EXPECT_THROW(keys_discovered(provider{}.fetch(), time.clock(), settings), std::invalid_argument);
  settings.allow_internal = true;
  EXPECT_NO_THROW(keys_discovered(provider{}.fetch(), time.clock(), settings));
}

}  // namespace
}  // namespace latchkey::auth
