#include "issuer/entity_tag.hpp"

#include "exchange.hpp"

#include <gtest/gtest.h>

#include <string>

namespace latchkey::issuer {
namespace {

constexpr const char* jwks_path = "/.well-known/jwks.json";

TEST(entity_tag, is_that_of_the_content) {
  // SHA-256 of the empty text.
  EXPECT_EQ(entity_tag(""), "\"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\"");
  EXPECT_NE(entity_tag("a"), entity_tag("b"));
}

TEST(entity_tag, saves_who_has_the_key_set_from_getting_it_again) {
  settings wanted;
  wanted.cache_control = "max-age=60";
  exchange with{wanted};
  const auto first = with.get(jwks_path);
  const auto tag = support::field_of(first, "etag");
  EXPECT_EQ(tag, entity_tag(support::text_of(first)));
  const auto same = with.get(jwks_path, {{"If-None-Match", "\"x\""}, {"if-none-match", tag}});
  EXPECT_EQ(same.code(), http::status::not_modified);
  EXPECT_EQ(support::text_of(same), "");
  EXPECT_EQ(support::field_of(same, "etag"), tag);
  EXPECT_EQ(support::field_of(same, "cache-control"), "max-age=60");
  EXPECT_EQ(support::field_of(same, "content-type"), "(absent)");
  with.control("rotate");
  EXPECT_EQ(with.get(jwks_path, {{"If-None-Match", tag}}).code(), http::status::ok);
}

TEST(entity_tag, is_not_given_for_a_failure) {
  exchange with;
  with.control("fail", R"({"kind":"error"})");
  EXPECT_EQ(support::field_of(with.get(jwks_path), "etag"), "(absent)");
  EXPECT_EQ(with.get(jwks_path, {{"If-None-Match", "*"}}).code(),
            http::status::internal_server_error);
}

}  // namespace
}  // namespace latchkey::issuer
