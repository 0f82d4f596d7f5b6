#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_fetch.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>
#include <support/gated_fetch.hpp>
#include <support/mint.hpp>

#include <string>
#include <utility>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using support::gated_fetch;

const jwks_settings settings;

std::shared_ptr<const jose::key_set> set_of(const std::string& document) {
  return judge_fetch(gated_fetch::ok(document), settings, {}).keys;
}

TEST(fetch_outcome, brings_keys_and_how_long_they_keep) {
  const auto got = judge_fetch(gated_fetch::ok(support::jwks(), "max-age=300"), settings, {});
  ASSERT_TRUE(got.keys);
  EXPECT_TRUE(got.keys->find("k1"));
  EXPECT_EQ(got.max_age, 300s);
  EXPECT_FALSE(got.error);
  EXPECT_EQ(got.status, 200U);
}

TEST(fetch_outcome, takes_known_keys_over) {
  const auto before = set_of(support::jwks());
  const auto both = support::jwks({&support::issuer_key(), &support::second_key()});
  const auto got = judge_fetch(gated_fetch::ok(both), settings, {before, {}, 1min});
  ASSERT_TRUE(got.keys);
  EXPECT_EQ(got.keys->find("k1"), before->find("k1"));
  EXPECT_TRUE(got.keys->find("k2"));
}

TEST(fetch_outcome, says_why_there_are_none) {
  struct {
    const char* name;
    gated_fetch::outcome got;
    core::error_code error;
    unsigned status;
    std::chrono::seconds retry_after;
  } const cases[] = {
      {"no connection", gated_fetch::no_connection(), gated_fetch::no_connection().error(), 0, 0s},
      {"another success", gated_fetch::status(204), errc::fetch_status, 204, 0s},
      {"redirect", gated_fetch::status(302), errc::fetch_status, 302, 0s},
      {"overload", gated_fetch::status(503, "30"), errc::fetch_status, 503, 30s},
      {"no JSON", gated_fetch::ok("<html>"), jose::errc::bad_json, 200, 0s},
      {"no usable key", gated_fetch::ok(R"({"keys":[]})"), jose::errc::no_usable_key, 200, 0s},
  };
  for (const auto& [name, got, error, status, retry_after] : cases) {
    const auto outcome = judge_fetch(got, settings, {});
    EXPECT_FALSE(outcome.keys) << name;
    EXPECT_EQ(outcome.error, error) << name;
    EXPECT_EQ(outcome.status, status) << name;
    EXPECT_EQ(outcome.retry_after, retry_after) << name;
  }
}

TEST(fetch_outcome, gives_the_reason_of_whoever_knows_more_than_the_status) {
  auto got = gated_fetch::status(302);
  got->refusal = errc::metadata_redirect;
  const auto read = judge_fetch(got, {}, {});
  EXPECT_EQ(read.error, errc::metadata_redirect);
  EXPECT_EQ(read.status, 302U);
  EXPECT_EQ(read.result, fetch_result::status);
}

TEST(fetch_outcome, takes_304_for_the_set_at_hand) {
  const cached_jwks before{set_of(support::jwks()), "\"a\"", 7min};
  auto got = judge_fetch(gated_fetch::status(304), settings, before);
  EXPECT_EQ(got.keys, before.keys);
  EXPECT_EQ(got.etag, "\"a\"");
  EXPECT_EQ(got.max_age, 7min) << "where it names none, that of the set";
  EXPECT_FALSE(got.error);
  EXPECT_EQ(got.result, fetch_result::not_modified);

  auto named = gated_fetch::status(304);
  named->cache_control = "max-age=120";
  named->etag = "W/\"a\"";
  got = judge_fetch(named, settings, before);
  EXPECT_EQ(got.max_age, 120s);
  EXPECT_EQ(got.etag, "W/\"a\"");
}

TEST(fetch_outcome, takes_304_with_the_tag_of_another_document_for_a_failure) {
  const auto set = set_of(support::jwks());
  struct {
    const char* asked;
    const char* told;
    bool same;
  } const cases[] = {
      {"\"a\"", "\"b\"", false},
      {"\"a\"", "W/\"b\"", false},
      {"W/\"a\"", "\"a\"", true},
      {"https://idp.example/keys \"a\"", "https://idp.example/keys W/\"a\"", true},
      {"https://idp.example/keys \"a\"", "https://idp.example/keys \"b\"", false},
  };
  for (const auto& [asked, told, same] : cases) {
    auto got = gated_fetch::status(304);
    got->etag = told;
    const auto read = judge_fetch(got, settings, {set, asked, 1min});
    EXPECT_EQ(read.error, same ? core::error_code{} : make_error_code(errc::other_document))
        << told;
    EXPECT_EQ(read.keys, same ? set : nullptr) << told;
    EXPECT_EQ(read.status, 304U);
  }
}

// A document of one key: the issuer's, changed so.
std::string listing(const boost::json::object& changes, bool without_kid = false) {
  auto jwk = boost::json::parse(support::issuer_key().public_jwk()).as_object();
  for (const auto& one : changes) jwk[one.key()] = one.value();
  if (without_kid) jwk.erase("kid");
  return boost::json::serialize(boost::json::object{{"keys", boost::json::array{jwk}}});
}

