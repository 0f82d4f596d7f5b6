#include <latchkey/edge/place.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

async::tcp::endpoint at(const char* address, std::uint16_t port) {
  return {async::asio::ip::make_address(address), port};
}

TEST(parse_place, tells_scheme_host_port_and_what_the_host_field_says) {
  const struct {
    std::string_view url;
    bool secure;
    std::string_view host;
    unsigned port;
    std::string_view authority;
  } cases[] = {
      {"http://api", false, "api", 80, "api"},
      {"http://api/", false, "api", 80, "api"},
      {"http://api:80", false, "api", 80, "api"},
      {"http://api:443", false, "api", 443, "api:443"},
      {"http://api:9000", false, "api", 9000, "api:9000"},
      {"http://api:65535", false, "api", 65535, "api:65535"},
      {"HTTP://api:9000/", false, "api", 9000, "api:9000"},
      {"https://api.example", true, "api.example", 443, "api.example"},
      {"https://api.example:443", true, "api.example", 443, "api.example"},
      {"https://api.example:80", true, "api.example", 80, "api.example:80"},
      {"https://api.example:8443/", true, "api.example", 8443, "api.example:8443"},
      // The port that ends in the scheme's own is another.
      {"http://api:9080", false, "api", 9080, "api:9080"},
      {"https://api:1443", true, "api", 1443, "api:1443"},
      {"http://10.0.0.5:9000", false, "10.0.0.5", 9000, "10.0.0.5:9000"},
      {"http://[::1]", false, "::1", 80, "[::1]"},
      {"http://[::1]:80", false, "::1", 80, "[::1]"},
      {"http://[2001:db8::80]", false, "2001:db8::80", 80, "[2001:db8::80]"},
      {"https://[2001:db8::7]:8443", true, "2001:db8::7", 8443, "[2001:db8::7]:8443"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.url);
    const auto made = parse_place(one.url);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->secure, one.secure);
    EXPECT_EQ(made->host, one.host);
    EXPECT_EQ(made->port, one.port);
    EXPECT_EQ(made->authority, one.authority);
  }
}

TEST(parse_place, refuses_what_is_no_address_of_a_server) {
  for (const std::string_view url : {
           "",
           "api",
           "api:9000",
           "//api",
           "http:",
           "http://",
           "http:///",
           "http://:9000",
           "ftp://api",
           "ws://api",
           "unix:///run/api.sock",
           "http://api/v1",
           "http://api//",
           "http://api/?",
           "http://api?",
           "http://api?a=b",
           "http://api/#",
           "http://api#x",
           "http://user@api",
           "http://user:secret@api",
           "http://@api",
           "http://api:",
           "http://api:0",
           "http://api:65536",
           "http://api:65616",
           "http://api:9000x",
           "http://api:-1",
           "http://api:+80",
           "http://api: 80",
           "http://a pi",
           " http://api",
           "http://api ",
           "http://api\r\n",
           "http://a_b\x7F",
           "http://api%2e",
           "http://[::1",
           "http://::1",
           "http://::1:9000",
           "http://[::1]9000",
           "http://[::1%25eth0]",
           "http://[v1.x]",
           "http://127.1",
           "http://0x7f.0.0.1",
           "http://127.0.0.1.",
           "http://256.0.0.1",
           "http://a:80,b:80",
       }) {
    EXPECT_FALSE(parse_place(url)) << url;
  }
}

TEST(places_of, are_named_by_their_endpoints_and_keep_their_order) {
  const auto name = parse_place("https://api.example:8443");
  ASSERT_TRUE(name);
  const auto all = places_of(*name, "", {at("10.0.0.6", 8443), at("2001:db8::7", 8443)});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].text, "10.0.0.6:8443");
  EXPECT_EQ(all[1].text, "[2001:db8::7]:8443");
  for (const auto& one : all) {
    EXPECT_TRUE(one.secure);
    EXPECT_EQ(one.host, "api.example");
    EXPECT_EQ(one.authority, "api.example:8443");
  }
  EXPECT_EQ(all[1].where, at("2001:db8::7", 8443));
  EXPECT_THAT(places_of(*name, "", {}), IsEmpty());
}

TEST(places_of, are_proven_to_be_the_server_name_where_there_is_one) {
  const auto name = parse_place("https://10.0.0.5");
  ASSERT_TRUE(name);
  const auto all = places_of(*name, "api.internal", {at("10.0.0.5", 443)});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].host, "api.internal");
  // Its name in a certificate is not what requests ask for.
  EXPECT_EQ(all[0].authority, "10.0.0.5");
  EXPECT_EQ(all[0].text, "10.0.0.5:443");
}

TEST(place, is_used_as_long_as_a_name_server_vouches_for_it_within_bounds) {
  using namespace std::chrono_literals;
  EXPECT_EQ(used_for(0s), 1s);
  EXPECT_EQ(used_for(1s), 1s);
  EXPECT_EQ(used_for(300s), 300s);
  EXPECT_EQ(used_for(24h), 24h);
  EXPECT_EQ(used_for(std::chrono::seconds{0x7fffffff}), 24h);
}

}  // namespace
}  // namespace latchkey::edge
