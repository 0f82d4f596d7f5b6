#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/response_collector.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace latchkey::http1 {
namespace {

// Gives `text` in pieces of `piece` bytes, or as much as there is room for.
core::error_code collect(response_collector& made, std::string_view text, std::size_t piece) {
  while (!text.empty() && !made.is_whole()) {
    const auto room = made.space();
    const auto size = std::min({room.size(), text.size(), piece});
    EXPECT_NE(size, 0U) << "there is always room";
    if (size == 0) return errc::truncated;
    std::copy_n(text.data(), size, room.data());
    text.remove_prefix(size);
    if (const auto error = made.take(size)) return error;
  }
  return made.is_whole() ? core::error_code{} : made.finish(connection_end::clean);
}

response_limits small_limits() {
  response_limits limits;
  limits.head.bytes = 1024;
  return limits;
}

TEST(response_collector, keeps_head_and_body) {
  const std::string interim = "HTTP/1.1 103 x\r\nLink: " + std::string(800, 'l') + "\r\n\r\n";
  const std::string body(30'000, 'x');
  const std::string head = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nX: " + std::string(700, 'y') + "\r\n";
  const std::string bodies[] = {
      "Content-Length: 30000\r\n\r\n" + body,
      "Transfer-Encoding: chunked\r\n\r\n7530\r\n" + body + "\r\n0\r\nT: x\r\n\r\n",
      "\r\n" + body,
  };
  for (const auto& rest : bodies) {
    for (const std::size_t piece : {1UL, 7UL, 1000UL, 100'000UL}) {
      response_collector made{small_limits()};
      std::string text;
      for (int i = 0; i < 8; ++i) text += interim;
      ASSERT_FALSE(collect(made, text + head + rest, piece)) << piece;
      EXPECT_EQ(made.head().status, 200U);
      EXPECT_EQ(made.head().find("etag"), "\"a\"");
      EXPECT_EQ(made.head().find("x"), std::string(700, 'y'));
      EXPECT_EQ(made.body(), body);
      EXPECT_FALSE(made.has_excess());
    }
  }
}

TEST(response_collector, tells_what_nobody_asked_for) {
  response_collector made{small_limits()};
  EXPECT_FALSE(collect(made, "HTTP/1.1 204 x\r\n\r\nHTTP/1.1", 1000));
  EXPECT_TRUE(made.has_excess());
}

TEST(response_collector, refuses_what_the_reader_refuses) {
  auto limits = small_limits();
  limits.body = 10;
  response_collector large{limits};
  EXPECT_EQ(collect(large, "HTTP/1.1 200 x\r\n\r\n12345678901", 1000), errc::body_too_large);
  response_collector cut{limits};
  EXPECT_EQ(collect(cut, "HTTP/1.1 200 x\r\nContent-Length: 5\r\n\r\n1234", 3), errc::truncated);
  response_collector endless{limits};
  EXPECT_EQ(collect(endless, "HTTP/1.1 200 x\r\nA: " + std::string(20'000, 'a'), 1000),
            errc::head_too_large);
}

}  // namespace
}  // namespace latchkey::http1
