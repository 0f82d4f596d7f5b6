#include <latchkey/net/address_text.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::net {
namespace {

namespace ip = boost::asio::ip;

// What the system reads, but for zones.
std::optional<ip::address> oracle(const std::string& text) {
  boost::system::error_code wrong;
  const auto found = ip::make_address(text, wrong);
  if (wrong || text.find('%') != text.npos) return std::nullopt;
  return found;
}

TEST(address_text, is_read_as_the_system_does) {
  for (const std::string text : {"0.0.0.0",
                                 "127.0.0.1",
                                 "192.0.2.255",
                                 "255.255.255.255",
                                 "10.20.30.40",
                                 "::",
                                 "::1",
                                 "2001:db8::1",
                                 "::ffff:192.0.2.1",
                                 "2001:DB8:0:0:0:0:0:1",
                                 "",
                                 " ",
                                 ".",
                                 "1",
                                 "1.2.3",
                                 "1.2.3.",
                                 ".1.2.3",
                                 "1.2.3.4.",
                                 "1.2.3.4.5",
                                 "1..2.3",
                                 "256.0.0.1",
                                 "1.2.3.1000",
                                 "1.2.3.4 ",
                                 " 1.2.3.4",
                                 "1.2.3.-4",
                                 "1.2.3.+4",
                                 "01.2.3.4",
                                 "1.2.3.04",
                                 "00.0.0.0",
                                 "0x1.2.3.4",
                                 "1.2.3.a",
                                 "a.b.c.d",
                                 "99999999999.1.1.1",
                                 "fe80::1%eth0",
                                 ":::",
                                 "1::2::3",
                                 "[::1]",
                                 "::1:",
                                 "12345::",
                                 "::ffff:1.2.3",
                                 "example"}) {
    EXPECT_EQ(read_address(text), oracle(text)) << '"' << text << '"';
  }
  EXPECT_FALSE(read_address(std::string_view{"1.2.3.4\0", 8}));
  EXPECT_FALSE(read_address(std::string_view{"::1\0", 4}));
  EXPECT_FALSE(read_address(std::string(100, '1') + "::"));
}

TEST(address_text, is_written_as_the_system_does) {
  for (const auto* const text : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "10.200.3.40", "::1",
                                 "2001:db8::1", "::ffff:192.0.2.1"}) {
    EXPECT_EQ(write_address(ip::make_address(text)), text);
  }
}

}  // namespace
}  // namespace latchkey::net