TEST(fetch_outcome, takes_away_the_set_where_the_provider_says_that_its_keys_are_not_for_us) {
  const auto before = set_of(support::jwks());
  const auto twice = [] {
    auto one = boost::json::parse(support::issuer_key().public_jwk()).as_object();
    auto other = boost::json::parse(support::second_key().public_jwk()).as_object();
    other["kid"] = one["kid"];
    return boost::json::serialize(boost::json::object{{"keys", boost::json::array{one, other}}});
  };
  const std::pair<const char*, std::string> cases[] = {
      {"private", listing({{"d", "AQAB"}})},
      {"private, under another kid", listing({{"d", "AQAB"}, {"kid", "other"}})},
      {"private, without a kid", listing({{"d", "AQAB"}}, true)},
      {"in conflict", twice()},
      {"for encryption", listing({{"use", "enc"}})},
      {"for encryption, under another kid", listing({{"use", "enc"}, {"kid", "other"}})},
      {"not to verify", listing({{"key_ops", boost::json::array{"wrapKey"}}})},
      {"for another algorithm", listing({{"alg", "RSA-OAEP"}})},
      {"of another type", R"({"keys":[{"kty":"AKP","kid":"pq","alg":"ML-DSA-44","pub":"AA"}]})"},
      {"on another curve", R"({"keys":[{"kty":"EC","crv":"P-521","kid":"e","x":"AA","y":"AA"}]})"},
      {"too short", listing({{"n", std::string(171, 'v')}})},
      {"garbled, under the kid in use", listing({{"n", "????"}})},
      {"unsound, under the kid in use", listing({{"n", std::string(342, '_')}})},
  };
  for (const auto& [name, document] : cases) {
    const auto got = judge_fetch(gated_fetch::ok(document), settings, {before, "\"a\"", 1min});
    ASSERT_TRUE(got.keys) << name;
    EXPECT_EQ(got.keys->size(), 0U) << name;
    EXPECT_EQ(got.error, jose::errc::no_usable_key) << name;
    EXPECT_EQ(got.status, 200U) << name;
    EXPECT_FALSE(got.skipped.empty()) << name;
  }
}

TEST(fetch_outcome, leaves_the_set_where_a_document_says_nothing_about_it) {
  const auto before = set_of(support::jwks());
  const std::pair<const char*, std::string> cases[] = {
      {"no key", R"({"keys":[]})"},
      {"no object", R"({"keys":[1]})"},
      {"an empty one", R"({"keys":[{}]})"},
      {"garbled", listing({{"n", "????"}, {"kid", "other"}})},
      {"no set", "{}"},
  };
  for (const auto& [name, document] : cases) {
    const auto got = judge_fetch(gated_fetch::ok(document), settings, {before, {}, 1min});
    EXPECT_FALSE(got.keys) << name;
    EXPECT_TRUE(got.error) << name;
  }
}

TEST(fetch_outcome, is_asked_for_again_soon_and_in_full_where_keys_are_left_to_be_checked) {
  const auto load = [](jose::jwk_content content) -> core::result<jose::key> {
    if (content.kid == "k2") return jose::errc::key_not_checked;
    return jose::key::load(std::move(content));
  };
  const auto both = support::jwks({&support::issuer_key(), &support::second_key()});
  const auto got =
      judge_fetch(gated_fetch::tagged(both, "\"a\"", "max-age=3600"), settings, {}, load);
  ASSERT_TRUE(got.keys);
  EXPECT_FALSE(got.error);
  EXPECT_TRUE(got.keys->find("k1"));
  EXPECT_EQ(got.max_age, settings.refresh.shortest_max_age);
  EXPECT_EQ(got.etag, "");
}

TEST(fetch_outcome, refuses_304_where_nothing_is_at_hand_or_nobody_asked) {
  const auto set = set_of(support::jwks());
  for (const auto& before :
       {cached_jwks{}, cached_jwks{set, "", 1min}, cached_jwks{nullptr, "\"a\"", 1min}}) {
    const auto got = judge_fetch(gated_fetch::status(304), settings, before);
    EXPECT_EQ(got.error, errc::fetch_status);
    EXPECT_FALSE(got.keys);
  }
}

TEST(fetch_outcome, sorts_how_fetches_end) {
  const core::error_code late =
      boost::system::errc::make_error_code(boost::system::errc::timed_out);
  struct {
    gated_fetch::outcome got;
    fetch_result expected;
  } const cases[] = {
      {gated_fetch::ok(support::jwks()), fetch_result::ok},
      {gated_fetch::status(404), fetch_result::status},
      {gated_fetch::ok("{}"), fetch_result::invalid},
      {core::error_code{errc::bad_metadata}, fetch_result::invalid},
      {core::error_code{errc::key_file}, fetch_result::invalid},
      {late, fetch_result::timeout},
      {gated_fetch::no_connection(), fetch_result::connection},
      {core::error_code{errc::fetch_failed}, fetch_result::connection},
  };
  for (const auto& [got, expected] : cases) {
    EXPECT_EQ(to_string(judge_fetch(got, settings, {}).result), to_string(expected));
  }
}

TEST(fetch_outcome, holds_the_document_to_its_limits) {
  jwks_settings tight;
  tight.limits.bytes = 10;
  EXPECT_EQ(judge_fetch(gated_fetch::ok(support::jwks()), tight, {}).error,
            jose::errc::key_set_too_large);
}

TEST(fetch_outcome, tells_of_every_key_why_it_is_not_used_also_where_none_is) {
  const auto got = judge_fetch(
      gated_fetch::ok(R"({"keys":[{"kty":"EC","kid":"a"},{"kty":"oct","kid":"b","k":"AA"}]})"),
      settings, {});
  EXPECT_EQ(got.error, jose::errc::no_usable_key);
  EXPECT_FALSE(got.keys);
  ASSERT_EQ(got.skipped.size(), 2U);
  EXPECT_EQ(got.skipped[0].kid, "a");
  EXPECT_EQ(got.skipped[0].why, jose::errc::bad_jwk);
  EXPECT_EQ(got.skipped[1].kty, "oct");
  EXPECT_EQ(got.skipped[1].why, jose::errc::kty_not_supported);
}

}  // namespace
}  // namespace latchkey::auth
