#include <latchkey/app/server_span.hpp>
#include <latchkey/app/trace_metrics.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::app {
namespace {

using texts = std::map<std::string, std::string>;

texts texts_of(const trace::span& one) {
  texts made;
  for (const auto& [name, value] : one.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    made[std::string{name}] = text ? *text : std::to_string(std::get<std::int64_t>(value));
  }
  return made;
}

struct kept_spans : trace::span_sink {
  void add(trace::span&& ended) override { all.push_back(std::move(ended)); }
  std::vector<trace::span> all;
};

class server_span_of : public testing::Test {
 protected:
  server_span_of() {
    trace_.on = true;
    trace_.here = {{1, 2}, {3}, trace::sampled_flag};
    head_.fields = {{"Host", "api.example:8443"},
                    {"User-Agent", "curl/8"},
                    {"Authorization", "Bearer secret"},
                    {"Cookie", "secret"}};
    ended_.at = core::wall_time{std::chrono::seconds{1'795'435'200}};
    ended_.took = std::chrono::microseconds{1'500};
    ended_.protocol = "HTTP/1.1";
    ended_.request_id = "id";
    ended_.peer = "192.0.2.7";
    ended_.method = "GET";
    ended_.path = "/notes/7";
    ended_.route = "/notes/{id}";
    ended_.status = 200;
    ended_.secure = true;
    ended_.head = &head_;
    ended_.trace = &trace_;
  }

  http::request_head head_;
  trace::request_trace trace_;
  http::exchange ended_;
};

TEST_F(server_span_of, a_request_is_all_that_may_be_said_of_it) {
  trace_.parent = {9};
  trace_.state = "a=1";
  const auto made = server_span(ended_);
  EXPECT_EQ(made.context, trace_.here);
  EXPECT_EQ(made.parent, trace_.parent);
  EXPECT_TRUE(made.remote_parent);
  EXPECT_EQ(made.state, "a=1");
  EXPECT_EQ(made.kind, trace::span_kind::server);
  EXPECT_EQ(made.name, "GET /notes/{id}");
  EXPECT_EQ(made.ended, ended_.at);
  EXPECT_EQ(made.begun, ended_.at - ended_.took);
  EXPECT_FALSE(made.failed);
  const texts expected{
      {"http.request.method", "GET"},
      {"http.route", "/notes/{id}"},
      {"url.scheme", "https"},
      {"url.path", "/notes/7"},
      {"server.address", "api.example"},
      {"server.port", "8443"},
      {"client.address", "192.0.2.7"},
      {"network.peer.address", "192.0.2.7"},
      {"network.protocol.version", "1.1"},
      {"user_agent.original", "curl/8"},
      {"http.response.status_code", "200"},
  };
  EXPECT_EQ(texts_of(made), expected);
}

TEST_F(server_span_of, only_5xx_is_an_error) {
  struct {
    unsigned status;
    const char* reason;
    const char* error;  // empty: none
  } const cases[] = {{200, "", ""},    {401, "expired", ""},
                     {404, "", ""},    {503, "keys_unavailable", "keys_unavailable"},
                     {502, "", "502"}, {0, "client_gone", ""}};
  for (const auto& one : cases) {
    ended_.status = one.status;
    ended_.reason = one.reason;
    const auto made = server_span(ended_);
    EXPECT_EQ(made.failed, *one.error != '\0') << one.status;
    EXPECT_EQ(texts_of(made)["error.type"], one.error) << one.status;
    EXPECT_EQ(texts_of(made).count("http.response.status_code"), one.status == 0 ? 0U : 1U);
  }
}

TEST_F(server_span_of, what_is_missing_is_left_out) {
  head_.fields.clear();
  ended_.route = {};
  ended_.method = "PURGE";
  ended_.secure = false;
  const auto made = server_span(ended_);
  EXPECT_EQ(made.name, "HTTP");
  EXPECT_FALSE(made.remote_parent);
  const auto all = texts_of(made);
  EXPECT_EQ(all.at("http.request.method"), "_OTHER");
  EXPECT_EQ(all.at("http.request.method_original"), "PURGE");
  EXPECT_EQ(all.at("url.scheme"), "http");
  for (const char* one : {"http.route", "server.address", "server.port", "user_agent.original"}) {
    EXPECT_EQ(all.count(one), 0U) << one;
  }
}

TEST_F(server_span_of, goes_where_the_requests_spans_go) {
  record_span(ended_);
  const auto sink = std::make_shared<kept_spans>();
  trace_.to = sink;
  record_span(ended_);
  EXPECT_EQ(sink->all.size(), 1U);
  ended_.trace = nullptr;
  record_span(ended_);
  EXPECT_EQ(sink->all.size(), 1U);
}

TEST(trace_metrics, have_a_sample_a_result_and_a_reason) {
  trace::export_counts counts;
  counts.exported = 5;
  counts.dropped = 6;
  counts.failed = 7;
  counts.faults = {1, 2, 3, 4, 5, 6};
  metrics_text out;
  write_trace_metrics(out, counts, 8);
  EXPECT_EQ(out.text(),
            "# HELP latchkey_trace_spans_total Spans, by what became of them.\n"
            "# TYPE latchkey_trace_spans_total counter\n"
            "latchkey_trace_spans_total{result=\"exported\"} 5\n"
            "latchkey_trace_spans_total{result=\"dropped\"} 6\n"
            "latchkey_trace_spans_total{result=\"failed\"} 7\n"
            "# HELP latchkey_trace_export_failures_total Attempts to export spans that failed.\n"
            "# TYPE latchkey_trace_export_failures_total counter\n"
            "latchkey_trace_export_failures_total{reason=\"unreachable\"} 2\n"
            "latchkey_trace_export_failures_total{reason=\"timeout\"} 3\n"
            "latchkey_trace_export_failures_total{reason=\"busy\"} 4\n"
            "latchkey_trace_export_failures_total{reason=\"refused\"} 5\n"
            "latchkey_trace_export_failures_total{reason=\"partly\"} 6\n"
            "# HELP latchkey_trace_spans_waiting Spans that wait to be exported.\n"
            "# TYPE latchkey_trace_spans_waiting gauge\n"
            "latchkey_trace_spans_waiting 8\n");
}

}  // namespace
}  // namespace latchkey::app
