// Public vectors of responses, read as a client with a connection reads them: response after
// response, each with its body, to the clean end of the connection.
#include "support/llhttp_vectors.hpp"

#include <latchkey/http1/response_reader.hpp>

#include <gtest/gtest.h>

#include <map>
#include <span>
#include <string>

namespace latchkey::http1 {
namespace {

// What became of the bytes: the reason of a refusal, or how many responses were whole.
std::string read_all(std::string bytes) {
  using event = response_reader::event;
  // Some are answers to whoever offered another protocol.
  const request_facts asked{false, false, true};
  response_reader reader{{}, asked};
  int whole = 0;
  for (std::span<char> rest{bytes};;) {
    auto step = reader.next(rest);
    if (step && step->what == event::more && step->consumed == 0) {
      if (!reader.begun()) return std::to_string(whole);
      step = reader.finish(connection_end::clean);
    }
    if (step.has_error()) return step.error().message();
    rest = rest.subspan(step->consumed);
    if (step->what != event::end) continue;
    ++whole;
    // What stands behind is never read as another response.
    if (!reader.head().keep_alive) return std::to_string(whole) + (rest.empty() ? "" : " and more");
    reader.begin(asked);
  }
}

// llhttp stops at the first wrong byte, we judge a head when it is whole.
std::string decide(const support::llhttp_block& one) {
  const auto outcome = read_all(one.bytes);
  return outcome == "truncated" && one.error ? read_all(one.bytes + "\r\n\r\n") : outcome;
}

// Every vector that asks for no leniency, with what is made of it. "truncated": more would have to
// come, as in llhttp.
const std::map<std::string, std::string> decisions{
    {"connection: HTTP 100 first, then 400", "bad_status_line"},
    {"connection: HTTP 101 response with Upgrade and Content-Length header", "unexpected_length"},
    {"connection: HTTP 101 response with Upgrade and Transfer-Encoding header",
     "unexpected_length"},
    {"connection: HTTP 103 first, then 200", "truncated"},
    {"connection: HTTP 200 response with Upgrade header", "1"},
    {"connection: HTTP 200 response with Upgrade header and Content-Length", "1"},
    {"connection: HTTP 200 response with Upgrade header and Transfer-Encoding", "1"},
    {"connection: HTTP 304 with Content-Length", "bad_status_line"},
    {"connection: HTTP 304 with Transfer-Encoding", "truncated"},
    {"connection: HTTP/1.0 with keep-alive and 204 status", "truncated"},
    {"connection: HTTP/1.0 with keep-alive and EOF-terminated 200 status", "1"},
    {"connection: HTTP/1.1 with 204 status", "truncated"},
    {"connection: HTTP/1.1 with EOF-terminated 200 status", "1"},
    {"connection: HTTP/1.1 with keep-alive disabled and 204 status", "1 and more"},
    {"connection: HTTP/1.1 with keep-alive disabled, content-length", "1 and more"},
    {"connection: Proxy-Connection", "1"},
    {"content-length: Content-Length reset when no body is received", "truncated"},
    {"content-length: Content-Length-X", "1"},
    {"content-length: Response without `Content-Length`, but with body", "1"},
    {"content-length: Tabs in `Content-Length` (surrounding)", "truncated"},
    {"finish: It should be safe to finish with cb after empty response", "1"},
    {"invalid: Bare CR after response line", "bad_status_line"},
    {"invalid: Bare CR followed by CR after response line", "bad_status_line"},
    {"invalid: CR before response and tab after HTTP version", "bad_status_line"},
    {"invalid: Extra digit in HTTP major version", "bad_status_line"},
    {"invalid: Extra digit in HTTP major version #2", "bad_status_line"},
    {"invalid: Extra digit in HTTP minor version", "bad_status_line"},
    {"invalid: Extra space between HTTP version and status code", "bad_status_line"},
    {"invalid: Extra space between status code and reason", "1"},
    {"invalid: Headers separated by CR", "bad_field"},
    {"invalid: Incomplete HTTP protocol", "bad_status_line"},
    {"invalid: Invalid HTTP version", "bad_version"},
    {"invalid: Invalid space after start line", "folded_field"},
    {"invalid: One-digit status code", "bad_status_line"},
    {"invalid: Only LFs present", "bad_line_end"},
    {"invalid: Only LFs present and no body", "bad_line_end"},
    {"invalid: Tab after HTTP version", "bad_status_line"},
    {"pausing: on_chunk_complete", "1"},
    {"pausing: on_chunk_extension_name", "1"},
    {"pausing: on_chunk_extension_value", "1"},
    {"pausing: on_chunk_header", "1"},
    {"pausing: on_header_field_complete", "1"},
    {"pausing: on_header_value_complete", "1"},
    {"pausing: on_headers_complete", "1"},
    {"pausing: on_message_begin", "1"},
    {"pausing: on_message_complete", "1"},
    {"pausing: on_status_complete", "1"},
    {"pausing: on_version_complete", "1"},
    {"pipelining: Should parse multiple events", "bad_status_line"},
    {"sample: Empty body should not trigger spurious span callbacks", "1"},
    {"sample: Empty reason phrase after space", "1"},
    {"sample: Error on invalid response start", "bad_status_line"},
    {"sample: Google 301", "truncated"},
    {"sample: HTTP version 0.9", "bad_version"},
    {"sample: ICE response", "bad_status_line"},
    {"sample: No Content-Length, no Transfer-Encoding", "1"},
    {"sample: No carriage ret", "bad_line_end"},
    {"sample: No headers and no body", "1"},
    {"sample: No reason phrase", "1"},
    {"sample: Non ASCII in status line", "1"},
    {"sample: RTSP response", "bad_status_line"},
    {"sample: Response starting with CRLF", "bad_status_line"},
    {"sample: Simple response", "1"},
    {"sample: Spaces in header name", "bad_field"},
    {"sample: Spaces in header value", "1"},
    {"sample: Underscore in header key", "1"},
    {"sample: amazon.com", "1"},
    {"sample: bonjourmadame.fr", "1"},
    {"transfer-encoding: Chunk extensions", "1"},
    {"transfer-encoding: Chunk extensions quoting", "truncated"},
    {"transfer-encoding: No extension after semicolon", "bad_chunk"},
    {"transfer-encoding: No semicolon before chunk extensions", "bad_chunk"},
    {"transfer-encoding: Trailing space on chunked body", "bad_chunk"},
    {"transfer-encoding: Unbalanced chunk extensions quoting", "bad_chunk"},
    {"transfer-encoding: `chunked` before other transfer-encoding", "bad_transfer_encoding"},
    {"transfer-encoding: `chunkedchunked` transfer-encoding does not enable chunked enconding",
     "bad_transfer_encoding"},
    {"transfer-encoding: multiple transfer-encoding where chunked is not the last one",
     "bad_transfer_encoding"},
};

TEST(llhttp_responses, are_each_decided) {
  LATCHKEY_NEEDS_VECTORS("vectors/llhttp");
  const auto all = support::read_llhttp("test_response_");
  std::map<std::string, std::string> seen;
  std::size_t lenient = 0;
  for (const auto& one : all) {
    if (one.type.find("lenient") != one.type.npos) {
      ++lenient;
    } else {
      seen[one.name.substr(std::string{"test_response_"}.size())] = decide(one);
    }
  }
  EXPECT_EQ(all.size(), 85U);
  EXPECT_EQ(lenient, 8U);
  for (const auto& [name, outcome] : seen) {
    const auto known = decisions.find(name);
    EXPECT_EQ(outcome, known == decisions.end() ? "not decided" : known->second) << name;
  }
  EXPECT_EQ(decisions.size(), seen.size());
}

bool is_refusal(const std::string& outcome) {
  return outcome.empty() || outcome.front() < '0' || outcome.front() > '9';
}

TEST(llhttp_responses, that_are_refused_there_are_taken_here_for_one_reason) {
  LATCHKEY_NEEDS_VECTORS("vectors/llhttp");
  std::size_t refused = 0;
  std::size_t excepted = 0;
  for (const auto& one : support::read_llhttp("test_response_")) {
    if (one.type.find("lenient") != one.type.npos || !one.error) continue;
    const auto outcome = decide(one);
    if (is_refusal(outcome)) {
      ++refused;
    } else if (*one.error == "Data after `Connection: close`") {
      // The response is whole; what stands behind is told, and never read.
      EXPECT_EQ(outcome, "1 and more") << one.name;
      ++excepted;
    } else {
      ADD_FAILURE() << one.name << ": " << outcome << ", llhttp: " << *one.error;
    }
  }
  EXPECT_EQ(refused, 24U);
  EXPECT_EQ(excepted, 2U);
}

}  // namespace
}  // namespace latchkey::http1
