#include "load/answer_reader.hpp"
#include "load/errc.hpp"
#include "load/histogram.hpp"
#include "load/open_loop.hpp"

#include <boost/system/errc.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

namespace latchkey::bench::load {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Of a head that is one.
answer_head head_of(const std::string& text) {
  http1::response_head head;
  EXPECT_FALSE(http1::parse_response_head(text, {}, {}, head)) << text;
  return answer_head_of(head);
}

TEST(answer_head, says_what_a_measurement_needs) {
  EXPECT_EQ(head_of("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 12\r\nretry-after:  7 \r\n"
                    "connection: close\r\n\r\n"),
            (answer_head{503, 7U, false}));
  EXPECT_EQ(head_of("HTTP/1.0 200 OK\r\ncontent-length: 3\r\nConnection: keep-alive\r\n\r\n"),
            (answer_head{200, std::nullopt, true}));
  EXPECT_EQ(head_of("HTTP/1.1 200 OK\r\n\r\n"), (answer_head{200, std::nullopt, false}));
  EXPECT_EQ(head_of("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nKeep-Alive: timeout=7, max=9\r\n\r\n")
                .idle_seconds,
            7U);
  EXPECT_EQ(
      head_of("HTTP/1.1 503 x\r\nRetry-After: Sat, 28 Nov 2026 00:00:00 GMT\r\n\r\n").retry_after,
      std::nullopt);
}

TEST(load_errc, tells_what_a_failed_connect_comes_to) {
  namespace system = boost::system::errc;
  const auto code = [](system::errc_t value) { return system::make_error_code(value); };
  EXPECT_EQ(connect_error(code(system::connection_refused), true), errc::refused);
  EXPECT_EQ(connect_error(code(system::address_not_available), true), errc::ports_used_up);
  EXPECT_EQ(connect_error(code(system::address_not_available), false), errc::no_route);
  EXPECT_EQ(connect_error(code(system::too_many_files_open), true), errc::no_descriptors);
  EXPECT_EQ(connect_error(code(system::network_unreachable), true), errc::no_route);
  EXPECT_TRUE(is_our_own("ports_used_up"));
  EXPECT_TRUE(is_our_own("no_descriptors"));
  EXPECT_FALSE(is_our_own("refused"));
}

TEST(load_errc, tells_certificates_apart) {
  EXPECT_EQ(certificate_error(X509_V_ERR_CERT_HAS_EXPIRED), errc::expired);
  EXPECT_EQ(certificate_error(X509_V_ERR_CERT_NOT_YET_VALID), errc::not_yet_valid);
  EXPECT_EQ(certificate_error(X509_V_ERR_HOSTNAME_MISMATCH), errc::wrong_name);
  EXPECT_EQ(certificate_error(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT), errc::untrusted);
}

// What a reader says of bytes that come in pieces of that size, and the body it kept.
std::string read_in_pieces(std::string text, std::size_t piece, bool to_head = false,
                           http1::connection_end how = http1::connection_end::clean) {
  answer_reader reader;
  reader.begin(to_head, true);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const auto read = reader.take({text.data() + at, std::min(piece, text.size() - at)});
    if (!read) return read.error().message();
    if (*read == reading::whole && at + piece >= text.size()) {
      return std::to_string(reader.head().status) + ' ' + std::string{reader.body()};
    }
  }
  const auto read = reader.end(how);
  if (!read) return read.error().message();
  return std::to_string(reader.head().status) + " to the end: " + std::string{reader.body()};
}

TEST(answer_reader, takes_only_a_clean_end_for_that_of_a_body) {
  const auto cut_off = [](const std::string& text) {
    return read_in_pieces(text, text.size(), false, http1::connection_end::cut);
  };
  const auto closed = make_error_code(errc::closed).message();
  EXPECT_EQ(cut_off("HTTP/1.1 200 OK\r\n\r\nhello"), closed);
  EXPECT_EQ(cut_off("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"), "200 hello");
}

