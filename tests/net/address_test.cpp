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
  };
  for (const auto& [address, internal] : cases) {
    EXPECT_EQ(is_internal(boost::asio::ip::make_address(address)), internal) << address;
  }
}

}  // namespace
}  // namespace latchkey::net
