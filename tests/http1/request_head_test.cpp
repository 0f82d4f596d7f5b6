#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/request_head.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::http1 {
namespace {

using http::verb;

core::error_code parse(const std::string& text, http::request_head& head, request_wire& wire) {
  return parse_head(text, {}, head, wire);
}

// Scans and parses, as a session does.
core::error_code refuse_reason(const std::string& text, const head_limits& limits = {}) {
  head_scanner scanner;
  const auto size = scanner.scan(text, limits);
  if (size.has_error()) return size.error();
  if (*size == 0) return boost::system::errc::make_error_code(boost::system::errc::message_size);
  http::request_head head;
  request_wire wire;
  return parse_head(std::string_view{text}.substr(0, *size), limits, head, wire);
}

TEST(head, reads_a_request) {
  const std::string text =
      "POST /notes?a=b HTTP/1.1\r\nHost: example.com:8443\r\nX-Empty:\r\n"
      "Content-Length:\t5 \r\nX-Text:  a b\tc  \r\n\r\n";
  http::request_head head;
  request_wire wire;
  ASSERT_FALSE(parse(text, head, wire));
  EXPECT_EQ(head.method, verb::post);
  EXPECT_EQ(head.target, "/notes?a=b");
  EXPECT_EQ(wire.version, 11U);
  ASSERT_EQ(head.fields.size(), 4U);
  EXPECT_EQ(head.find("x-empty"), "");
  EXPECT_EQ(head.find("x-text"), "a b\tc");
  EXPECT_EQ(wire.body, framing::content_length);
  EXPECT_EQ(wire.content_length, 5U);
  EXPECT_TRUE(wire.keep_alive);
}

TEST(head, is_filled_anew_each_time) {
  http::request_head head;
  request_wire wire;
  ASSERT_FALSE(
      parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", head,
            wire));
  EXPECT_TRUE(wire.expect_continue);
  ASSERT_FALSE(parse("GET /b HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n", head, wire));
  EXPECT_EQ(wire.body, framing::none);
  EXPECT_EQ(wire.content_length, 0U);
  EXPECT_FALSE(wire.expect_continue);
  EXPECT_FALSE(wire.keep_alive);
  EXPECT_EQ(head.fields.size(), 2U);
}

struct kept {
  const char* version;
  const char* connection;
  bool keep_alive;
};

TEST(head, decides_whether_the_connection_persists) {
  const kept cases[] = {
      {"1.1", "", true},
      {"1.1", "Connection: close\r\n", false},
      {"1.1", "Connection: Keep-Alive, CLOSE\r\n", false},
      {"1.1", "Connection: upgrade\r\nConnection: close\r\n", false},
      {"1.1", "Connection: ,, x\r\n", true},
      {"1.0", "", false},
      {"1.0", "Connection: keep-alive\r\n", true},
      {"1.0", "Connection: keep-alive, close\r\n", false},
  };
  for (const auto& one : cases) {
    http::request_head head;
    request_wire wire;
    const auto text =
        std::string{"GET / HTTP/"} + one.version + "\r\nHost: a\r\n" + one.connection + "\r\n";
    ASSERT_FALSE(parse(text, head, wire)) << text;
    EXPECT_EQ(wire.keep_alive, one.keep_alive) << text;
  }
}

struct refused {
  const char* name;
  const char* text;
  errc why;
};

