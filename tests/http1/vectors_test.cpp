// Public vectors of malformed requests, read as a session reads them: head after head, each with
// its body, to the end of the connection.
#include "support/vectors.hpp"

#include "support/llhttp_vectors.hpp"

#include <latchkey/http/errc.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http1/chunked.hpp>
#include <latchkey/http1/request_head.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::http1 {
namespace {

// What became of the bytes of one connection: the reason of a refusal, or how many requests were
// whole, with "+" where more would have to come.
class reader {
 public:
  explicit reader(std::string_view bytes) : rest_{bytes} {}

  std::string read() {
    while (!rest_.empty()) {
      const auto stopped = read_request();
      if (!stopped.empty()) return stopped == "+" ? std::to_string(whole_) + "+" : stopped;
      ++whole_;
      // What stands behind is never looked at.
      if (!wire_.keep_alive) break;
    }
    return std::to_string(whole_);
  }

 private:
  static std::string why(const core::error_code& error) {
    return error == http::errc::bad_target ? "bad_target" : error.message();
  }

  std::string read_request() {
    const head_limits limits;
    const auto size = head_scanner{}.scan(rest_, limits);
    if (size.has_error()) return why(size.error());
    if (*size == 0) return "+";
    if (const auto error = parse_head(rest_.substr(0, *size), limits, head_, wire_))
      return why(error);
    const auto target = http::parse_target(head_, true);
    if (target.has_error()) return why(target.error());
    rest_.remove_prefix(*size);
    return wire_.body == framing::chunked ? read_chunks() : read_counted();
  }

  std::string read_counted() {
    if (rest_.size() < wire_.content_length) return "+";
    rest_.remove_prefix(static_cast<std::size_t>(wire_.content_length));
    return "";
  }

  std::string read_chunks() {
    std::string data(rest_.size(), '\0');
    chunk_decoder decoder;
    const auto progress = decoder.decode(rest_, data);
    if (progress.has_error()) return why(progress.error());
    rest_.remove_prefix(progress->consumed);
    return decoder.done() ? "" : "+";
  }

  std::string_view rest_;
  http::request_head head_;
  request_wire wire_;
  int whole_ = 0;
};

bool is_refusal(const std::string& outcome) {
  return outcome.empty() || outcome.front() < '0' || outcome.front() > '9';
}

// "@REP(c,n)" stands for n times c.
std::string repeat(std::string text) {
  constexpr std::string_view mark = "@REP(";
  for (auto at = text.find(mark); at != text.npos; at = text.find(mark)) {
    const auto end = text.find(')', at);
    const auto count = std::stoul(text.substr(at + mark.size() + 2));
    text.replace(at, end + 1 - at, std::string(count, text[at + mark.size()]));
  }
  return text;
}

TEST(attacks, on_the_gate_are_refused_for_the_reason_we_document) {
  const std::string file = "vectors/attacks/http_attack.tsv";
  LATCHKEY_NEEDS_VECTORS(file);
  const std::map<std::string, std::string> expected{
      // A length that two readers may take for two.
      {"TE-gzip-then-CL", "bad_transfer_encoding"},
      {"CL-then-TE", "ambiguous_length"},
      {"TE-chunked-then-CL", "ambiguous_length"},
      {"TE-chunked,gzip", "bad_transfer_encoding"},
      {"TE-xchunked", "bad_transfer_encoding"},
      {"TE-in-1.0", "bad_transfer_encoding"},
      {"CL-plus", "bad_content_length"},
      {"CL-neg", "bad_content_length"},
      {"CL-list-same", "bad_content_length"},
      {"CL-dup-same", "bad_content_length"},
      {"CL-dup-diff", "bad_content_length"},
      {"CL-overflow", "bad_content_length"},
      {"CL-max", "bad_content_length"},
      {"CL-hex", "bad_content_length"},
      {"CL-empty", "bad_content_length"},
      // Chunks outside the grammar.
      {"chunk-0x", "bad_chunk"},
      {"chunk-size-overflow", "bad_chunk"},
      {"chunk-ws-before-size", "bad_chunk"},
      {"chunk-ws-after-size", "bad_chunk"},
      {"chunk-lf", "bad_chunk"},
      {"chunk-data-nocrlf", "bad_chunk"},
      // A place that two readers may take for two.
      {"no-host-1.1", "bad_host"},
      {"two-hosts", "bad_host"},
      {"absolute-form", "bad_target"},
      {"connect", "not_implemented"},
      // A method that two readers may take for two.
      {"lower-method", "not_implemented"},
      // Lines outside the grammar.
      {"space-before-colon", "bad_field"},
      {"empty-name", "bad_field"},
      {"connection-bad-list", "bad_connection"},
      {"double-space", "bad_request_line"},
      {"tab-sep", "bad_request_line"},
      {"http-0.9", "bad_request_line"},
      {"http-2.0", "bad_version"},
      {"http-1.2", "bad_version"},
      {"pri", "bad_version"},
      // Plain requests, however odd: they mean the same to every reader, and routing answers them.
      {"CL-ws", "1"},
      {"GET-with-body", "2"},
      {"lead-crlf", "1"},
      {"options-star", "1"},
      {"odd-method", "1"},
      {"trace", "1"},
      {"header-7KB-one-field", "1"},
      {"header-9KB", "1"},
  };
  std::istringstream lines{support::read_file(support::vector_path(file))};
  std::map<std::string, std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    ASSERT_NE(tab, line.npos) << line;
    seen[line.substr(0, tab)] = reader{repeat(support::unescape(line.substr(tab + 1)))}.read();
  }
  EXPECT_EQ(seen.size(), 43U);
  EXPECT_EQ(seen, expected);
}

