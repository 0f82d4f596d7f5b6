#include "support/response_run.hpp"

#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/response_head.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace latchkey::http1 {
namespace {

constexpr request_facts to_get{};
constexpr request_facts to_head{true, false, false};
constexpr request_facts to_connect{false, true, false};
constexpr request_facts to_upgrade{false, false, true};

// What is made of a head: the reason of its refusal, or all that is in it.
std::string read(std::string_view text, const request_facts& asked = to_get,
                 const head_limits& limits = {}) {
  head_scanner scanner{head_kind::response};
  const auto size = scanner.scan(text, limits);
  if (size.has_error()) return size.error().message();
  if (*size == 0) return "more";
  response_head head;
  const auto error = parse_response_head(text.substr(0, *size), limits, asked, head);
  return error ? error.message() : support::line_of(head);
}

struct row {
  const char* name;
  std::string text;
  const char* made;
  request_facts asked = to_get;
};

void check(std::initializer_list<row> rows) {
  for (const auto& one : rows) EXPECT_EQ(read(one.text, one.asked), one.made) << one.name;
}

TEST(response_head, has_a_status_line_of_the_grammar) {
  const std::string none = "\r\nContent-Length: 0\r\n\r\n";
  check({
      {"plain", "HTTP/1.1 200 OK" + none, "11 200 (OK) final length 0 keep Content-Length=0;"},
      {"1.0", "HTTP/1.0 404 Not Found" + none,
       "10 404 (Not Found) final length 0 close Content-Length=0;"},
      {"no reason", "HTTP/1.1 200 " + none, "11 200 () final length 0 keep Content-Length=0;"},
      {"no reason and no space", "HTTP/1.1 200" + none,
       "11 200 () final length 0 keep Content-Length=0;"},
      {"two spaces", "HTTP/1.1 200  OK" + none,
       "11 200 ( OK) final length 0 keep Content-Length=0;"},
      {"obs-text", "HTTP/1.1 500 Ori\xC3\xAB" + none,
       "11 500 (Ori\xC3\xAB) final length 0 keep Content-Length=0;"},
      {"lowest", "HTTP/1.1 200 a" + none, "11 200 (a) final length 0 keep Content-Length=0;"},
      {"highest", "HTTP/1.1 599 a" + none, "11 599 (a) final length 0 keep Content-Length=0;"},
      {"status 600", "HTTP/1.1 600 a" + none, "bad_status"},
      {"status 999", "HTTP/1.1 999 a" + none, "bad_status"},
      {"status 099", "HTTP/1.1 099 a" + none, "bad_status"},
      {"1.2", "HTTP/1.2 200 OK" + none, "bad_version"},
      {"2.0", "HTTP/2.0 200 OK" + none, "bad_version"},
      {"0.9", "HTTP/0.9 200 OK" + none, "bad_version"},
      {"2", "HTTP/2 200 OK" + none, "bad_status_line"},
      {"11.1", "HTTP/11.1 200 OK" + none, "bad_status_line"},
      {"1.10", "HTTP/1.10 200 OK" + none, "bad_status_line"},
      {"lower case", "http/1.1 200 OK" + none, "bad_status_line"},
      {"another protocol", "RTSP/1.1 200 OK" + none, "bad_status_line"},
      {"a request", "GET / HTTP/1.1" + none, "bad_status_line"},
      {"two digits", "HTTP/1.1 20 OK" + none, "bad_status_line"},
      {"four digits", "HTTP/1.1 2000 OK" + none, "bad_status_line"},
      {"sign", "HTTP/1.1 +20 OK" + none, "bad_status_line"},
      {"no status", "HTTP/1.1 OK" + none, "bad_status_line"},
      {"version alone", "HTTP/1.1" + none, "bad_status_line"},
      {"version and space", "HTTP/1.1 " + none, "bad_status_line"},
      {"two spaces before", "HTTP/1.1  200 OK" + none, "bad_status_line"},
      {"tab", "HTTP/1.1\t200 OK" + none, "bad_status_line"},
      {"tab behind the status", "HTTP/1.1 200\tOK" + none, "bad_status_line"},
      {"return in the reason", "HTTP/1.1 200 O\rK" + none, "bad_status_line"},
      {"NUL in the reason", "HTTP/1.1 200 O" + std::string(1, '\0') + none, "bad_status_line"},
      {"escape in the reason", "HTTP/1.1 200 \x1B[31m" + none, "bad_status_line"},
      {"empty line before", "\r\nHTTP/1.1 200 OK" + none, "bad_status_line"},
      {"line feed before", "\nHTTP/1.1 200 OK" + none, "bad_status_line"},
      {"bare line feed", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "bad_line_end"},
  });
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n"), "more");
  EXPECT_EQ(read(""), "more");
  EXPECT_EQ(read("SSH"), "bad_status_line") << "before its line ends";
  EXPECT_EQ(read("HTTP/"), "more");
}

TEST(response_head, has_fields_of_the_grammar) {
  const auto with = [](const std::string& lines) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + lines + "\r\n";
  };
  check({
      {"odd but plain", with("a!#$%&'*+-.^_`|~9:\t b \t c \r\nX:\r\n"),
       "11 200 (OK) final length 0 keep Content-Length=0; a!#$%&'*+-.^_`|~9=b \t c; X=;"},
      {"repeated", with("Set-Cookie: a\r\nset-cookie: b\r\n"),
       "11 200 (OK) final length 0 keep Content-Length=0; Set-Cookie=a; set-cookie=b;"},
      {"no colon", with("abc\r\n"), "bad_field"},
      {"no name", with(": b\r\n"), "bad_field"},
      {"space before the colon", with("A : b\r\n"), "bad_field"},
      {"space in the name", with("en-US A: b\r\n"), "bad_field"},
      {"obs-text in the name", with("\xC3\xA9: b\r\n"), "bad_field"},
      {"NUL in the name", with(std::string{"A\0B: b\r\n", 8}), "bad_field"},
      {"NUL in the value", with(std::string{"A: \0\r\n", 6}), "bad_field"},
      {"return in the value", with("A: b\rC: d\r\n"), "bad_field"},
      {"DEL in the value", with("A: \x7F\r\n"), "bad_field"},
      {"line feed in the value", with("A: b\nC: d\r\n"), "bad_line_end"},
      {"folded", with("A: b\r\n c\r\n"), "folded_field"},
      {"folded by a tab", with("A: b\r\n\tc\r\n"), "folded_field"},
      {"folded at once", "HTTP/1.1 200 OK\r\n A: b\r\n\r\n", "folded_field"},
      {"Connection is no list", with("Connection: a b\r\n"), "bad_connection"},
  });
}

