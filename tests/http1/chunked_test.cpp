#include <latchkey/http1/chunked.hpp>
#include <latchkey/http1/errc.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace latchkey::http1 {
namespace {

struct outcome {
  core::error_code error;
  std::string data;
  std::string rest;
  bool done = false;
};

// Feeds `text` in pieces of `step` bytes, with room for `room` bytes of data each time.
outcome decode(const std::string& text, std::size_t step, std::size_t room,
               std::size_t overhead = 8 * 1024) {
  chunk_decoder decoder{overhead};
  outcome made;
  std::string out(room, '\0');
  std::size_t at = 0;
  while (at < text.size() && !decoder.done()) {
    const auto piece = std::string_view{text}.substr(at, step);
    const auto progress = decoder.decode(piece, out);
    if (progress.has_error()) {
      made.error = progress.error();
      return made;
    }
    made.data.append(out, 0, progress->produced);
    at += progress->consumed;
  }
  made.done = decoder.done();
  made.rest = text.substr(at);
  return made;
}

TEST(chunked, decodes_in_any_pieces) {
  const std::string text =
      "5\r\nhello\r\n6;name=\"a; \\\"b\xE9\";x=y;z\r\n world\r\n00a\r\n0123456789\r\n"
      "0\r\nTrailer: x\r\nAuthorization: Bearer y\r\n\r\nGET / next";
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
    for (const std::size_t room : {1U, 4U, 1000U}) {
      const auto made = decode(text, step, room);
      EXPECT_FALSE(made.error) << made.error.message();
      EXPECT_TRUE(made.done);
      EXPECT_EQ(made.data, "hello world0123456789");
      EXPECT_EQ(made.rest, "GET / next");
    }
  }
}

TEST(chunked, decodes_in_place) {
  std::string text = "5\r\nhello\r\n0\r\n\r\n";
  chunk_decoder decoder;
  const auto progress = decoder.decode(text, text);
  ASSERT_TRUE(progress.has_value());
  EXPECT_EQ(text.substr(0, progress->produced), "hello");
}

TEST(chunked, refuses_what_is_outside_the_grammar) {
  const std::pair<const char*, std::string> cases[] = {
      {"no size", "\r\n"},
      {"0x", "0x5\r\nhello\r\n0\r\n\r\n"},
      {"overflow", "10000000000000005\r\nhello\r\n0\r\n\r\n"},
      {"sixteen digits", "0000000000000005\r\nhello\r\n0\r\n\r\n"},
      {"sign", "-5\r\nhello"},
      {"space before", " 5\r\nhello\r\n0\r\n\r\n"},
      {"space after", "5 \r\nhello\r\n0\r\n\r\n"},
      {"bare line feed", "5\nhello\r\n0\r\n\r\n"},
      {"bare return", "5\rhello\r\n0\r\n\r\n"},
      {"data too long", "5\r\nhelloXX0\r\n\r\n"},
      {"line feed after data", "5\r\nhello\n0\r\n\r\n"},
      {"line feed in extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"},
      {"NUL in extension", "5;a\x01\r\nhello\r\n0\r\n\r\n"},
      {"line feed in trailer", "0\r\nA: b\nC: d\r\n\r\n"},
      {"empty extension", "5;\r\nhello\r\n0\r\n\r\n"},
      {"quotes that do not end", "5;a=\"b\r\nhello\r\n0\r\n\r\n"},
      {"quotes that end escaped", "5;a=\"b\\\"\r\nhello\r\n0\r\n\r\n"},
      {"extension without a name", "5;=a\r\nhello\r\n0\r\n\r\n"},
      {"extension without a value", "5;a=\r\nhello\r\n0\r\n\r\n"},
      {"extension with two values", "5;a=b=c\r\nhello\r\n0\r\n\r\n"},
      {"text behind quotes", "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n"},
      {"space in extension", "5; a\r\nhello\r\n0\r\n\r\n"},
      {"space behind extension", "5;a \r\nhello\r\n0\r\n\r\n"},
      {"high byte in extension", "5;a\xE9\r\nhello\r\n0\r\n\r\n"},
      {"trailer without colon", "0\r\nabc\r\n\r\n"},
      {"trailer without name", "0\r\n: b\r\n\r\n"},
      {"trailer with a space in its name", "0\r\nA : b\r\n\r\n"},
      {"a request in the trailers", "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"NUL in a trailer's name", std::string{"0\r\nA\0b: c\r\n\r\n", 14}},
      {"folded trailer", "0\r\n folded\r\n\r\n"},
      {"return in trailer", "0\r\nA: b\rC: d\r\n\r\n"},
  };
  for (const auto& [name, text] : cases) {
    EXPECT_EQ(decode(text, 1000, 1000).error, errc::bad_chunk) << name;
    EXPECT_EQ(decode(text, 1, 1000).error, errc::bad_chunk) << name;
  }
}

TEST(chunked, caps_extensions_and_trailers_together) {
  const auto body = [](std::size_t extension, std::size_t trailer) {
    return "1;" + std::string(extension, 'e') + "\r\nx\r\n0\r\n" + std::string(trailer - 1, 't') +
           ":\r\n\r\n";
  };
  EXPECT_TRUE(decode(body(50, 50), 1000, 10, 100).done);
  EXPECT_EQ(decode(body(50, 51), 1000, 10, 100).error, errc::chunk_overhead);
  EXPECT_EQ(decode(body(101, 1), 1000, 10, 100).error, errc::chunk_overhead);
}

}  // namespace
}  // namespace latchkey::http1
