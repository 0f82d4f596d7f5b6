#include <latchkey/client/proxy.hpp>

#include <gtest/gtest.h>

namespace latchkey::client {
namespace {

TEST(parse_proxy, takes_http_with_and_without_the_scheme) {
  struct {
    const char* url;
    const char* host;
    unsigned port;
    const char* authorization;
  } const cases[] = {
      {"http://proxy.example:3128", "proxy.example", 3128, ""},
      {"http://proxy.example:3128/", "proxy.example", 3128, ""},
      {"HTTP://proxy.example", "proxy.example", 80, ""},
      {"proxy.example:8080", "proxy.example", 8080, ""},
      {"http://10.0.0.1:3128", "10.0.0.1", 3128, ""},
      {"http://[2001:db8::1]:3128", "2001:db8::1", 3128, ""},
      {"http://Aladdin:open%20sesame@proxy.example:3128", "proxy.example", 3128,
       "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
      {"http://user@proxy.example:1", "proxy.example", 1, "Basic dXNlcjo="},
      {"http://u:p@ss@proxy.example:1", "proxy.example", 1, "Basic dTpwQHNz"},
  };
  for (const auto& [url, host, port, authorization] : cases) {
    const auto got = parse_proxy(url);
    ASSERT_TRUE(got) << url;
    EXPECT_EQ(got->host, host) << url;
    EXPECT_EQ(got->port, port) << url;
    EXPECT_EQ(got->authorization, authorization) << url;
  }
}

TEST(parse_proxy, refuses_what_is_no_http_proxy) {
  for (const std::string url : {"",
                                "http://",
                                "https://proxy.example",
                                "socks5://proxy.example",
                                "http://proxy.example/path",
                                "http://proxy.example?x",
                                "http://proxy.example?",
                                "http://proxy.example#x",
                                "http://proxy.example:0",
                                "http://proxy.example:65536",
                                "http://proxy.example:",
                                "http://pro xy:1",
                                "http://proxy.example:1\r\nX: y",
                                "http://a%3Ab:c@proxy.example:1",
                                "http://a%0Ab:c@proxy.example:1",
                                "http://evil.example/x@proxy.example:1",
                                "http://evil.example?x@proxy.example:1",
                                "http://evil.example#x@proxy.example:1",
                                "http://evil.example\\x@proxy.example:1",
                                "http://a%zz:c@proxy.example:1",
                                "http://a%4:c@proxy:1"}) {
    EXPECT_FALSE(parse_proxy(url)) << url;
  }
  EXPECT_FALSE(parse_proxy("http://" + std::string(5000, 'a') + "@proxy:1"));
}

TEST(is_direct, follows_the_list) {
  struct {
    const char* list;
    const char* host;
    bool direct;
  } const cases[] = {
      {"", "idp.example", false},
      {"*", "idp.example", true},
      {"idp.example", "idp.example", true},
      {"IDP.example", "idp.EXAMPLE", true},
      {"example", "idp.example", true},
      {".example", "idp.example", true},
      {".idp.example", "idp.example", true},
      {"*.example", "idp.example", true},
      {"dp.example", "idp.example", false},
      {"idp.example.com", "idp.example", false},
      {"other, idp.example ,third", "idp.example", true},
      {"idp.example:443", "idp.example", true},
      {"idp.example:444", "idp.example", false},
      {"idp.example:x", "idp.example", false},
      {",,", "idp.example", false},
      {"10.0.0.1", "10.0.0.1", true},
      {"10.0.0.1:443", "10.0.0.1", true},
      {"0.0.1", "10.0.0.1", false},
      {"10.0.0.0/8", "10.1.2.3", true},
      {"10.0.0.0/8", "11.1.2.3", false},
      {"10.1.2.3/8", "10.9.9.9", true},
      {"10.0.0.0/99", "10.1.2.3", false},
      {"2001:db8::1", "2001:db8::1", true},
      {"[2001:db8::1]:443", "2001:db8::1", true},
      {"2001:db8::/32", "2001:db8::1", true},
      {"2001:db8::/32", "2001:db9::1", false},
      {"10.0.0.0/8", "idp.example", false},
      {"idp.example", "idp.example.", true},
      {"idp.example.", "idp.example", true},
      {".example.", "idp.example", true},
      {".", "idp.example", false},
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"::ffff:0:0/96", "::ffff:10.1.2.3", true},
      {"10.0.0.1", "::ffff:10.0.0.1", true},
      {"::ffff:10.0.0.1", "10.0.0.1", true},
      {"10.0.0.0/8", "::ffff:11.1.2.3", false},
  };
  for (const auto& [list, host, direct] : cases) {
    EXPECT_EQ(is_direct(host, 443, list), direct) << list << " | " << host;
  }
}

}  // namespace
}  // namespace latchkey::client
