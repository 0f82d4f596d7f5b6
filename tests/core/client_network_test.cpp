#include <latchkey/core/client_network.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::core {
namespace {

TEST(client_network, is_an_ipv4_address_or_half_an_ipv6_one) {
  EXPECT_EQ(network_of("192.0.2.7"), (client_network{false, 0xC0000207}));
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"));
  EXPECT_EQ(network_of("::ffff:c000:207"), network_of("192.0.2.7"));
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), (client_network{true, 0x20010DB800010002}));
  EXPECT_EQ(network_of("2001:db8:1:2::"), network_of("2001:db8:1:2:ffff::1"));
  EXPECT_NE(network_of("2001:db8:1:3::"), network_of("2001:db8:1:2::"));
  EXPECT_NE(network_of("::c000:207"), network_of("192.0.2.7"));
  EXPECT_EQ(network_of("64:ff9b::192.0.2.7"), network_of("192.0.2.7")) << "behind a translator";
  EXPECT_NE(network_of("64:ff9b:1::192.0.2.7"), network_of("192.0.2.7"));
  EXPECT_EQ(network_of("fe80::1%eth0"), network_of("fe80::2%eth1"));
  EXPECT_EQ(network_of("0.0.0.0"), (client_network{false, 0}));
  EXPECT_EQ(network_of("::"), (client_network{true, 0}));
}

TEST(client_network, is_of_addresses_alone) {
  for (const auto* const text : {"", "unix", "192.0.2", "192.0.2.07", "192.0.2.7:80", "[::1]",
                                 "1:2", "2001:db8:1:2:3:4:5:6:7", "192.0.2.7 "}) {
    EXPECT_FALSE(network_of(text)) << text;
  }
  EXPECT_FALSE(network_of(std::string_view{"::1\0", 4}));
  EXPECT_FALSE(network_of(std::string(100'000, '1')));
}

TEST(client_network, has_a_key_of_its_own) {
  EXPECT_EQ(client_key("192.0.2.7"), client_key("::ffff:192.0.2.7"));
  EXPECT_EQ(client_key("2001:db8::1"), client_key("2001:db8::ffff:1"));
  EXPECT_NE(client_key("2001:db8::1"), client_key("2001:db8:0:1::1"));
  EXPECT_NE(client_key("0.0.0.1"), client_key("0:0:0:1::")) << "of another family";
  EXPECT_EQ(client_key("unix"), "unix");
  EXPECT_EQ(client_key(""), "");
  EXPECT_LE(client_key(std::string(100'000, 'x')).size(), 64U);
}

}  // namespace
}  // namespace latchkey::core
