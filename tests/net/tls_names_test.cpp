#include "net/tls_names.hpp"

#include <latchkey/net/certificate_names.hpp>

#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <string>

namespace latchkey::net {
namespace {

struct name_case {
  const char* name;
  std::string text;
  bool taken;
};

class certificate_names : public testing::TestWithParam<name_case> {};

TEST_P(certificate_names, are_those_of_hosts) {
  EXPECT_EQ(is_certificate_name(GetParam().text), GetParam().taken) << GetParam().text;
}

const name_case names[] = {
    {"host", "api.example", true},
    {"one_label", "localhost", true},
    {"star", "*.example", true},
    {"capitals", "API.Example", true},
    {"underscore", "_a.example", true},
    {"digits_in_front", "1a.2b.example", true},
    {"longest_label", std::string(63, 'a') + ".example", true},
    {"empty", "", false},
    {"star_alone", "*", false},
    {"star_and_dot", "*.", false},
    {"star_within", "a*.example", false},
    {"star_second", "a.*.example", false},
    {"two_stars", "*.*.example", false},
    {"leading_dot", ".example", false},
    {"trailing_dot", "api.example.", false},
    {"two_dots", "api..example", false},
    {"address", "192.0.2.1", false},
    {"short_address", "*.127", false},
    {"address_v6", "::1", false},
    {"port", "api.example:443", false},
    {"blank", "api example", false},
    {"zero", std::string{"a\0b", 3}, false},
    {"not_ascii", "\xC3\xA9.example", false},
    {"long_label", std::string(64, 'a') + ".example", false},
    {"long_name",
     std::string(63, 'a') + '.' + std::string(63, 'b') + '.' + std::string(63, 'c') + '.' +
         std::string(63, 'd'),
     false},
};
INSTANTIATE_TEST_SUITE_P(net, certificate_names, testing::ValuesIn(names), support::case_name);

TEST(tls_names, finds_the_exact_name_before_the_star) {
  const context_ptr exact{SSL_CTX_new(TLS_server_method())};
  const context_ptr starred{SSL_CTX_new(TLS_server_method())};
  tls_names all;
  all.add("a.example", exact.get());
  all.add("*.example", starred.get());
  EXPECT_EQ(all.find("a.example"), exact.get());
  EXPECT_EQ(all.find("A.EXAMPLE"), exact.get());
  EXPECT_EQ(all.find("a.example."), exact.get());
  EXPECT_EQ(all.find("b.example"), starred.get());
  for (const auto* other : {"example", ".example", "a.b.example", "*.a.example", "", ".", "a"}) {
    EXPECT_EQ(all.find(other), nullptr) << other;
  }
  EXPECT_EQ(all.find(std::string(300, 'a') + ".example"), nullptr);
}

}  // namespace
}  // namespace latchkey::net
