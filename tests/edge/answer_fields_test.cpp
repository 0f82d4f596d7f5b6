#include <latchkey/edge/answer_fields.hpp>
#include <latchkey/edge/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace latchkey::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct answer_text {
  explicit answer_text(std::string head, const http1::request_facts& asked = {})
      : text{std::move(head)} {
    const auto error = http1::parse_response_head(text, {}, asked, parsed);
    EXPECT_FALSE(error) << error.message() << ": " << text;
  }
  std::string text;
  http1::response_head parsed;
};

std::vector<std::string> lines_of(const http::response& answer) {
  std::vector<std::string> lines;
  for (const auto& one : answer.fields())
    lines.push_back(std::string{one.name} + ": " + std::string{one.value});
  return lines;
}

TEST(answer_fields, pass_but_for_what_means_the_connection) {
  const answer_text given{
      "HTTP/1.1 207 Multi-Status\r\nServer: x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
      "Connection: keep-alive, X-Hop\r\nConnection: y-hop\r\nKeep-Alive: timeout=5\r\n"
      "X-Hop: 1\r\nY-HOP: 2\r\nTrailer: Expires\r\nTransfer-Encoding: chunked\r\n"
      "Proxy-Authenticate: Basic\r\nProxy-Connection: close\r\nUpgrade: h2c\r\nTE: trailers\r\n"
      "Alt-Svc: h3=\":443\"\r\nWWW-Authenticate: Basic\r\nVia: 1.1 x\r\nX-Tab: a\tb\r\n"
      "X-Latin: \xE9\r\nEmpty:\r\n\r\n"};
  const auto passed = pass_answer(given.parsed, "");
  ASSERT_TRUE(passed.has_value());
  EXPECT_EQ(static_cast<unsigned>(passed->answer.code()), 207U);
  EXPECT_FALSE(passed->told_length);
  EXPECT_THAT(lines_of(passed->answer),
              ElementsAre("set-cookie: a=1", "set-cookie: b=2", "www-authenticate: Basic",
                          "via: 1.1 x", "x-tab: a\tb", "x-latin: \xE9", "empty: "));
}

TEST(answer_fields, tell_the_length_of_a_body_that_is_not_sent) {
  const struct {
    const char* name;
    const char* head;
    bool to_head;
    std::optional<std::uint64_t> told;
  } cases[] = {
      {"get", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", false, {}},
      {"head", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", true, 7},
      {"head of nothing", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, 0},
      {"head, unknown", "HTTP/1.1 200 OK\r\n\r\n", true, {}},
      {"not modified", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", false, 9},
      {"no content", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", false, {}},
  };
  for (const auto& one : cases) {
    const answer_text given{one.head, {.head = one.to_head}};
    const auto passed = pass_answer(given.parsed, "");
    ASSERT_TRUE(passed.has_value()) << one.name;
    EXPECT_EQ(passed->told_length, one.told) << one.name;
    EXPECT_THAT(lines_of(passed->answer), IsEmpty()) << one.name;
  }
}

TEST(answer_fields, of_an_interim_answer) {
  const answer_text given{
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\nX: 1\r\n\r\n"};
  const auto passed = pass_answer(given.parsed, "");
  ASSERT_TRUE(passed.has_value());
  EXPECT_THAT(lines_of(passed->answer), ElementsAre("link: </a>"));
}

TEST(answer_fields, keep_an_upgrade_that_was_offered) {
  const std::string begin = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n";
  const http1::request_facts asked{.upgrade = true};
  const answer_text good{begin + "Upgrade: WebSocket\r\nSec-WebSocket-Accept: x\r\n\r\n", asked};
  const auto passed = pass_answer(good.parsed, "websocket");
  ASSERT_TRUE(passed.has_value());
  EXPECT_THAT(lines_of(passed->answer),
              ElementsAre("sec-websocket-accept: x", "upgrade: websocket"));

  EXPECT_EQ(pass_answer(good.parsed, "other").error(), errc::unexpected_upgrade);
  EXPECT_EQ(pass_answer(good.parsed, "").error(), errc::unexpected_upgrade);
  const answer_text none{begin + "\r\n", asked};
  EXPECT_EQ(pass_answer(none.parsed, "websocket").error(), errc::unexpected_upgrade);
  const answer_text two{begin + "Upgrade: websocket, h2c\r\n\r\n", asked};
  EXPECT_EQ(pass_answer(two.parsed, "websocket").error(), errc::unexpected_upgrade);
  for (const std::string twice : {"Upgrade: websocket\r\nUpgrade: h2c\r\n\r\n",
                                  "Upgrade: websocket\r\nUpgrade: websocket\r\n\r\n"}) {
    const answer_text fields{begin + twice, asked};
    EXPECT_EQ(pass_answer(fields.parsed, "websocket").error(), errc::unexpected_upgrade);
  }
}

}  // namespace
}  // namespace latchkey::edge
