#include <latchkey/http/errc.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/head_fault.hpp>
#include <latchkey/http1/request_head.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace latchkey::http1 {
namespace {

// What is told of a head that is refused, as a session finds that out.
std::string told(std::string_view bytes) {
  http::request_head head;
  request_wire wire;
  auto size = head_scanner{}.scan(bytes, {});
  if (size.has_error()) return describe_fault(bytes, size.error());
  if (*size == 0) return "not whole";
  if (const auto error = parse_head(bytes.substr(0, *size), {}, head, wire)) {
    return describe_fault(bytes.substr(0, *size), error);
  }
  const auto target = http::parse_target(head, true);
  return target.has_error() ? describe_fault(bytes.substr(0, *size), target.error()) : "accepted";
}

std::string get(const std::string& target, const std::string& fields = "Host: a\r\n") {
  return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

TEST(head_fault, names_the_byte_of_a_target) {
  EXPECT_EQ(told(get("/a?b|c")), "accepted");
  EXPECT_EQ(told(get("/a|b")),
            "byte 0x7c ('|') at offset 2 of the target: not a character of a path");
  EXPECT_EQ(told(get("/a/\xC3\xA9")),
            "byte 0xc3 at offset 3 of the target: not a character of a path");
  EXPECT_EQ(told("\r\n" + get("/a%2fb")),
            "byte 0x25 ('%') at offset 2 of the target: an encoded '/', '\\' or NUL");
  EXPECT_EQ(told(get("/a/../b")),
            "byte 0x2e ('.') at offset 3 of the target: a '.' or '..' segment");
  EXPECT_EQ(told(get("https://b/")),
            "the target is neither a path nor a URL of the host that Host names");
}

TEST(head_fault, names_the_byte_of_a_request_line) {
  EXPECT_EQ(told(get("/a\x01")), "byte 0x01 at offset 6 of the request line");
  EXPECT_EQ(told("GET\t/ HTTP/1.1\r\n\r\n"), "byte 0x09 at offset 3 of the request line");
  EXPECT_EQ(told("GET  / HTTP/1.1\r\n\r\n"), "byte 0x20 at offset 4 of the request line");
  EXPECT_EQ(told("GET / b HTTP/1.1\r\n\r\n"), "byte 0x62 ('b') at offset 6 of the request line");
  EXPECT_EQ(told("GET /\r\n\r\n"), "the end of the request line, at offset 5");
  EXPECT_EQ(told("hello\r\n\r\n"), "the end of the request line, at offset 5");
  EXPECT_EQ(told("GET / HTTP/1.1 \r\n\r\n"), "byte 0x20 at offset 14 of the request line");
}

TEST(head_fault, names_the_byte_of_a_field) {
  EXPECT_EQ(told(get("/", "Host: a\r\nX : b\r\n")), "byte 0x20 at offset 1 of field 2");
  EXPECT_EQ(told(get("/", "Host: a\r\n: b\r\n")), "byte 0x3a (':') at offset 0 of field 2");
  EXPECT_EQ(told(get("/", "Host: a\r\nnothing\r\n")), "the end of field 2, at offset 7");
  EXPECT_EQ(told(get("/", "X: a\x7F\r\n")), "byte 0x7f at offset 4 of field 1");
  EXPECT_EQ(told(get("/", "Host: a\r\n b\r\n")), "byte 0x20 at offset 0 of field 2");
  EXPECT_EQ(told(get("/", "X: /\r\nHost: a/b \r\n")), "byte 0x2f ('/') at offset 7 of field 2");
  EXPECT_EQ(told("GET / HTTP/1.1\r\nX: a\nY: b\r\n\r\n"), "byte 0x0a at offset 20 of the head");
}

TEST(head_fault, is_nothing_where_no_byte_is_to_blame) {
  EXPECT_EQ(told(get("/", "")), "");
  EXPECT_EQ(told(get("/", "Host: a\r\nHost: b\r\n")), "");
  EXPECT_EQ(told("GET / HTTP/2.0\r\n\r\n"), "");
  EXPECT_EQ(describe_fault("", http::errc::body_timeout), "");
  EXPECT_EQ(describe_fault("", errc::bad_line_end), "");
  EXPECT_EQ(describe_fault("\r\n", errc::bad_field), "");
}

// Whatever the bytes are: they come from outside.
TEST(head_fault, reads_nothing_behind_its_bytes) {
  const auto whole = get("/a|b", "Host: a/b\r\nX : \x01\r\n y\r\n");
  for (const auto error :
       {make_error_code(errc::bad_request_line), make_error_code(errc::bad_field),
        make_error_code(errc::folded_field), make_error_code(errc::bad_host),
        make_error_code(errc::bad_line_end), http::make_error_code(http::errc::bad_target)}) {
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      // Of its own, so that a sanitizer sees a byte too far.
      const std::string part(whole, 0, size);
      EXPECT_LT(describe_fault(part, error).size(), 120U);
    }
  }
}

}  // namespace
}  // namespace latchkey::http1
