#include "support/response_run.hpp"

#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace latchkey::http1 {
namespace {

using support::run_response;

struct row {
  const char* name;
  std::string text;
  const char* told;  // the reason, or the heads and the body
  std::size_t behind = 0;
  request_facts asked = {};
  std::optional<connection_end> end = std::nullopt;
};

std::string told(const support::response_run& made) {
  if (made.error) return made.error.message();
  std::string text;
  for (const auto& head : made.heads) text += head.substr(3, 3) + ' ';
  return (made.whole ? text : text + "... ") + made.body;
}

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
const std::string five = ok + "Content-Length: 5\r\n\r\n";
constexpr auto clean = connection_end::clean;
constexpr auto cut = connection_end::cut;

TEST(response_reader, finds_the_end_in_any_pieces) {
  const request_facts head{true, false, false};
  const request_facts connect{false, true, false};
  const request_facts upgrade{false, false, true};
  const row rows[] = {
      {"length", five + "hello", "200 hello"},
      {"length, more behind", five + "hello world", "200 hello", 6},
      {"length, not all", five + "hell", "200 ... hell"},
      {"length 0", ok + "Content-Length: 0\r\n\r\nx", "200 ", 1},
      {"chunks", chunked + "5;a=\"b\"\r\nhello\r\n1\r\n!\r\n0\r\nA: b\r\n\r\nHTTP", "200 hello!",
       4},
      {"chunks, not all", chunked + "5\r\nhello\r\n0\r\n", "200 ... hello"},
      {"chunks outside the grammar", chunked + "5\r\nhelloo", "bad_chunk"},
      {"until close, open", ok + "\r\nhello", "200 ... hello"},
      {"until close, closed", ok + "\r\nhello", "200 hello", 0, {}, clean},
      {"until close, cut", ok + "\r\nhello", "truncated", 0, {}, cut},
      {"until close, empty", ok + "\r\n", "200 ", 0, {}, clean},
      {"to HEAD", five + "HTTP", "200 ", 4, head},
      {"304", "HTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\nHTTP", "304 ", 4},
      {"interim first", "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 103 x\r\nA: b\r\n\r\n" + five + "hello",
       "100 103 200 hello"},
      {"interim alone", "HTTP/1.1 100 x\r\n\r\n", "100 ... "},
      {"switched", "HTTP/1.1 101 x\r\n\r\n\x81\x02hi", "101 ", 4, upgrade},
      {"tunnel", "HTTP/1.1 200 x\r\n\r\nTLS", "200 ", 3, connect},
      {"no tunnel", "HTTP/1.1 403 x\r\nContent-Length: 2\r\n\r\nno", "403 no", 0, connect},
      {"empty line between", "HTTP/1.1 100 x\r\n\r\n\r\n" + five, "bad_status_line"},
      {"nothing", "", "no_response", 0, {}, clean},
      {"nothing, cut", "", "no_response", 0, {}, cut},
      {"half a head", ok, "truncated", 0, {}, clean},
      {"interim, then the end", "HTTP/1.1 100 x\r\n\r\n", "truncated", 0, {}, clean},
      {"half a length", five + "hell", "truncated", 0, {}, clean},
      {"half a chunk", chunked + "5\r\nhel", "truncated", 0, {}, clean},
      {"chunks without the last", chunked + "5\r\nhello\r\n", "truncated", 0, {}, clean},
      {"chunks without the empty line", chunked + "5\r\nhello\r\n0\r\n", "truncated", 0, {}, clean},
      {"whole, then cut", five + "hello", "200 hello", 0, {}, cut},
  };
  for (const auto& one : rows) {
    const auto whole = run_response(one.text, one.asked, {}, one.text.size() + 1, one.end);
    EXPECT_EQ(told(whole), one.told) << one.name;
    EXPECT_EQ(whole.error ? 0 : one.text.size() - whole.consumed, one.behind) << one.name;
    for (std::size_t piece = 1; piece < one.text.size(); ++piece) {
      EXPECT_TRUE(run_response(one.text, one.asked, {}, piece, one.end) == whole)
          << one.name << " by " << piece;
    }
    // Every place where one piece may end and the other begin.
    for (std::size_t first = 1; first < one.text.size(); ++first) {
      response_reader reader{{}, one.asked};
      auto next = first;
      const auto pieces = support::run_responses(
          one.text, reader, [&] { return std::exchange(next, one.text.size()); }, one.end);
      EXPECT_TRUE(pieces == whole) << one.name << " at " << first;
    }
  }
}

TEST(response_reader, keeps_to_its_limits_in_any_pieces) {
  response_limits limits;
  limits.head = {40, 100, 3};
  limits.interim = 2;
  limits.interim_bytes = 60;
  limits.chunk_overhead = 10;
  limits.body = 5;
  const std::string interim = "HTTP/1.1 100 x\r\n\r\n";
  const std::string fat = "HTTP/1.1 100 x\r\nA: 6789012345\r\n\r\n";
  const struct {
    const char* name;
    std::string text;
    const char* told;
  } rows[] = {
      {"two interim", interim + interim + five + "hello", "100 100 200 hello"},
      {"three interim", interim + interim + interim + five + "hello", "too_many_interim"},
      {"large interim", fat + fat + five + "hello", "too_many_interim"},
      {"endless interim head", "HTTP/1.1 100 x\r\nA: " + std::string(200, 'a'), "head_too_large"},
      {"many fields", ok + "A:\r\nB:\r\nC:\r\nD:\r\n\r\n", "too_many_fields"},
      {"long status line", "HTTP/1.1 200 " + std::string(40, 'a'), "status_line_too_long"},
      {"length at the limit", five + "hello", "200 hello"},
      {"length above", ok + "Content-Length: 6\r\n\r\n", "body_too_large"},
      {"chunks at the limit", chunked + "5\r\nhello\r\n0\r\n\r\n", "200 hello"},
      {"chunks above", chunked + "6\r\nhello!\r\n0\r\n\r\n", "body_too_large"},
      {"chunks above before what is wrong", chunked + "6\r\nhello!!!!!", "body_too_large"},
      {"chunks of one byte",
       chunked + "1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n", "body_too_large"},
      {"extensions", chunked + "1;123456\r\na\r\n1;12345\r\n", "chunk_overhead"},
      {"trailers", chunked + "0\r\nabcdefgh: 12345\r\n\r\n", "chunk_overhead"},
      {"until close at the limit", ok + "\r\nhello", "200 hello"},
      {"until close above", ok + "\r\nhello!", "body_too_large"},
  };
  for (const auto& one : rows) {
    for (std::size_t piece = 1; piece <= one.text.size(); ++piece) {
      EXPECT_EQ(told(run_response(one.text, {}, limits, piece)), one.told)
          << one.name << " by " << piece;
    }
  }
}

TEST(response_reader, reads_one_response_after_the_other) {
  std::string text = five + "hello" + "HTTP/1.1 100 x\r\n\r\n" + ok + "Content-Length: 9\r\n\r\n";
  response_reader reader;
  std::span<char> rest{text};
  using event = response_reader::event;
  for (const auto wanted : {event::head, event::body, event::end}) {
    const auto step = reader.next(rest);
    ASSERT_TRUE(step);
    EXPECT_EQ(step->what, wanted);
    rest = rest.subspan(step->consumed);
  }
  EXPECT_TRUE(reader.begun());
  reader.begin({true, false, false});
  EXPECT_FALSE(reader.begun());
  for (const auto wanted : {event::interim, event::head, event::end}) {
    const auto step = reader.next(rest);
    ASSERT_TRUE(step);
    EXPECT_EQ(step->what, wanted);
    rest = rest.subspan(step->consumed);
  }
  EXPECT_TRUE(rest.empty());
  reader.begin({});
  EXPECT_EQ(reader.finish(clean).error(), errc::no_response);
}

TEST(response_reader, stays_with_its_error) {
  response_reader reader;
  std::string bad = "hello";
  std::string good = five + "hello";
  EXPECT_EQ(reader.next(bad).error(), errc::bad_status_line);
  EXPECT_EQ(reader.next(good).error(), errc::bad_status_line);
  EXPECT_EQ(reader.finish(clean).error(), errc::bad_status_line);
}

}  // namespace
}  // namespace latchkey::http1