TEST(answer_reader, finds_the_end_however_the_bytes_come) {
  const auto bad = make_error_code(errc::bad_answer).message();
  const auto closed = make_error_code(errc::closed).message();
  const std::string chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  const struct {
    std::string text;
    std::string told;
  } cases[] = {
      {"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "200 hello"},
      {"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhello", closed},
      {"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhello", bad},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 None\r\n\r\n", "204 "},
      {"HTTP/1.1 101 Switching\r\n\r\n", bad},
      {chunked + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", "200 hello!"},
      {chunked + "5\r\nhello\r\n", closed},
      {chunked + "5\r\nhelloo", bad},
      {"HTTP/1.1 200 OK\r\n\r\nhello", "200 to the end: hello"},
      {"HTTP/1.1 200 OK\r\n", closed},
      {"", closed},
  };
  for (const auto& one : cases) {
    for (const std::size_t piece : {1UL, 3UL, 7UL, 1000UL}) {
      EXPECT_EQ(read_in_pieces(one.text, piece), one.told) << one.text << " by " << piece;
    }
  }
  EXPECT_EQ(read_in_pieces("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", 4, true), "200 ");
  EXPECT_EQ(read_in_pieces("HTTP/1.1 200 OK\r\na: " + std::string(70'000, 'x'), 4096), bad);
}

TEST(answer_reader, refuses_what_has_no_certain_end) {
  const auto bad = make_error_code(errc::bad_answer).message();
  for (const std::string text : {
           "HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 +20 OK\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 099 OK\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: 1x\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nconnection: clo se\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nx: \x01\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nx: \x1b[31m\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello",
           "HTTP/1.1 200 OK\ncontent-length: 0\n\n",
           "SSH-2.0",
       }) {
    EXPECT_EQ(read_in_pieces(text, 1000), bad) << text;
    EXPECT_EQ(read_in_pieces(text, 1), bad) << text;
  }
}

TEST(answer_reader, reads_one_answer_after_the_other) {
  answer_reader reader;
  for (const bool to_head : {true, false, true}) {
    reader.begin(to_head, true);
    EXPECT_EQ(reader.bytes(), 0U);
    std::string text = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n";
    if (!to_head) text += "hello";
    EXPECT_EQ(*reader.take(text), reading::whole);
    EXPECT_EQ(reader.body(), to_head ? "" : "hello");
  }
}

TEST(histogram, has_the_classes_of_hdr_histogram) {
  for (std::size_t i = 0; i < 33'000; ++i) {
    ASSERT_EQ(class_of(begin_of_class(i)), i);
    ASSERT_EQ(class_of(end_of_class(i)), i);
    ASSERT_EQ(begin_of_class(i + 1), end_of_class(i) + 1);
  }
  EXPECT_EQ(class_of(2047), 2047U);
  EXPECT_EQ(end_of_class(class_of(2048)), 2049U);
  EXPECT_EQ(end_of_class(class_of(1'000'000)), 1'000'447U);
  EXPECT_GE(end_of_class(class_of(histogram::highest_nanoseconds)), histogram::highest_nanoseconds);
}

TEST(histogram, is_right_to_within_a_thousandth) {
  histogram made;
  EXPECT_EQ(made.quantile(0.5), microseconds{0});
  for (int i = 1; i <= 10'000; ++i) made.add(microseconds{i * 100});
  EXPECT_EQ(made.count(), 10'000U);
  EXPECT_EQ(made.max(), seconds{1});
  const auto near = [](core::steady_duration found, microseconds exact) {
    const auto off = std::chrono::duration<double>{found - exact} / exact;
    EXPECT_GE(off, 0) << exact.count();
    EXPECT_LT(off, 0.001) << exact.count();
  };
  near(made.quantile(0.5), microseconds{500'000});
  near(made.quantile(0.99), microseconds{990'000});
  near(made.quantile(0), microseconds{100});
  EXPECT_EQ(made.quantile(1), seconds{1});
}

TEST(histogram, adds_up_and_holds_what_is_out_of_range) {
  histogram one;
  one.add(milliseconds{-5});
  one.add(std::chrono::hours{30});
  histogram other;
  other.add(milliseconds{2});
  other.add(one);
  EXPECT_EQ(other.count(), 3U);
  EXPECT_EQ(other.quantile(0.3), microseconds{0});
  EXPECT_EQ(other.max(), std::chrono::hours{1});
}

TEST(open_loop, sends_at_even_distances) {
  EXPECT_EQ(intended_after(0, 200), seconds{0});
  EXPECT_EQ(intended_after(1, 200), milliseconds{5});
  EXPECT_EQ(intended_after(2'000'000, 2000), seconds{1000});
  open_loop_options options;
  options.per_second = 300;
  options.length = milliseconds{500};
  EXPECT_EQ(requests_of(options), 150U);
}

}  // namespace
}  // namespace latchkey::bench::load
