#include <latchkey/trace/export_policy.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace latchkey::trace {
namespace {

export_answer answered(unsigned status, std::string body = "{}") {
  export_answer made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

TEST(export_policy, judges_by_status) {
  struct {
    unsigned status;
    export_fault fault;
    bool again;
    std::uint64_t rejected;
  } const cases[] = {
      {200, export_fault::none, false, 0},    {202, export_fault::none, false, 0},
      {204, export_fault::none, false, 0},    {429, export_fault::busy, true, 0},
      {502, export_fault::busy, true, 0},     {503, export_fault::busy, true, 0},
      {504, export_fault::busy, true, 0},     {301, export_fault::refused, false, 7},
      {400, export_fault::refused, false, 7}, {401, export_fault::refused, false, 7},
      {413, export_fault::refused, false, 7}, {500, export_fault::refused, false, 7},
  };
  for (const auto& one : cases) {
    const auto verdict = judge(answered(one.status), 7);
    EXPECT_EQ(verdict.fault, one.fault) << one.status;
    EXPECT_EQ(verdict.again, one.again) << one.status;
    EXPECT_EQ(verdict.rejected, one.rejected) << one.status;
  }
}

TEST(export_policy, no_answer_is_tried_again) {
  export_answer none;
  none.error = boost::system::errc::make_error_code(boost::system::errc::connection_refused);
  EXPECT_EQ(judge(none, 7).fault, export_fault::unreachable);
  EXPECT_TRUE(judge(none, 7).again);
  none.timed_out = true;
  EXPECT_EQ(judge(none, 7).fault, export_fault::timeout);
  EXPECT_TRUE(judge(none, 7).again);
}

// The collector has them, and would have them twice.
TEST(export_policy, what_had_an_answer_is_not_sent_again_though_it_cannot_be_read) {
  export_answer answer;
  answer.error = boost::system::errc::make_error_code(boost::system::errc::message_size);
  answer.unreadable = true;
  const auto verdict = judge(answer, 7);
  EXPECT_EQ(verdict.fault, export_fault::refused);
  EXPECT_FALSE(verdict.again);
  EXPECT_EQ(verdict.rejected, 7U);
}

TEST(export_policy, reads_what_was_not_taken) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}})", 3},
      {R"({"partialSuccess":{"rejectedSpans":3}})", 3},
      {R"({"partialSuccess":{"rejectedSpans":"999"}})", 7},
      {R"({"partialSuccess":{"rejectedSpans":"18446744073709551615"}})", 7},
      {R"({"partialSuccess":{"rejectedSpans":18446744073709551615}})", 7},
      {R"({"partialSuccess":{"rejectedSpans":0,"errorMessage":"a warning"}})", 0},
      {R"({"partialSuccess":{"rejectedSpans":-3}})", 0},
      {R"({"partialSuccess":{"rejectedSpans":"-3"}})", 0},
      {R"({"partialSuccess":{"rejectedSpans":"3x"}})", 0},
      {R"({"partialSuccess":{"rejectedSpans":3.5}})", 0},
      {R"({"partialSuccess":{}})", 0},
      {R"({"partialSuccess":null})", 0},
      {R"({"partialSuccess":[]})", 0},
      {"[]", 0},
      {"3", 0},
      {"", 0},
      {"not JSON", 0},
      {"\x0a\x02\x08\x03", 0},
  };
  for (const auto& [body, rejected] : cases) {
    const auto verdict = judge(answered(200, body), 7);
    EXPECT_EQ(verdict.rejected, rejected) << body;
    EXPECT_EQ(verdict.fault, rejected == 0 ? export_fault::none : export_fault::partly) << body;
    EXPECT_FALSE(verdict.again);
  }
  EXPECT_EQ(judge(answered(200, std::string(100'000, '[')), 7).fault, export_fault::none);
}

TEST(export_policy, waits_longer_each_time_and_as_it_is_told) {
  using namespace std::chrono_literals;
  EXPECT_EQ(wait_after(1, 0s, 0), 1s);
  EXPECT_EQ(wait_after(2, 0s, 0), 2s);
  EXPECT_EQ(wait_after(5, 0s, 0), 16s);
  EXPECT_EQ(wait_after(1000, 0s, 0), 60s);
  EXPECT_EQ(wait_after(1, 0s, 1), 500ms);
  EXPECT_EQ(wait_after(1, 0s, 9), 500ms);
  EXPECT_EQ(wait_after(1, 7s, 0.5), 7s);
  EXPECT_EQ(wait_after(5, 7s, 0), 16s);
  EXPECT_EQ(wait_after(1, 7'000'000s, 0), 60s);
  EXPECT_EQ(wait_after(1, std::chrono::seconds::max(), 0), 60s);
}

}  // namespace
}  // namespace latchkey::trace
