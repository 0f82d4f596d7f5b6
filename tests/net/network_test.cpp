#include <latchkey/net/network.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::net {
namespace {

TEST(network, takes_addresses_and_prefixes_in_one_spelling_only) {
  for (const auto* text : {"10.0.0.0/8", "10.1.2.3", "10.1.2.3/32", "0.0.0.0/0", "::/0", "::1",
                           "2001:db8::/32", "::ffff:10.0.0.0/104", "2001:db8::1/128"}) {
    EXPECT_TRUE(network::parse(text)) << text;
  }
  for (const auto* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0/8", "::/129",
                           "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.0/8 ", " 10.0.0.0/8", "fe80::1%lo",
                           "example.com", "10.0.0.0/8/8", "010.0.0.0/8", "2001:db8::1/32"}) {
    EXPECT_FALSE(network::parse(text)) << text;
  }
}

TEST(network, contains_what_has_its_prefix) {
  struct row {
    const char* of;
    const char* address;
    bool in;
  };
  const std::vector<row> rows{
      {"10.0.0.0/8", "10.255.0.1", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/8", "::ffff:10.1.1.1", true},
      {"10.0.0.0/8", "::10.1.1.1", false},
      {"10.1.2.3", "10.1.2.3", true},
      {"10.1.2.3", "10.1.2.4", false},
      {"192.168.4.0/22", "192.168.7.255", true},
      {"192.168.4.0/22", "192.168.8.0", false},
      {"0.0.0.0/0", "1.2.3.4", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"::/0", "1.2.3.4", false},
      {"::/0", "::ffff:1.2.3.4", false},
      {"::/1", "1.2.3.4", false},
      {"::ffff:0.0.0.0/96", "1.2.3.4", true},
      {"::/0", "2001:db8::1", true},
      {"2001:db8::/33", "2001:db8:7fff::", true},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"10.0.0.0/8", "not an address", false},
      {"10.0.0.0/8", "", false},
  };
  for (const auto& one : rows) {
    const auto of = network::parse(one.of);
    ASSERT_TRUE(of) << one.of;
    EXPECT_EQ(is_within({*of}, one.address), one.in) << one.of << ' ' << one.address;
  }
}

}  // namespace
}  // namespace latchkey::net
