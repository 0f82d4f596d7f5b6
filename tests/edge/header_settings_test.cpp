#include <latchkey/edge/header_rules.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>

namespace latchkey::edge {
namespace {

void set_claims(header_settings& settings, const std::vector<std::string>& names) {
  for (const auto& name : names) settings.claims.push_back({.name = name, .claim = "sub"});
}

TEST(header_settings, refuses_names_that_cannot_be_ours) {
  const std::vector<std::string> cases[] = {
      {"X-User"},
      {"x_user"},
      {""},
      {"x user"},
      {"host"},
      {"authorization"},
      {"cookie"},
      {"connection"},
      {"te"},
      {"content-length"},
      {"content-type"},
      {"x-forwarded-for"},
      {"forwarded"},
      {"via"},
      {"expect"},
      {"x-request-id"},
      {"upgrade"},
      {"proxy"},
      {"x-a", "x-a"},
      {"x-original-url"},
      {std::string(65, 'x')},
      {"sec-fetch-mode"},
      {"dpop"},
      {"transfer-encoding"},
  };
  for (const auto& names : cases) {
    header_settings settings;
    set_claims(settings, names);
    EXPECT_THROW(header_rules{settings}, std::invalid_argument) << names.front();
  }
}

TEST(header_settings, take_names_that_are_nobodys_or_identities) {
  header_settings settings;
  set_claims(settings, {"x-tenant", "remote-user", "x-forwarded-user", "x-auth-request-email",
                        std::string(64, 'x')});
  EXPECT_NO_THROW(header_rules{settings});
}

TEST(header_settings, refuses_the_rest_of_what_makes_no_sense) {
  const struct {
    const char* name;
    std::function<void(header_settings&)> change;
  } cases[] = {
      {"upgrade to HTTP/2", [](auto& s) { s.upgrades = {"h2c"}; }},
      {"upgrade to a version of HTTP", [](auto& s) { s.upgrades = {"HTTP/2.0"}; }},
      {"upgrade to TLS", [](auto& s) { s.upgrades = {"TLS/1.0"}; }},
      {"upgrade to two", [](auto& s) { s.upgrades = {"websocket, foo"}; }},
      {"upgrade to nothing", [](auto& s) { s.upgrades = {""}; }},
      {"via of two words", [](auto& s) { s.via = "a b"; }},
      {"via with a line end", [](auto& s) { s.via = "a\r\nb"; }},
      {"no host name", [](auto& s) { s.host = host_to_upstream::name; }},
      {"a URL as the host name",
       [](auto& s) {
         s.host = host_to_upstream::name;
         s.host_name = "http://a";
       }},
      {"let through what is no such field", [](auto& s) { s.let_through = {"x-color"}; }},
      {"let through a field of this connection", [](auto& s) { s.let_through = {"te"}; }},
      {"let through a history", [](auto& s) { s.let_through = {"x-forwarded-for"}; }},
      {"a claim in the field of all claims",
       [](auto& s) {
         s.token = token_to_upstream::claims;
         s.claims = {{.name = "x-jwt-claims", .claim = "sub"}};
       }},
      {"a token in a field of this connection", [](auto& s) { s.places = {{.header = "te"}}; }},
      {"a claim where a token may be",
       [](auto& s) {
         s.places = {{.header = "x-a"}};
         s.claims = {{.name = "x-a", .claim = "sub"}};
       }},
      {"an identity in a field that frames", [](auto& s) { s.identities = {"content-length"}; }},
      {"an identity without a name", [](auto& s) { s.identities = {""}; }},
      {"no claim", [](auto& s) { s.claims = {{.name = "x-a", .claim = ""}}; }},
      {"no separator",
       [](auto& s) { s.claims = {{.name = "x-a", .claim = "a", .separator = ""}}; }},
      {"a separator within percent-encoding",
       [](auto& s) {
         s.claims = {{.name = "x-a", .claim = "a", .form = claim_form::percent, .separator = "-"}};
       }},
  };
  for (const auto& one : cases) {
    header_settings settings;
    one.change(settings);
    EXPECT_THROW(header_rules{settings}, std::invalid_argument) << one.name;
  }
}

}  // namespace
}  // namespace latchkey::edge
