#include <latchkey/app/config_paths.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::app {
namespace {

using testing::Contains;
using testing::Not;
using testing::UnorderedElementsAre;

std::vector<std::string> texts_of(const config& value) {
  std::vector<std::string> all;
  for (const auto& one : config_paths(value)) all.push_back(one.key + " = " + one.path.string());
  return all;
}

TEST(config_paths, are_none_where_none_is_set) {
  EXPECT_TRUE(config_paths({}).empty());
}

TEST(config_paths, are_those_of_tables_and_of_repeated_ones) {
  config value;
  value.server.tls = {"/a.pem", "/a.key"};
  value.server.certificates = {{"/b.pem", "/b.key", {}}, {"/c.pem", "/c.key", {}}};
  value.issuers.resize(2);
  value.issuers[1].jwks_file = "/keys.json";
  value.issuers[1].headers.emplace_back();
  value.issuers[1].headers[0].value_file = "/secret";
  value.upstreams.emplace_back();
  value.upstreams[0].ca_file = "/up.pem";
  value.log.file.path = "/log";
  EXPECT_THAT(
      texts_of(value),
      UnorderedElementsAre(
          "server.tls.certificate = /a.pem", "server.tls.private_key = /a.key",
          "server.certificate.0.certificate = /b.pem", "server.certificate.0.private_key = /b.key",
          "server.certificate.1.certificate = /c.pem", "server.certificate.1.private_key = /c.key",
          "issuer.1.jwks_file = /keys.json", "issuer.1.header.0.value_file = /secret",
          "upstream.0.ca_file = /up.pem", "log.file.path = /log"));
}

// They look like paths, and name no file.
TEST(config_paths, are_not_the_paths_of_requests) {
  config value;
  value.routes.emplace_back();
  value.routes[0].path = "/notes";
  EXPECT_THAT(texts_of(value), Not(Contains("route.0.path = /notes")));
}

}  // namespace
}  // namespace latchkey::app
