// What a client gets, and what is told, for whatever an upstream answers.
#include "forward_bench.hpp"
#include "support/cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using end = upstream_script::end;
using phase = http::forward_phase;
using by = http::ended_by;
using testing::ElementsAre;

constexpr std::string_view get = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

struct answer_case {
  std::string name;
  std::string bytes;
  end then = end::keep;
  unsigned status = 200;
  std::string body = "";
  bool whole = true;
  phase at = phase::done;
  by ended = by::nobody;
  std::string reason = "";
  std::string_view request = get;
};

const std::string bad_gateway = R"({"detail":"Bad Gateway"})";

answer_case refused(std::string name, std::string bytes, end then = end::keep,
                    std::string reason = "upstream_bad_answer") {
  return {std::move(name), std::move(bytes), then, 502, bad_gateway, true, phase::waiting,
          by::upstream,    std::move(reason)};
}

answer_case cut(std::string name, std::string bytes, end then, std::string body) {
  return {std::move(name), std::move(bytes),  then, 200, std::move(body), false, phase::answering,
          by::upstream,    "upstream_cut_off"};
}

const std::string ok = "HTTP/1.1 200 OK\r\n";
const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";

std::vector<answer_case> answer_cases() {
  const auto closed = ok + "Connection: close\r\n";
  const std::string large(300'000, 'x');
  return {
      {"length", ok + "Content-Length: 5\r\n\r\nhello", end::keep, 200, "hello"},
      {"length_then_close", ok + "Content-Length: 5\r\n\r\nhello", end::close, 200, "hello"},
      {"length_and_close", closed + "Content-Length: 5\r\n\r\nhello", end::close, 200, "hello"},
      {"no_body", ok + "Content-Length: 0\r\n\r\n"},
      {"large", ok + "Content-Length: 300000\r\n\r\n" + large, end::keep, 200, large},
      {"large_chunk", chunked + "493e0\r\n" + large + "\r\n0\r\n\r\n", end::keep, 200, large},
      {"chunked", chunked + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", end::keep, 200, "hello!"},
      {"chunked_in_full", chunked + "5;a=\"b\"\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n", end::keep,
       200, "hello"},
      {"chunked_nothing", chunked + "0\r\n\r\n"},
      {"until_close", closed + "\r\nhello", end::close, 200, "hello"},
      {"until_close_nothing", closed + "\r\n", end::close},
      {"old", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", end::close, 200, "hello"},
      {"old_until_close", "HTTP/1.0 200 OK\r\n\r\nhello", end::close, 200, "hello"},
      {"excess", ok + "Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n", end::keep, 200, "hello"},
      {"excess_behind_chunks", chunked + "5\r\nhello\r\n0\r\n\r\nHTTP/1.1 500 ", end::keep, 200,
       "hello"},
      {"no_content", "HTTP/1.1 204 No Content\r\n\r\n", end::keep, 204},
      {"no_content_with_a_body", "HTTP/1.1 204 No Content\r\n\r\nhello", end::keep, 204},
      {"not_modified", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", end::keep, 304},
      {"not_found", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", end::keep, 404, "no"},
      {"its_own_fault", "HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\nno", end::keep, 500, "no"},
      {"its_own_503", "HTTP/1.1 503 X\r\nContent-Length: 2\r\n\r\nno", end::close, 503, "no"},
      {"unknown_status", "HTTP/1.1 599 X\r\nContent-Length: 2\r\n\r\nno", end::keep, 599, "no"},
      {"continue_unasked", "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nok",
       end::keep, 200, "ok"},
      {"to_head", ok + "Content-Length: 77\r\n\r\n", end::keep, 200, "", true, phase::done,
       by::nobody, "", "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"},
      {"to_head_chunked", chunked, end::keep, 200, "", true, phase::done, by::nobody, "",
       "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"},
      {"to_head_with_a_body", ok + "Content-Length: 5\r\n\r\nhello", end::keep, 200, "", true,
       phase::done, by::nobody, "", "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"},
      cut("length_too_short", ok + "Content-Length: 9\r\n\r\nhello", end::close, "hello"),
      cut("length_reset", ok + "Content-Length: 9\r\n\r\nhello", end::reset, "hello"),
      cut("chunk_too_short", chunked + "9\r\nhello", end::close, "hello"),
      cut("no_last_chunk", chunked + "5\r\nhello\r\n", end::close, "hello"),
      cut("half_a_last_chunk", chunked + "5\r\nhello\r\n0\r\n", end::close, "hello"),
      cut("until_reset", closed + "\r\nhello", end::reset, "hello"),
      refused("no_http", "SSH-2.0-x\r\n\r\n"),
      refused("another_version", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
      refused("two_lengths", ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
      refused("length_and_chunks",
              ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      refused("another_coding", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
      refused("folded", ok + "X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n"),
      refused("space_before_colon", ok + "Content-Length : 0\r\n\r\n"),
      refused("no_content_with_length", "HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\nhello"),
      refused("large_head", ok + "X-A: " + std::string(70'000, 'x') + "\r\n\r\n"),
      refused("upgrade_unasked",
              "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"),
      refused("half_a_head", ok + "Content-Len", end::close),
      refused("half_a_head_reset", ok + "Content-Len", end::reset),
      refused("only_interim", "HTTP/1.1 100 Continue\r\n\r\n", end::close),
      refused("nothing", "", end::close, "upstream_no_answer"),
      refused("nothing_reset", "", end::reset, "upstream_no_answer"),
  };
}

struct timed_case {
  std::string name;
  std::string bytes;
  unsigned status;
  phase at;
  std::string reason;
};

class answers : public testing::TestWithParam<answer_case> {
 protected:
  // A cut in the midst of a body may be known before its first bytes are on their way, but nothing
  // else that the client gets depends on how the bytes came.
  static void check(std::size_t piece) {
    const auto& given = GetParam();
    const support::raw_server up{scripted({given.bytes, given.then, piece})};
    forward_bench bench{to(up)};
    const auto text = bench.ask(given.request);
    const auto got = support::run_response(text, {.head = given.request.starts_with("HEAD")});
    ASSERT_FALSE(got.heads.empty()) << text.substr(0, 1000);
    EXPECT_EQ(got.heads.back().substr(3, 3), std::to_string(given.status));
    EXPECT_EQ(got.whole, given.whole) << got.error.message();
    EXPECT_TRUE(got.body == given.body) << got.body.substr(0, 100);
    EXPECT_EQ(got.consumed, text.size());

    const auto told = bench.told(1);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].status, given.status);
    EXPECT_EQ(told[0].forwarded.phase, given.at);
    EXPECT_EQ(told[0].forwarded.ended, given.ended);
    EXPECT_EQ(told[0].reason, given.reason);
    EXPECT_EQ(told[0].forwarded.retries, 0U);
    EXPECT_EQ(told[0].failed, !given.whole);
    EXPECT_EQ(told[0].bytes_out, given.body.size());
    EXPECT_EQ(told[0].forwarded.address, "127.0.0.1:" + up.port());
    EXPECT_EQ(up.connections(), 1);
  }
};

TEST_P(answers, come_out_the_same) {
  check(std::string::npos);
}

// Each byte is a packet of its own: not for answers of many kilobytes.
class short_answers : public answers {};

std::vector<answer_case> short_answer_cases() {
  auto cases = answer_cases();
  std::erase_if(cases, [](const answer_case& one) { return one.bytes.size() > 1000; });
  return cases;
}

TEST_P(short_answers, come_out_the_same_in_single_bytes) {
  check(1);
}

INSTANTIATE_TEST_SUITE_P(all, answers, testing::ValuesIn(answer_cases()), support::case_name);
INSTANTIATE_TEST_SUITE_P(all, short_answers, testing::ValuesIn(short_answer_cases()),
                         support::case_name);

class slow_answers : public testing::TestWithParam<timed_case> {};

TEST_P(slow_answers, end_by_their_deadline) {
  const auto& given = GetParam();
  const support::raw_server up{scripted({given.bytes})};
  auto with = to(up);
  with.forward.answer_timeout = with.forward.idle_timeout = 150ms;
  forward_bench bench{with};
  const auto got = support::run_response(bench.ask(get));
  EXPECT_EQ(got.whole, given.status != 200);
  const auto told = bench.told(1);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].status, given.status);
  EXPECT_EQ(told[0].forwarded.phase, given.at);
  EXPECT_EQ(told[0].forwarded.ended, by::deadline);
  EXPECT_EQ(told[0].reason, given.reason);
  EXPECT_EQ(bench.counts().timeouts.get(), given.status == 504 ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(
    all, slow_answers,
    testing::Values(timed_case{"nothing", "", 504, phase::waiting, "upstream_timeout"},
                    timed_case{"half_a_head", "HTTP/1.1 200 OK\r\nCont", 504, phase::waiting,
                               "upstream_timeout"},
                    timed_case{"interim_only", "HTTP/1.1 103 X\r\nLink: </a>\r\n\r\n", 504,
                               phase::waiting, "upstream_timeout"},
                    timed_case{"half_a_body", ok + "Content-Length: 9\r\n\r\nhello", 200,
                               phase::answering, "upstream_cut_off"},
                    timed_case{"half_a_chunk", chunked + "9\r\nhello", 200, phase::answering,
                               "upstream_cut_off"}),
    support::case_name);

TEST(forwarded_answers, pass_early_hints_on_and_keep_continue) {
  const support::raw_server up{
      scripted({"HTTP/1.1 100 Continue\r\n\r\n"
                "HTTP/1.1 103 X\r\nLink: </a>\r\nConnection: x-hop\r\n"
                "X-Hop: 1\r\n\r\n"
                "HTTP/1.1 102 Processing\r\n\r\n" +
                ok + "Content-Length: 2\r\n\r\nok"})};
  forward_bench bench{to(up)};
  const auto got = support::run_response(bench.ask(get));
  ASSERT_EQ(got.heads.size(), 3U);
  EXPECT_EQ(got.heads[0], "11 103 (Early Hints) interim none keep link=</a>;");
  EXPECT_EQ(got.heads[1], "11 102 (Processing) interim none keep");
  EXPECT_EQ(got.body, "ok");
}

// The upstream's connection, after the answer that the first request gets on it.
unsigned connections_after(const std::string& bytes, std::string_view request = get) {
  const support::raw_server up{scripted({bytes})};
  forward_bench bench{to(up)};
  bench.ask(request);
  const auto first = bench.told(1);
  // One upstream serves one connection at a time: what is kept would keep the next one waiting.
  const auto idle = bench.counts().idle.get();
  return first.size() == 1 ? static_cast<unsigned>(idle) : 99U;
}

TEST(forwarded_answers, leave_a_connection_that_can_be_used_again_and_no_other) {
  const auto length = ok + "Content-Length: 5\r\n\r\nhello";
  EXPECT_EQ(connections_after(length), 1U);
  EXPECT_EQ(connections_after(chunked + "5\r\nhello\r\n0\r\n\r\n"), 1U);
  EXPECT_EQ(connections_after("HTTP/1.1 204 X\r\n\r\n"), 1U);
  EXPECT_EQ(connections_after(ok + "Keep-Alive: timeout=60\r\nContent-Length: 0\r\n\r\n"), 1U);
  EXPECT_EQ(
      connections_after("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"),
      1U);
  const std::string_view head = "HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(connections_after(ok + "Content-Length: 5\r\n\r\n", head), 1U);

  EXPECT_EQ(connections_after(length + "!"), 0U);
  EXPECT_EQ(connections_after(chunked + "5\r\nhello\r\n0\r\n\r\n!"), 0U);
  EXPECT_EQ(connections_after("HTTP/1.1 204 X\r\n\r\n!"), 0U);
  EXPECT_EQ(connections_after(length, head), 0U) << "a body where there is none";
  EXPECT_EQ(connections_after(ok + "Connection: close\r\nContent-Length: 0\r\n\r\n"), 0U);
  EXPECT_EQ(connections_after("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"), 0U);
  EXPECT_EQ(connections_after(ok + "Keep-Alive: max=0\r\nContent-Length: 0\r\n\r\n"), 0U);
  EXPECT_EQ(connections_after(ok + "Keep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n"), 0U);
  EXPECT_EQ(connections_after("nonsense\r\n\r\n"), 0U);
}

TEST(forwarded_answers, to_old_clients_end_with_the_connection_or_have_a_length) {
  const struct {
    std::string bytes;
    end then;
    bool whole;
    std::string head;
  } cases[] = {
      {ok + "Content-Length: 5\r\n\r\nhello", end::keep, true, "content-length: 5\r\n"},
      {chunked + "5\r\nhello\r\n0\r\n\r\n", end::keep, true, "content-length: 5\r\n"},
      {ok + "Connection: close\r\n\r\nhello", end::close, true, "connection: close\r\n"},
      {ok + "Content-Length: 9\r\n\r\nhello", end::close, false, "content-length: 9\r\n"},
      {chunked + "9\r\nhello", end::close, false, "connection: close\r\n"},
      {ok + "Connection: close\r\n\r\nhello", end::reset, false, "connection: close\r\n"},
  };
  for (const auto& given : cases) {
    SCOPED_TRACE(given.bytes);
    const support::raw_server up{scripted({given.bytes, given.then})};
    forward_bench bench{to(up)};
    support::client client{bench.endpoint()};
    client.send("GET /x HTTP/1.0\r\n\r\n");
    const auto text = client.read_to_end();
    EXPECT_TRUE(text.starts_with("HTTP/1.1 200 OK\r\n")) << text;
    EXPECT_EQ(text.find("transfer-encoding"), text.npos);
    EXPECT_NE(text.find(given.head), text.npos) << text;
    if (given.whole) {
      EXPECT_TRUE(text.ends_with("\r\n\r\nhello")) << text;
    }
    // Without a length only the way it ends tells the client that there is more.
    const bool told_by_length = given.head.starts_with("content-length");
    EXPECT_EQ(client.ended_orderly(), given.whole || told_by_length);
    EXPECT_EQ(bench.told(1).at(0).failed, !given.whole);
  }
}

}  // namespace
}  // namespace latchkey::edge
