#include <latchkey/edge/mcp_uri.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace latchkey::edge {
namespace {

TEST(mcp_uri, may_say_what_it_means) {
  for (const char* plain : {"file:///a/b",
                            "file:///a/b/",
                            "file:///",
                            "note://a#b",
                            "note://x:8/y",
                            "file:///a%40b",
                            "file:///a/..b/c",
                            "note://x/y?q=z",
                            "note://x",
                            "memo:today",
                            "demo://resource/static/1",
                            "https://host:8/a%20b",
                            "https://host/",
                            "https://127.0.0.1/a",
                            "https://4.example/",
                            "https://host/caf%C3%A9",
                            "https://host/a?to=https://other/",
                            "https://xn--caf-dma.example/",
                            "urn:isbn:X",
                            "note:///a",
                            "note:/a"}) {
    EXPECT_FALSE(is_ambiguous_uri(plain)) << plain;
  }
}

TEST(mcp_uri, is_found_where_it_may_be_another) {
  for (const char* odd :
       {"", "a/b", ":a", "FILE:///a", "https://Host/a", "memo:../x", "file:///a/../b",
        "file:///a/./b", "file:///a/..", "file:///a//b", "file:////a", "file:///a\\b",
        "file:///a b", "note://x//y",
        // Encodings.
        "file:///a/%2E%2e/b", "file:///a%2fb", "file:///a%2Fb", "file:///%61", "file:///a%",
        "file:///a%2", "file:///a%zz", "file:///a%00", "file:///caf%c3%a9",
        "file:///%C0%AE%C0%AE/b", "file:///%ED%A0%80", "file:///%E0%80%AF", "file:///%F4%90%80%80",
        "file:///a%C3", "file:///a%3Bb",
        // Dots where others see no path any more.
        "file:///a?/../../b", "file:///a#/../../b", "file:///a/..;/b", "note://x/y?q=../z",
        "file:///a/..%3Fb", "note://x/..%23y",
        // What readers of files drop.
        "file:///a#", "file:///a?", "file:///a#b", "file:///a?b",
        // A query or a fragment of nothing.
        "note://a?", "note://a#", "note://a?#b",
        // Parts of an authority that are left out or written anew.
        "note://@x/y", "note://:@x/y", "note://a@x/y", "note://x:/y", "note://x:08/y",
        "note://x:a/y", "note://[::1]/y",
        // What readers encode themselves.
        "file:///caf\xC3\xA9", "file:///a\"b", "file:///a{b}", "file:///a|b", "file:///a^b",
        // Other spellings of one.
        "file://localhost/a", "file:/a", "file:a", "https:/host/a", "https:host/a",
        "https:///host/a", "https://host:443/a", "https://host:/a", "https://host:08/a",
        "https://host:a/a", "https://@host/a", "https://host./a", "https://host", "https://host?a",
        "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://127.0.0.01/",
        "http://host:80/", "https://[::1]/", "https://xn--host-.example/a", "https://a.xn--b-/a",
        "https://xn--/a", "urn:ISBN:x", "urn:Corp:x"}) {
    EXPECT_TRUE(is_ambiguous_uri(odd)) << odd;
  }
}

TEST(mcp_uri, is_decoded_once_where_an_encoding_is_whole) {
  EXPECT_EQ(decoded_uri("file:///a%40b%2"), "file:///a@b%2");
  EXPECT_EQ(decoded_uri("%2540%c3%A9%zz%"), "%40\xC3\xA9%zz%");
}

TEST(mcp_uri, is_read_shorter) {
  const auto has = [](std::string_view uri, std::string_view one) {
    const auto all = shorter_uris(uri);
    EXPECT_LE(all.size(), 32U) << uri;
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (const auto& [uri, read] : std::initializer_list<std::pair<const char*, const char*>>{
           {"file:///a/b", "file:///a/b"},
           {"file:///a/b/", "file:///a/b"},
           {"file:///a/b/", "file:/a/b"},
           {"note:/a", "note:///a"},
           {"note:///a", "note:/a"},
           {"https://h/a;x", "https://h/a"},
           {"https://h/a;x/b;y", "https://h/a/b"},
           {"https://h/a;x/?q", "https://h/a"},
           {"https://h/a?q#f", "https://h/a"},
           {"https://h/a%3Fx", "https://h/a"},
           {"https://h/a%23x", "https://h/a"},
           {"https://h/a%3Fx?q", "https://h/a%3Fx"},
           {"urn:a:b?+c", "urn:a:b"}}) {
    EXPECT_TRUE(has(uri, read)) << uri;
  }
  EXPECT_FALSE(has("https://h/a", "https://h/"));
  EXPECT_FALSE(has("https://h/", "https://h"));
}

}  // namespace
}  // namespace latchkey::edge
