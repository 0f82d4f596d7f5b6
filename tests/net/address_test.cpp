#include <latchkey/net/address.hpp>

#include <gtest/gtest.h>

namespace latchkey::net {
namespace {

TEST(is_internal, tells_this_machine_its_link_and_metadata_from_the_rest) {
  struct {
    const char* address;
    bool internal;
  } const cases[] = {
      {"127.0.0.1", true},
      {"127.255.255.254", true},
      {"0.0.0.0", true},
      {"0.1.2.3", true},
      {"169.254.169.254", true},
      {"169.254.0.1", true},
      {"224.0.0.1", true},
      {"255.255.255.255", true},
      {"100.100.100.200", true},
      {"192.0.0.192", true},
      {"::", true},
      {"::1", true},
      {"fe80::1", true},
      {"febf::1", true},
      {"ff02::1", true},
      {"fd00:ec2::254", true},
      {"::ffff:127.0.0.1", true},
      {"::ffff:169.254.169.254", true},
      {"::127.0.0.1", true},
      {"64:ff9b::7f00:1", true},
      {"64:ff9b::a9fe:a9fe", true},
      {"2002:7f00:1::", true},
      {"2002:a9fe:a9fe::1", true},
      {"168.63.129.16", true},
      {"fd20:ce::254", true},
      {"fd00:ec2::23", true},
      {"fd00:ec2::253", true},
      {"fd00:c1::a9fe:a9fe", true},
      {"fd00:42::42", true},
      {"2001:db8::a9fe:a9fe", true},
      {"::ffff:168.63.129.16", true},
      {"::ffff:0:127.0.0.1", true},
      {"64:ff9b::a83f:8110", true},
      {"64:ff9b:1::a9fe:a9fe", true},
      {"64:ff9b:1:2:3:4:a9fe:a9fe", true},
      {"64:ff9b:1:a9fe:a9:fe00::", true},
      {"64:ff9b:1:a9fe:a9:fe12:3456:789a", true},
      {"64:ff9b:1:22a9:fe:a9fe::", true},
      {"64:ff9b:1:2222:a9:fea9:fe00:0", true},
      {"64:ff9b:1::7f00:1", true},
      {"2001:0:a9fe:a9fe::", true},
      {"2001:0:c000:201:0:0:80ff:fffe", true},
      {"2001:db8::5efe:127.0.0.1", true},
      {"2001:db8::200:5efe:169.254.169.254", true},
      {"128.0.0.1", false},
      {"169.253.255.255", false},
      {"169.255.0.0", false},
      {"192.0.2.1", false},
      {"10.0.0.1", false},
      {"172.16.0.1", false},
      {"192.168.1.1", false},
      {"100.64.0.1", false},
      {"223.255.255.255", false},
      {"2001:db8::1", false},
      {"fd00::1", false},
      {"fec0::1", false},
      {"::ffff:192.0.2.1", false},
      {"64:ff9b::c000:201", false},
      {"2002:c000:201::", false},
      {"168.63.129.17", false},
      {"fd00:ec3::254", false},
      {"fd20:cf::254", false},
      {"64:ff9b:1::c000:201", false},
      {"64:ff9b:1::a00:1", false},
      {"64:ff9b:2::a9fe:1", false},
      {"2001:0:c000:201::3fff:fdfe", false},
      {"2001:db8::5efe:192.0.2.1", false},
  };
  for (const auto& [address, internal] : cases) {
    EXPECT_EQ(is_internal(boost::asio::ip::make_address(address)), internal) << address;
  }
}

TEST(is_among, finds_an_address_of_this_machine_in_every_spelling) {
  const auto address = [](const char* text) { return boost::asio::ip::make_address(text); };
  const addresses own{address("192.0.2.1"), address("2001:db8::1"), address("fe80::1%7")};
  for (const auto* one : {"192.0.2.1", "2001:db8::1", "fe80::1", "::ffff:192.0.2.1",
                          "64:ff9b::c000:201", "64:ff9b:1::c000:201", "2002:c000:201::9"}) {
    EXPECT_TRUE(is_among(address(one), own)) << one;
  }
  for (const auto* one : {"192.0.2.2", "2001:db8::2", "::ffff:192.0.2.2"}) {
    EXPECT_FALSE(is_among(address(one), own)) << one;
  }
}

TEST(unmapped, is_the_ipv4_address_of_a_mapped_one_alone) {
  const struct {
    const char* from;
    const char* to;
  } cases[] = {{"192.0.2.1", "192.0.2.1"},
               {"::ffff:192.0.2.1", "192.0.2.1"},
               {"::192.0.2.1", "::192.0.2.1"},
               {"64:ff9b::192.0.2.1", "64:ff9b::192.0.2.1"},
               {"2001:db8::1", "2001:db8::1"}};
  for (const auto& one : cases) {
    EXPECT_EQ(unmapped(boost::asio::ip::make_address(one.from)),
              boost::asio::ip::make_address(one.to))
        << one.from;
  }
}

TEST(is_loopback, knows_programs_on_this_machine_by_any_spelling) {
  for (const auto* const peer : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(peer)) << peer;
  }
  for (const auto* const peer :
       {"192.0.2.1", "::ffff:192.0.2.1", "::", "::127.0.0.1", "localhost", ""}) {
    EXPECT_FALSE(is_loopback(peer)) << peer;
  }
}

TEST(own_addresses, has_those_of_the_interfaces) {
  const auto own = own_addresses();
  ASSERT_TRUE(own.has_value()) << own.error().message();
  EXPECT_TRUE(is_among(boost::asio::ip::address_v4::loopback(), *own));
}

}  // namespace
}  // namespace latchkey::net
