// What https_client takes for an answer, and how much of it.
#include "client/fetching.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/http1/errc.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::client {
namespace {

using namespace std::chrono_literals;
using support::raw_server;

TEST(https_client, joins_a_field_that_comes_twice) {
  const auto got = get_answer(
      "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 0\r\n"
      "cache-control: no-store\r\n\r\n");
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->cache_control, "max-age=60, no-store");
}

TEST(https_client, takes_interim_answers_for_what_they_are) {
  const std::string early = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nRetry-After: 9\r\n\r\n";
  const auto got = get_answer(early + hints + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->status, 200U);
  EXPECT_EQ(got->body, "{}");
  EXPECT_EQ(got->retry_after, "");
  EXPECT_TRUE(get_answer(early + hints).has_error()) << "an end before the answer";
  EXPECT_EQ(get_answer("HTTP/1.1 101 Switching Protocols\r\n\r\nwhatever").error(),
            http1::errc::unexpected_upgrade);
}

// A server that first sends `start` and then `again` for as long as somebody takes it.
core::error_code flood(const std::string& start, const std::string& again) {
  raw_server server{[&](raw_server::socket& peer) {
    raw_server::read_head(peer);
    bool taken = raw_server::send(peer, start);
    while (taken) taken = raw_server::send(peer, again);
  }};
  const auto got = fetch(plain_client(), url_of(server), 20s);
  return got.has_error() ? got.error() : core::error_code{};
}

TEST(https_client, takes_no_more_than_it_was_told_to) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const auto counted = [&](std::size_t size) {
    return ok + "Content-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
  };
  ASSERT_TRUE(get_answer(counted(1000)).has_value());
  EXPECT_EQ(get_answer(counted(1001)).error(), errc::answer_too_large);
  EXPECT_EQ(get_answer(ok + "\r\n" + std::string(1000, 'x'))->body.size(), 1000U);
  EXPECT_EQ(get_answer(ok + "\r\n" + std::string(1001, 'x')).error(), errc::answer_too_large);

  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string piece(1000, 'x');
  EXPECT_EQ(get_answer(chunked + "3e8\r\n" + piece + "\r\n0\r\n\r\n")->body.size(), 1000U);
  EXPECT_EQ(flood(ok + "\r\n", piece), errc::answer_too_large) << "a body without an end";
  EXPECT_EQ(flood(chunked, "10\r\n0123456789abcdef\r\n"), errc::answer_too_large);
  EXPECT_EQ(flood(chunked, "1;" + piece + "\r\nx\r\n"), errc::answer_too_large);
  EXPECT_EQ(flood(chunked + "1;", piece), errc::answer_too_large) << "an extension without an end";
  EXPECT_EQ(flood(ok, "X: " + piece + "\r\n"), errc::answer_too_large) << "fields without an end";
  EXPECT_EQ(flood(ok + "X: ", piece), errc::answer_too_large) << "a field without an end";
  EXPECT_EQ(flood("", "HTTP/1.1 100 Continue\r\n\r\n"), errc::answer_too_large)
      << "interim answers without an end";
  EXPECT_EQ(flood("HTTP/1.1 103 Early Hints\r\n", "X: " + piece + "\r\n"), errc::answer_too_large)
      << "an interim answer without an end";
  EXPECT_TRUE(flood(chunked + "0\r\n", "X: " + piece + "\r\n")) << "trailers without an end";
}

TEST(https_client, refuses_a_length_above_the_limit_before_the_body_comes) {
  raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n");
    raw_server::read_to_end(peer);
  }};
  EXPECT_EQ(fetch(plain_client(), url_of(server), 300ms).error(), errc::answer_too_large);
}

TEST(https_client, refuses_an_answer_that_is_cut_off) {
  for (const std::string bytes : {
           "",
           "HTTP/1.1 200 OK\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
           "hello\r\n\r\n",
           "HTTP/2 200\r\n\r\n",
       }) {
    EXPECT_TRUE(get_answer(bytes).has_error()) << bytes;
  }
  raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
    raw_server::reset(peer);
  }};
  EXPECT_TRUE(fetch(plain_client(), url_of(server)).has_error());
}

TEST(https_client, refuses_what_two_readers_could_take_for_two_things) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const struct {
    const char* name;
    std::string bytes;
    core::error_code why;
  } cases[] = {
      {"another protocol", "SSH-2.0-x\r\n", http1::errc::bad_status_line},
      {"another version", "HTTP/2.0 200 OK\r\n\r\n", http1::errc::bad_version},
      {"equal lengths", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
       http1::errc::bad_content_length},
      {"list of lengths", ok + "Content-Length: 2, 2\r\n\r\n{}", http1::errc::bad_content_length},
      {"length and chunks", ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       http1::errc::ambiguous_length},
      {"chunks in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       errc::unexpected_encoding},
      {"folded", ok + "A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}", http1::errc::folded_field},
      {"line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", http1::errc::bad_line_end},
      {"space before the colon", ok + "Content-Length : 2\r\n\r\n{}", http1::errc::bad_field},
      {"length in 204", "HTTP/1.1 204 x\r\nContent-Length: 2\r\n\r\n{}",
       http1::errc::unexpected_length},
      {"bad chunk", ok + "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
       http1::errc::bad_chunk},
      {"nothing", "", http1::errc::no_response},
      {"half", ok + "Content-Length: 3\r\n\r\n{}", http1::errc::truncated},
  };
  for (const auto& one : cases) EXPECT_EQ(get_answer(one.bytes).error(), one.why) << one.name;
}

TEST(https_client, refuses_a_body_that_is_encoded) {
  const std::string end = "\r\nContent-Length: 2\r\n\r\n{}";
  EXPECT_EQ(seen_by("HTTP/1.1 200 OK\r\nContent-Encoding: gzip" + end).got.error(),
            errc::unexpected_encoding);
  EXPECT_TRUE(seen_by("HTTP/1.1 200 OK\r\nContent-Encoding: identity" + end).got.has_value());
  EXPECT_EQ(seen_by("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}").got.error(),
            errc::unexpected_encoding);
  const std::string chunks = "2\r\n{}\r\n0\r\n\r\n";
  EXPECT_EQ(
      seen_by("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunks).got.error(),
      errc::unexpected_encoding);
}

TEST(https_client, takes_the_status_of_a_refusal_that_is_encoded) {
  const auto busy = seen_by(
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Encoding: gzip\r\n"
      "Content-Length: 2\r\n\r\nxx");
  ASSERT_TRUE(busy.got.has_value()) << busy.got.error().message();
  EXPECT_EQ(busy.got->status, 503U);
  EXPECT_EQ(busy.got->retry_after, "7");
  EXPECT_EQ(busy.got->body, "");
  const auto same =
      seen_by("HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n", {}, "\"a\"");
  ASSERT_TRUE(same.got.has_value()) << same.got.error().message();
  EXPECT_EQ(same.got->status, 304U);
}

TEST(https_client, refuses_an_ambiguous_length) {
  EXPECT_TRUE(seen_by("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\n{}")
                  .got.has_error());
}

}  // namespace
}  // namespace latchkey::client