// What llhttp calls an error and is none here.
bool is_no_refusal(const support::llhttp_block& one) {
  // It hands over to whoever was asked for; we go on with HTTP/1.1, as a server may.
  if (one.error == "Pause on CONNECT/Upgrade") return true;
  // The first request is answered, and what stands behind it is never read.
  if (one.error == "Data after `Connection: close`") return true;
  // It knows every method and which protocol it goes with. Here an unknown one is 405, by routing.
  return one.name == "test_request_invalid: HTTP protocol and ANNOUNCE method" ||
         one.name == "test_request_invalid: Invalid method";
}

// Most of the vectors have no Host, which alone would refuse them: they are given one, to be judged
// for what they are about.
std::string read_with_host(std::string bytes) {
  auto outcome = reader{bytes}.read();
  const auto end = bytes.find("\r\n", 1);
  if (outcome != "bad_host" || end == bytes.npos) return outcome;
  return reader{bytes.insert(end + 2, "Host: a\r\n")}.read();
}

TEST(llhttp, refuses_nothing_that_we_take) {
  LATCHKEY_NEEDS_VECTORS("vectors/llhttp");
  const auto all = support::read_llhttp("test_request_");
  std::size_t lenient = 0;
  std::size_t excepted = 0;
  std::size_t refused = 0;
  for (const auto& one : all) {
    if (one.type.find("lenient") != one.type.npos) ++lenient;
    if (one.type.find("lenient") != one.type.npos || !one.error) continue;
    auto outcome = read_with_host(one.bytes);
    // It stops at the first wrong byte, we judge a head when it is whole.
    if (outcome.ends_with('+') && !is_no_refusal(one)) {
      outcome = read_with_host(one.bytes + "\r\n\r\n");
    }
    if (is_refusal(outcome)) {
      ++refused;
    } else if (is_no_refusal(one)) {
      ++excepted;
    } else {
      ADD_FAILURE() << one.name << ": " << outcome << ", llhttp: " << *one.error;
    }
  }
  std::cout << "left out, since they ask for leniency: " << lenient << '\n';
  EXPECT_EQ(all.size(), 166U);
  EXPECT_EQ(lenient, 29U);
  EXPECT_EQ(refused, 55U);
  EXPECT_EQ(excepted, 10U);
}

// The other way round: what llhttp takes and we do not, counted by the reason, so that a gate that
// grows stricter than it has reasons to be shows.
TEST(llhttp, takes_what_we_refuse_for_few_reasons) {
  LATCHKEY_NEEDS_VECTORS("vectors/llhttp");
  std::map<std::string, int> reasons;
  for (const auto& one : support::read_llhttp("test_request_")) {
    if (one.type.find("lenient") != one.type.npos || one.error) continue;
    const auto outcome = read_with_host(one.bytes);
    ++reasons[is_refusal(outcome) ? outcome : "taken"];
  }
  const std::map<std::string, int> expected{
      {"taken", 56},
      {"bad_host", 2},               // the request behind the first has none either
      {"bad_request_line", 5},       // HTTP/0.9, RTSP, ICE, three empty lines between requests
      {"bad_target", 7},             // another host, a fragment, characters outside the grammar
      {"bad_transfer_encoding", 2},  // deflate before chunked
  };
  EXPECT_EQ(reasons, expected);
}

}  // namespace
}  // namespace latchkey::http1