TEST(head, refuses_what_is_ambiguous) {
  const refused cases[] = {
      {"no host", "GET / HTTP/1.1\r\n\r\n", errc::bad_host},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", errc::bad_host},
      {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", errc::bad_host},
      {"host with path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", errc::bad_host},
      {"host with user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", errc::bad_host},
      {"host list", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", errc::bad_host},
      {"two authorizations",
       "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nauthorization: x\r\n\r\n",
       errc::duplicate_authorization},
      {"folded", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", errc::folded_field},
      {"folded by tab", "GET / HTTP/1.1\r\nHost: a\r\n\tb: c\r\n\r\n", errc::folded_field},
      {"gzip", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
       errc::bad_transfer_encoding},
      {"chunked, gzip", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
       errc::bad_transfer_encoding},
      {"gzip, chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
       errc::bad_transfer_encoding},
      {"identity", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
       errc::bad_transfer_encoding},
      {"empty coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n",
       errc::bad_transfer_encoding},
      {"chunked with parameter",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n",
       errc::bad_transfer_encoding},
      {"chunked twice",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
       "Transfer-Encoding: chunked\r\n\r\n",
       errc::bad_transfer_encoding},
      {"chunked in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
       errc::bad_transfer_encoding},
      {"length and coding",
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       errc::ambiguous_length},
      {"coding and zero length",
       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
       errc::ambiguous_length},
      {"two lengths",
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
       errc::bad_content_length},
      {"length list", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
       errc::bad_content_length},
      {"length sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
       errc::bad_content_length},
      {"length hex", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n",
       errc::bad_content_length},
      {"length empty", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
       errc::bad_content_length},
      {"length overflow",
       "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551621\r\n\r\n",
       errc::bad_content_length},
      {"space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", errc::bad_field},
      {"empty name", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", errc::bad_field},
      {"no colon", "GET / HTTP/1.1\r\nHost: a\r\nabc\r\n\r\n", errc::bad_field},
      {"control in value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n", errc::bad_field},
      {"return in value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", errc::bad_field},
      {"high byte in name", "GET / HTTP/1.1\r\nHost: a\r\nX\xE9: a\r\n\r\n", errc::bad_field},
      {"bare line feed", "GET / HTTP/1.1\nHost: a\n\n", errc::bad_line_end},
      {"bare line feed later", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", errc::bad_line_end},
      {"two leading empty lines", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
       errc::bad_request_line},
      {"no version", "GET /\r\n\r\n", errc::bad_request_line},
      {"version 2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", errc::bad_version},
      {"version 1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", errc::bad_version},
      {"version 1.1x", "GET / HTTP/1.1x\r\nHost: a\r\n\r\n", errc::bad_request_line},
      {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", errc::bad_request_line},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_request_line},
      {"trailing space", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", errc::bad_request_line},
      {"tab", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_request_line},
      {"leading space", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_request_line},
      {"method no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_request_line},
      {"DEL in target", "GET /\x7F HTTP/1.1\r\nHost: a\r\n\r\n", errc::bad_request_line},
      {"expect something", "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n",
       errc::expectation_failed},
      {"connection option", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close;\r\n\r\n",
       errc::bad_connection},
  };
  for (const auto& one : cases) EXPECT_EQ(refuse_reason(one.text), one.why) << one.name;
}

TEST(head, takes_in_values_what_may_stand_there_wherever_it_stands) {
  for (const std::size_t at : {1UL, 63UL, 64UL, 100UL, 148UL}) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string value(150, 'x');
      value[at] = static_cast<char>(byte);
      http::request_head head;
      request_wire wire;
      const auto error = parse("GET / HTTP/1.1\r\nHost: a\r\nX: " + value + "\r\n\r\n", head, wire);
      const bool right = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
      EXPECT_EQ(!error, right) << byte << " at " << at << ": " << error.message();
    }
  }
}

TEST(head, takes_one_leading_empty_line_and_odd_but_plain_methods) {
  EXPECT_FALSE(refuse_reason("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  http::request_head head;
  request_wire wire;
  const std::string odd = "G!T / HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_FALSE(parse(odd, head, wire));
  EXPECT_EQ(head.method, verb::unknown);
  EXPECT_EQ(head.method_text, "G!T");
  ASSERT_FALSE(parse("get / HTTP/1.1\r\nHost: a\r\n\r\n", head, wire));
  EXPECT_EQ(head.method, verb::unknown) << "methods are case-sensitive";
  EXPECT_FALSE(refuse_reason("GET / HTTP/1.0\r\n\r\n")) << "1.0 needs no Host";
}

TEST(head, holds_to_its_limits) {
  const head_limits limits{40, 200, 3};
  const auto head = [](const std::string& target, const std::string& fields) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  };
  EXPECT_FALSE(refuse_reason(head("/" + std::string(26, 'a'), ""), limits));
  EXPECT_EQ(refuse_reason(head("/" + std::string(27, 'a'), ""), limits),
            errc::request_line_too_long);
  EXPECT_EQ(refuse_reason(std::string(42, 'a'), limits), errc::request_line_too_long)
      << "before the line has ended";
  EXPECT_FALSE(refuse_reason(head("/", "a: b\r\na: b\r\n"), limits));
  EXPECT_EQ(refuse_reason(head("/", "a: b\r\na: b\r\na: b\r\n"), limits), errc::too_many_fields);
  EXPECT_EQ(refuse_reason(head("/", "a: " + std::string(200, 'b') + "\r\n"), limits),
            errc::head_too_large);
  EXPECT_EQ(refuse_reason(head("/", "a: " + std::string(400, 'b')), limits), errc::head_too_large)
      << "before the head has ended";
}

TEST(head_scanner, finds_the_end_byte_by_byte) {
  const std::string text = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
  head_scanner scanner;
  std::size_t found = 0;
  for (std::size_t size = 1; size <= text.size() && found == 0; ++size) {
    const auto end = scanner.scan(std::string_view{text}.substr(0, size), {});
    ASSERT_TRUE(end.has_value());
    found = *end;
  }
  EXPECT_EQ(found, text.size() - 4);
}

}  // namespace
}  // namespace latchkey::http1