TEST(response_head, says_where_the_body_ends) {
  const auto ok = [](const std::string& lines, const char* status = "1.1 200") {
    return "HTTP/" + std::string{status} + " x\r\n" + lines + "\r\n";
  };
  check({
      {"nothing said", ok(""), "11 200 (x) final until_close close"},
      {"nothing said, to be kept", ok("Connection: keep-alive\r\n"),
       "11 200 (x) final until_close close Connection=keep-alive;"},
      {"length", ok("Content-Length: 005\r\n"),
       "11 200 (x) final length 5 keep Content-Length=005;"},
      {"18 digits", ok("Content-Length: 999999999999999999\r\n"),
       "11 200 (x) final length 999999999999999999 keep Content-Length=999999999999999999;"},
      {"19 digits", ok("Content-Length: 1000000000000000000\r\n"), "bad_content_length"},
      {"overflow", ok("Content-Length: 18446744073709551617\r\n"), "bad_content_length"},
      {"equal lengths", ok("Content-Length: 5\r\nContent-Length: 5\r\n"), "bad_content_length"},
      {"differing lengths", ok("Content-Length: 5\r\ncontent-length: 6\r\n"), "bad_content_length"},
      {"list of lengths", ok("Content-Length: 5, 5\r\n"), "bad_content_length"},
      {"empty length", ok("Content-Length:\r\n"), "bad_content_length"},
      {"signed length", ok("Content-Length: +5\r\n"), "bad_content_length"},
      {"negative length", ok("Content-Length: -5\r\n"), "bad_content_length"},
      {"hexadecimal length", ok("Content-Length: 0x5\r\n"), "bad_content_length"},
      {"length with a space", ok("Content-Length: 1 5\r\n"), "bad_content_length"},
      {"chunked", ok("Transfer-Encoding: ChunkeD\r\n"),
       "11 200 (x) final chunked keep Transfer-Encoding=ChunkeD;"},
      {"gzip, chunked", ok("Transfer-Encoding: gzip, chunked\r\n"), "bad_transfer_encoding"},
      {"chunked, gzip", ok("Transfer-Encoding: chunked, gzip\r\n"), "bad_transfer_encoding"},
      {"chunked twice", ok("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
       "bad_transfer_encoding"},
      {"chunked, chunked", ok("Transfer-Encoding: chunked, chunked\r\n"), "bad_transfer_encoding"},
      {"chunked with a parameter", ok("Transfer-Encoding: chunked;q=1\r\n"),
       "bad_transfer_encoding"},
      {"identity", ok("Transfer-Encoding: identity\r\n"), "bad_transfer_encoding"},
      {"gzip", ok("Transfer-Encoding: gzip\r\n"), "bad_transfer_encoding"},
      {"empty", ok("Transfer-Encoding:\r\n"), "bad_transfer_encoding"},
      {"in 1.0", ok("Transfer-Encoding: chunked\r\n", "1.0 200"), "bad_transfer_encoding"},
      {"both", ok("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "ambiguous_length"},
      {"both, the other way round", ok("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
       "ambiguous_length"},
  });
}

TEST(response_head, has_no_body_for_some_statuses_and_requests) {
  const std::string five = " x\r\nContent-Length: 5\r\n\r\n";
  const std::string zero = " x\r\nContent-Length: 0\r\n\r\n";
  const std::string chunked = " x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string nothing = " x\r\n\r\n";
  check({
      {"204", "HTTP/1.1 204" + nothing, "11 204 (x) final none keep"},
      {"204, 0", "HTTP/1.1 204" + zero, "11 204 (x) final none keep Content-Length=0;"},
      {"204, 5", "HTTP/1.1 204" + five, "unexpected_length"},
      {"204, chunked", "HTTP/1.1 204" + chunked, "unexpected_length"},
      {"304", "HTTP/1.1 304" + nothing, "11 304 (x) final none keep"},
      {"304, 5", "HTTP/1.1 304" + five, "11 304 (x) final none keep Content-Length=5;"},
      {"304, chunked", "HTTP/1.1 304" + chunked,
       "11 304 (x) final none keep Transfer-Encoding=chunked;"},
      {"205", "HTTP/1.1 205" + five, "11 205 (x) final length 5 keep Content-Length=5;"},
      {"to HEAD", "HTTP/1.1 200" + five, "11 200 (x) final none keep Content-Length=5;", to_head},
      {"to HEAD, nothing said", "HTTP/1.1 200" + nothing, "11 200 (x) final none keep", to_head},
      {"to HEAD, chunked", "HTTP/1.1 404" + chunked,
       "11 404 (x) final none keep Transfer-Encoding=chunked;", to_head},
      {"to HEAD, both", "HTTP/1.1 200 x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       "ambiguous_length", to_head},
      {"2xx to CONNECT", "HTTP/1.1 200" + five, "11 200 (x) upgraded none close Content-Length=5;",
       to_connect},
      {"407 to CONNECT", "HTTP/1.1 407" + five, "11 407 (x) final length 5 keep Content-Length=5;",
       to_connect},
  });
}

TEST(response_head, is_interim_or_of_another_protocol_below_200) {
  check({
      {"100", "HTTP/1.1 100 Continue\r\n\r\n", "11 100 (Continue) interim none keep"},
      {"103", "HTTP/1.1 103 x\r\nLink: a\r\n\r\n", "11 103 (x) interim none keep Link=a;"},
      {"199", "HTTP/1.1 199 x\r\n\r\n", "11 199 (x) interim none keep"},
      {"100 with length 0", "HTTP/1.1 100 x\r\nContent-Length: 0\r\n\r\n",
       "11 100 (x) interim none keep Content-Length=0;"},
      {"100 with a length", "HTTP/1.1 100 x\r\nContent-Length: 5\r\n\r\n", "unexpected_length"},
      {"100 chunked", "HTTP/1.1 100 x\r\nTransfer-Encoding: chunked\r\n\r\n", "unexpected_length"},
      {"100 in 1.0", "HTTP/1.0 100 Continue\r\n\r\n", "bad_status"},
      {"101 unasked", "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n", "unexpected_upgrade"},
      {"101", "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n",
       "11 101 (x) upgraded none close Upgrade=websocket;", to_upgrade},
      {"101 with a length", "HTTP/1.1 101 x\r\nContent-Length: 4\r\n\r\n", "unexpected_length",
       to_upgrade},
      {"101 in 1.0", "HTTP/1.0 101 x\r\n\r\n", "bad_status", to_upgrade},
  });
}

TEST(response_head, says_whether_the_connection_is_kept) {
  const struct {
    const char* fields;
    bool modern;
    bool old;
  } cases[] = {
      {"", true, false},
      {"Connection: close\r\n", false, false},
      {"Connection: x-y,CLOSE\r\n", false, false},
      {"connection: close ,\r\n", false, false},
      {"Connection: keep-alive\r\n", true, true},
      {"Connection: x, Keep-Alive\r\n", true, true},
      {"Connection: keep-alive\r\nConnection: close\r\n", false, false},
      {"Connection: close\r\nConnection: keep-alive\r\n", false, false},
      {"Connection: closed\r\n", true, false},
      {"Proxy-Connection: close\r\n", true, false},
      {"Proxy-Connection: keep-alive\r\n", true, false},
  };
  for (const auto& one : cases) {
    for (const bool modern : {true, false}) {
      const auto text = std::string{modern ? "HTTP/1.1" : "HTTP/1.0"} +
                        " 200 OK\r\nContent-Length: 0\r\n" + one.fields + "\r\n";
      const auto kept = read(text).find(" keep") != std::string::npos &&
                        read(text).find(" length 0 keep") != std::string::npos;
      EXPECT_EQ(kept, modern ? one.modern : one.old) << text;
    }
  }
}

TEST(response_head, is_refused_where_it_passes_a_limit) {
  const head_limits limits{20, 80, 2};
  const auto with = [&](const std::string& text) { return read(text, to_get, limits); };
  EXPECT_EQ(with("HTTP/1.1 200 1234567\r\n\r\n"), "11 200 (1234567) final until_close close");
  EXPECT_EQ(with("HTTP/1.1 200 12345678\r\n\r\n"), "status_line_too_long");
  EXPECT_EQ(with("HTTP/1.1 200 123456789"), "status_line_too_long") << "before its line ends";
  EXPECT_EQ(with("HTTP/1.1 200 12345678901\n"), "status_line_too_long") << "whatever its end";
  EXPECT_EQ(with("HTTP/1.1 200\r\nA: b\r\nC: d\r\n\r\n").substr(0, 6), "11 200");
  EXPECT_EQ(with("HTTP/1.1 200\r\nA: b\r\nC: d\r\nE: f\r\n"), "too_many_fields");
  EXPECT_EQ(with("HTTP/1.1 200\r\nA: " + std::string(70, 'b')), "head_too_large");
  EXPECT_EQ(with("HTTP/1.1 200\r\nA: " + std::string(70, 'b') + "\n"), "head_too_large");
  EXPECT_EQ(read("HTTP/1.1 200 " + std::string(30, 'a') + "\n", to_get, {20, 21, 2}),
            "head_too_large")
      << "whichever is passed first";
  response_head head;
  EXPECT_EQ(parse_response_head("HTTP/1.1 200\r\n\r\n", {8, 80, 2}, to_get, head),
            errc::status_line_too_long);
}

TEST(response_head, finds_the_first_field_of_a_name) {
  response_head head;
  ASSERT_FALSE(parse_response_head("HTTP/1.1 200\r\nA: 1\r\na: 2\r\n\r\n", {}, to_get, head));
  EXPECT_EQ(head.find("a"), "1");
  EXPECT_FALSE(head.find("b"));
}

}  // namespace
}  // namespace latchkey::http1
