#include <latchkey/http/url.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::http {
namespace {

// As text, so that a wrong reading shows whole: scheme, host, port, path, query.
std::string reading(std::string_view text) {
  const auto parsed = parse_url(text);
  if (!parsed) return "refused";
  std::string all{parsed->secure ? "https " : "http "};
  all.append(parsed->host).append(" ").append(std::to_string(parsed->port));
  all.append(" ").append(parsed->path).append(" ").append(parsed->query);
  if (parsed->address) all += " address";
  if (parsed->loopback) all += " loopback";
  return all;
}

TEST(url, is_taken_apart) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://idp.example", "https idp.example 443  "},
      {"https://idp.example/", "https idp.example 443 / "},
      {"HTTPS://IdP.example:8443/a/b?c=d&e", "https IdP.example 8443 /a/b c=d&e"},
      {"https://idp.example?c=/d", "https idp.example 443  c=/d"},
      {"https://my_idp-1:1", "https my_idp-1 1  "},
      {"https://3scale.example.", "https 3scale.example. 443  "},
      {"http://idp.example/%2e%2E/x", "http idp.example 80 /%2e%2E/x "},
      {"http://localhost:65535", "http localhost 65535   loopback"},
      {"http://127.8.0.1/x", "http 127.8.0.1 80 /x  address loopback"},
      {"http://192.0.2.1:08080/x", "http 192.0.2.1 8080 /x  address"},
      {"http://[::1]:9000/x", "http ::1 9000 /x  address loopback"},
      {"https://[2001:db8::1]", "https 2001:db8::1 443   address"},
      {"http://localhost.example/", "http localhost.example 80 / "},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(reading(text), wanted) << text;
}

TEST(url, keeps_the_authority_as_written) {
  EXPECT_EQ(parse_url("https://[::1]:0443/x")->authority, "[::1]:0443");
  EXPECT_EQ(parse_url("https://Idp.example?x")->authority, "Idp.example");
}

TEST(url, is_refused_where_readers_may_differ) {
  for (const std::string_view text : {
           "",
           "idp.example",
           "/path",
           "//idp.example/",
           "ftp://idp.example/",
           "file:///etc/keys.json",
           "https:",
           "https:/idp.example",
           "https:idp.example",
           "https://",
           "https:///path",
           "https://:443/",
           "https://user@idp.example/",
           "https://user:secret@idp.example/",
           "https://@idp.example/",
           "http://user@127.0.0.1/",
           "http://user@[::1]/",
           "http://@127.0.0.1/",
           "http://127.0.0.1@192.0.2.1/",
           "http://localhost:80@192.0.2.1/",
           "https://idp.example/#fragment",
           "https://idp.example/?a#",
           "https://idp.example#/",
           "https://idp.example:/",
           "https://idp.example:0/",
           "https://idp.example:65536/",
           "https://idp.example:65979/",
           "https://idp.example:4294967739/",
           "https://idp.example:18446744073709552059/",
           "https://idp.example:+443/",
           "https://idp.example:443x/",
           "https://127.0.0.1.example/x",
           "http://127.0.0.1.example/x",
           "http://127.0.0.1example",
           "http://127.0.0.1.example:80",
           "http://127.0.0.1\\.example/",
           "http://127.1/",
           "http://2130706433/",
           "http://0x7f000001/",
           "http://0x/",
           "http://0177.0.0.1/",
           "http://1.2.3.4.5/",
           "http://127.0.0.1./",
           "http://127.1./",
           "https://169.254.169.254./",
           "https://0xa9fea9fe/",
           "https://0xA9.0xfe.0xa9.0xfe/",
           "https://0251.0376.0251.0376/",
           "https://2852039166/",
           "https://idp%2eexample/",
           "https://idp.example%00.evil/",
           "https://idp,example/",
           "https://idp..example/",
           "https://.example/",
           "https://[v1.x]/",
           "https://[::1/",
           "https://[::1]x/",
           "https://[::1]:/",
           "https://[fe80::1%25eth0]/",
           "https://idp.example/a b",
           "https://idp.example/\r\nX: y",
           "https://idp.example/\xC3\xA9",
           "https://id\xC3\xA9.example/",
           "https://idp.example/%zz",
           " https://idp.example/",
           "https://idp.example/ ",
       }) {
    EXPECT_EQ(reading(text), "refused") << text;
  }
}

TEST(url, is_secure_over_tls_or_on_this_machine) {
  EXPECT_TRUE(is_secure(*parse_url("https://idp.example")));
  EXPECT_TRUE(is_secure(*parse_url("http://[::1]")));
  EXPECT_TRUE(is_secure(*parse_url("http://localhost")));
  EXPECT_FALSE(is_secure(*parse_url("http://idp.example")));
  EXPECT_FALSE(is_secure(*parse_url("http://LOCALHOST"))) << "as written, or not at all";
  EXPECT_FALSE(is_secure(*parse_url("http://[::2]")));
}

}  // namespace
}  // namespace latchkey::http
