#include "edge/made_fields.hpp"

#include <latchkey/edge/forwarded.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace latchkey::edge {
namespace {

using testing::ElementsAre;

lines history_of(const given_fields& given, bool trusted, history_source source,
                 seen_hop seen = {"192.0.2.7", "a.example", true, 443}) {
  http::request_head head;
  for (const auto& [name, value] : given) head.fields.push_back({name, value});
  field_list out;
  add_history(head, seen, trusted, source, out);
  return lines_of(out.fields());
}

TEST(forwarded, tells_what_was_seen_here_of_a_peer_that_is_not_trusted) {
  const given_fields forged = {{"X-Forwarded-For", "1.1.1.1"},
                               {"X-Forwarded-Proto", "ftp"},
                               {"X-Forwarded-Host", "evil"},
                               {"X-Forwarded-Port", "1"},
                               {"Forwarded", "for=1.1.1.1"}};
  for (const auto source : {history_source::x_forwarded, history_source::forwarded}) {
    EXPECT_THAT(history_of(forged, false, source),
                ElementsAre("x-forwarded-for: 192.0.2.7", "x-forwarded-proto: https",
                            "x-forwarded-host: a.example", "x-forwarded-port: 443",
                            "forwarded: for=192.0.2.7;host=a.example;proto=https"));
  }
}

TEST(forwarded, writes_addresses_as_each_field_has_them) {
  const struct {
    const char* peer;
    const char* plain;
    const char* quoted;
  } cases[] = {
      {"192.0.2.7", "192.0.2.7", "192.0.2.7"},
      {"2001:db8::1", "2001:db8::1", "\"[2001:db8::1]\""},
      {"fe80::1%eth0", "fe80::1", "\"[fe80::1]\""},
      {"::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"},
      {"", "unknown", "unknown"},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(history_of({}, false, history_source::x_forwarded, {one.peer, "", false, 0}),
                ElementsAre(std::string{"x-forwarded-for: "} + one.plain, "x-forwarded-proto: http",
                            std::string{"forwarded: for="} + one.quoted + ";proto=http"))
        << one.peer;
  }
}

TEST(forwarded, quotes_a_host_that_is_no_token) {
  EXPECT_THAT(history_of({}, false, history_source::x_forwarded, {"a", "[::1]:8", false, 0}).back(),
              "forwarded: for=a;host=\"[::1]:8\";proto=http");
}

TEST(forwarded, continues_the_history_of_a_trusted_peer) {
  const struct {
    const char* name;
    given_fields given;
    history_source source;
    lines expected;
  } cases[] = {
      {"nothing given",
       {},
       history_source::x_forwarded,
       {"x-forwarded-for: 192.0.2.7", "x-forwarded-proto: https", "x-forwarded-host: a.example",
        "x-forwarded-port: 443", "forwarded: for=192.0.2.7;host=a.example;proto=https"}},
      {"all given",
       {{"X-Forwarded-For", "198.51.100.1, 2001:db8::2"},
        {"X-Forwarded-For", "203.0.113.3:99,[2001:db8::4]:5"},
        {"X-Forwarded-Proto", "HTTP"},
        {"X-Forwarded-Host", "b.example:8080"},
        {"X-Forwarded-Port", "8080"},
        {"Forwarded", "for=6.6.6.6"}},
       history_source::x_forwarded,
       {"x-forwarded-for: 198.51.100.1, 2001:db8::2, 203.0.113.3:99, [2001:db8::4]:5, 192.0.2.7",
        "x-forwarded-proto: http", "x-forwarded-host: b.example:8080", "x-forwarded-port: 8080",
        "forwarded: for=198.51.100.1, for=\"[2001:db8::2]\", for=\"203.0.113.3:99\", "
        "for=\"[2001:db8::4]:5\";host=\"b.example:8080\";proto=http, "
        "for=192.0.2.7;host=a.example;proto=https"}},
      {"no good values",
       {{"X-Forwarded-For", "1.1.1.1, <script>, 198.51.100.1"},
        {"X-Forwarded-Proto", "https, http"},
        {"X-Forwarded-Host", "b.example"},
        {"X-Forwarded-Host", "c.example"},
        {"X-Forwarded-Port", "0443"}},
       history_source::x_forwarded,
       {"x-forwarded-for: 198.51.100.1, 192.0.2.7", "x-forwarded-proto: https",
        "x-forwarded-host: a.example", "x-forwarded-port: 443",
        "forwarded: for=198.51.100.1, for=192.0.2.7;host=a.example;proto=https"}},
      {"no port beside a scheme",
       {{"X-Forwarded-For", "198.51.100.1"}, {"X-Forwarded-Proto", "http"}},
       history_source::x_forwarded,
       {"x-forwarded-for: 198.51.100.1, 192.0.2.7", "x-forwarded-proto: http",
        "x-forwarded-host: a.example", "x-forwarded-port: 80",
        "forwarded: for=198.51.100.1;proto=http, for=192.0.2.7;host=a.example;proto=https"}},
      {"of Forwarded",
       {{"Forwarded", "for=198.51.100.1;by=_x , For=\"[2001:db8::2]\" ; Proto=http;host=\"b:1\""},
        {"Forwarded", "proto=HTTP;for=_hidden;host=c.example"},
        {"X-Forwarded-For", "6.6.6.6"},
        {"X-Forwarded-Host", "evil"}},
       history_source::forwarded,
       {"x-forwarded-for: 198.51.100.1, 2001:db8::2, _hidden, 192.0.2.7", "x-forwarded-proto: http",
        "x-forwarded-host: c.example", "x-forwarded-port: 80",
        "forwarded: for=198.51.100.1, for=\"[2001:db8::2]\", "
        "for=_hidden;host=c.example;proto=http, for=192.0.2.7;host=a.example;proto=https"}},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(history_of(one.given, true, one.source), one.expected) << one.name;
  }
}

TEST(forwarded, leaves_out_a_history_that_cannot_be_read) {
  for (const char* value :
       {"for=\"1.1.1.1", "for=1.1.1.1;for=2.2.2.2", "for", "for=", "=1", "for=1.1.1.1 proto=http",
        "for=\"1\\\"\"", "for=2001:db8::1", "for=\"\""}) {
    const auto made = history_of({{"Forwarded", "for=3.3.3.3"}, {"Forwarded", value}}, true,
                                 history_source::forwarded);
    EXPECT_EQ(made.front(), "x-forwarded-for: 192.0.2.7") << value;
    EXPECT_EQ(made.back(), "forwarded: for=192.0.2.7;host=a.example;proto=https") << value;
  }
  // An element that names nobody is one all the same; what stands before a bad name goes.
  EXPECT_EQ(history_of({{"Forwarded", "for=3.3.3.3, proto=http,, for=\"a b\", for=_1"}}, true,
                       history_source::forwarded)
                .front(),
            "x-forwarded-for: _1, 192.0.2.7");
  EXPECT_EQ(history_of({{"Forwarded", "proto=http"}}, true, history_source::forwarded).front(),
            "x-forwarded-for: unknown, 192.0.2.7");
}

TEST(forwarded, keeps_a_bounded_number_of_hops) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "10.0.0." + std::to_string(i % 250) + ",";
  const auto made = history_of({{"X-Forwarded-For", many}}, true, history_source::x_forwarded);
  EXPECT_EQ(std::count(made.front().begin(), made.front().end(), ','), 32);
  EXPECT_TRUE(made.front().ends_with("10.0.0.249, 192.0.2.7")) << made.front();
  EXPECT_TRUE(made.front().starts_with("x-forwarded-for: 10.0.0.218, ")) << made.front();
  EXPECT_TRUE(made.back().ends_with(";host=a.example;proto=https")) << made.back();
}

TEST(is_host_value, takes_names_and_addresses_with_a_port) {
  for (const char* good : {"a", "a.example", "a.example.", "a_b:1", "127.0.0.1", "127.0.0.1:65535",
                           "[::1]", "[2001:db8::1]:443", "xn--a:80"}) {
    EXPECT_TRUE(is_host_value(good)) << good;
  }
  for (const char* bad :
       {"",          ":80",     "a:",   "a:0",    "a:65536",  "a:080",  "a:+1",
        "a:80x",     "a:80:80", "::1",  "[::1",   "[::1]a",   "[::1]:", "[fe80::1%25eth0]",
        "[1.2.3.4]", "127.1",   "1",    "0x7f.1", "a b",      "a/b",    "a@b",
        "a,b",       "a;b",     "a..b", "a%41",   "\xC3\xA9", "a\r\n"}) {
    EXPECT_FALSE(is_host_value(bad)) << bad;
  }
}

}  // namespace
}  // namespace latchkey::edge
