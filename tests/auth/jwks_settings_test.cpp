#include <latchkey/auth/jwks_settings.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;

TEST(jwks_settings, take_https_and_http_to_loopback_only) {
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
    jwks_settings settings;
    settings.uri = uri;
    if (fits) {
      EXPECT_NO_THROW(check(settings)) << uri;
    } else {
      EXPECT_THROW(check(settings), std::invalid_argument) << uri;
    }
  }
  jwks_settings settings;
  settings.uri = cases[0].uri;
  settings.fetch_timeout = 0s;
  EXPECT_THROW(check(settings), std::invalid_argument);
}

}  // namespace
}  // namespace latchkey::auth
