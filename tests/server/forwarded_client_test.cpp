#include "support/cases.hpp"

#include <latchkey/server/forwarded_client.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::server {
namespace {

struct chain {
  const char* name;
  std::vector<std::string> fields;
  std::string client;  // empty: none is told
};

const std::vector<net::network>& trusted() {
  static const std::vector<net::network> all{*net::network::parse("10.0.0.0/8"),
                                             *net::network::parse("2001:db8:f::/48")};
  return all;
}

std::string client_of(const std::vector<std::string>& values,
                      std::string_view name = "X-Forwarded-For") {
  http::request_head head;
  for (const auto& one : values) {
    head.fields.push_back({"accept", "1.2.3.4"});
    head.fields.push_back({name, one});
  }
  const auto found = forwarded_client(head, trusted());
  return found ? found->to_string() : "";
}

class forwarded_client_of : public testing::TestWithParam<chain> {};

TEST_P(forwarded_client_of, is_the_last_that_is_no_trusted_proxy) {
  EXPECT_EQ(client_of(GetParam().fields), GetParam().client);
}

const chain chains[] = {
    {"nobody", {}, ""},
    {"empty", {"", " ", ",", ", ,"}, ""},
    {"one", {"192.0.2.1"}, "192.0.2.1"},
    {"one_of_ipv6", {"2001:db8::1"}, "2001:db8::1"},
    {"written_long", {"2001:0DB8:0:0::1"}, "2001:db8::1"},
    {"mapped", {"::ffff:192.0.2.1"}, "192.0.2.1"},
    {"mapped_and_trusted", {"192.0.2.1, ::ffff:10.0.0.1"}, "192.0.2.1"},
    {"through_trusted_ones", {"192.0.2.1, 10.0.0.1,10.0.0.2 , 2001:db8:f::1"}, "192.0.2.1"},
    {"made_up_before_an_untrusted_one",
     {"10.0.0.9, 203.0.113.1, 192.0.2.1, 10.0.0.1"},
     "192.0.2.1"},
    {"in_several_fields", {"203.0.113.1, 192.0.2.1", "10.0.0.2", "10.0.0.1"}, "192.0.2.1"},
    {"all_are_trusted", {"10.0.0.3, 10.0.0.2", "10.0.0.1"}, "10.0.0.3"},
    {"with_a_port", {"192.0.2.1:443"}, "192.0.2.1"},
    {"in_brackets", {"[2001:db8::1]"}, "2001:db8::1"},
    {"in_brackets_with_a_port", {"[2001:db8::1]:443, 10.0.0.1:80"}, "2001:db8::1"},
    {"empty_elements", {"192.0.2.1,, ,10.0.0.1,"}, "192.0.2.1"},
    {"unknown_last", {"192.0.2.1, unknown"}, ""},
    {"unknown_before_a_trusted_one", {"192.0.2.1, unknown, 10.0.0.1"}, "10.0.0.1"},
    {"hidden", {"_gazonk, 10.0.0.1"}, "10.0.0.1"},
    {"odd_address", {"192.0.2.01, 10.0.0.1"}, "10.0.0.1"},
    {"octal", {"0300.0.2.1"}, ""},
    {"odd_port", {"192.0.2.1:https, 10.0.0.1"}, "10.0.0.1"},
    {"empty_port", {"192.0.2.1:"}, ""},
    {"long_port", {"192.0.2.1:000443"}, ""},
    {"open_bracket", {"[2001:db8::1"}, ""},
    {"behind_a_bracket", {"[2001:db8::1]x"}, ""},
    {"zone", {"fe80::1%eth0"}, ""},
    {"name", {"client.example"}, ""},
    {"two_in_one", {"192.0.2.1 192.0.2.2"}, ""},
    {"quoted", {"\"192.0.2.1\""}, ""},
};

INSTANTIATE_TEST_SUITE_P(all, forwarded_client_of, testing::ValuesIn(chains), support::case_name);

TEST(forwarded_client, looks_at_so_many_elements) {
  std::string list = "192.0.2.1";
  for (std::size_t i = 1; i < max_forwarded_hops; ++i) list += ", 10.0.0.1";
  EXPECT_EQ(client_of({list}), "192.0.2.1");
  EXPECT_EQ(client_of({list + ", 10.0.0.2"}), "10.0.0.1") << "who stands last of those";
}

TEST(forwarded_client, is_of_that_field_alone) {
  EXPECT_EQ(client_of({"192.0.2.1"}, "X_Forwarded_For"), "");
  EXPECT_EQ(client_of({"192.0.2.1"}, "X-Forwarded-Fo"), "");
  EXPECT_EQ(client_of({"192.0.2.1"}, "x-forwarded-FOR"), "192.0.2.1");
}

}  // namespace
}  // namespace latchkey::server
