// What an upstream is told of a trace, and what is recorded of each attempt.
#include "forward_bench.hpp"

#include <latchkey/trace/request_trace.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {
namespace {

using end = upstream_script::end;
using support::raw_server;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view get =
    "GET /x?secret HTTP/1.1\r\nHost: a\r\nTraceParent: theirs\r\ntracestate: theirs\r\n"
    "Connection: close\r\n\r\n";

class kept_spans : public trace::span_sink {
 public:
  void add(trace::span&& ended) override {
    const std::lock_guard lock{mutex_};
    all_.push_back(std::move(ended));
  }
  std::vector<trace::span> wait_for(std::size_t count) {
    eventually([&] {
      const std::lock_guard lock{mutex_};
      return all_.size() >= count;
    });
    const std::lock_guard lock{mutex_};
    return all_;
  }

 private:
  std::mutex mutex_;
  std::vector<trace::span> all_;
};

const trace::random_source counting = [n = std::uint64_t{0x100}]() mutable { return n++; };
const std::string trace_text = "000000000000000a000000000000000b";

// As the middleware has it.
forward_bench::options traced(forward_bench::options of, std::shared_ptr<trace::span_sink> to,
                              bool told = true) {
  of.forward.headers.traced = true;
  of.prepare = [to = std::move(to), told](http::context& ctx) {
    ctx.trace.on = true;
    ctx.trace.here = {{0xa, 0xb}, {0xc}, trace::sampled_flag};
    ctx.trace.told = told;
    ctx.trace.state = "s=1";
    ctx.trace.random = &counting;
    ctx.trace.to = to;
  };
  return of;
}

std::map<std::string, std::string> texts_of(const trace::span& one) {
  std::map<std::string, std::string> made;
  for (const auto& [name, value] : one.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    made[std::string{name}] = text ? *text : std::to_string(std::get<std::int64_t>(value));
  }
  return made;
}

std::string parent_of(const trace::span& one) {
  return std::string{trace::view_of(trace::to_traceparent(one.context))};
}

// Keeps the head of each request, and does what it is told.
struct recorder {
  explicit recorder(upstream_script what)
      : server{[this, what = std::move(what)](raw_server::socket& peer) {
          for (;;) {
            const auto head = raw_server::read_head(peer);
            if (head.empty()) return;
            {
              const std::lock_guard lock{mutex};
              heads.push_back(head);
            }
            send_in_pieces(peer, what);
            if (what.then == end::close) return;
          }
        }} {}
  std::vector<std::string> seen() {
    const std::lock_guard lock{mutex};
    return heads;
  }
  std::mutex mutex;
  std::vector<std::string> heads;
  raw_server server;
};

TEST(forward_trace, is_told_in_the_place_of_the_clients) {
  recorder up{{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}};
  const auto spans = std::make_shared<kept_spans>();
  forward_bench bench{traced(to(up.server), spans)};
  EXPECT_THAT(bench.ask(get), HasSubstr("200 OK"));
  const auto all = spans->wait_for(1);
  ASSERT_EQ(all.size(), 1U);
  const auto head = up.seen().at(0);
  EXPECT_THAT(head, HasSubstr("traceparent: " + parent_of(all[0]) + "\r\n"));
  EXPECT_THAT(head, HasSubstr("tracestate: s=1\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("theirs")));
  EXPECT_EQ(trace::view_of(trace::text_of(all[0].context.trace)), trace_text);
  EXPECT_EQ(all[0].parent, trace::span_id{0xc});
  EXPECT_EQ(all[0].kind, trace::span_kind::client);
  EXPECT_EQ(all[0].name, "GET");
  EXPECT_EQ(all[0].state, "s=1");
  EXPECT_FALSE(all[0].failed);
  EXPECT_GE(all[0].ended, all[0].begun);
  const std::map<std::string, std::string> expected{
      {"http.request.method", "GET"},        {"url.full", url_of(up.server) + "/x"},
      {"server.address", "127.0.0.1"},       {"server.port", up.server.port()},
      {"network.peer.address", "127.0.0.1"}, {"network.peer.port", up.server.port()},
      {"network.protocol.version", "1.1"},   {"http.response.status_code", "200"},
  };
  EXPECT_EQ(texts_of(all[0]), expected);
}

TEST(forward_trace, is_not_told_where_it_ends_here) {
  recorder up{{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}};
  forward_bench bench{traced(to(up.server), nullptr, false)};
  EXPECT_THAT(bench.ask(get), HasSubstr("200 OK"));
  EXPECT_THAT(up.seen().at(0), Not(HasSubstr("trace")));
}

TEST(forward_trace, passes_where_nothing_is_traced) {
  recorder up{{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}};
  forward_bench bench{to(up.server)};
  EXPECT_THAT(bench.ask(get), HasSubstr("200 OK"));
  EXPECT_THAT(up.seen().at(0), HasSubstr("TraceParent: theirs\r\n"));
  EXPECT_THAT(up.seen().at(0), HasSubstr("tracestate: theirs\r\n"));
}

TEST(forward_trace, is_told_though_nothing_is_recorded) {
  recorder up{{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}};
  auto with = traced(to(up.server), nullptr);
  // The head is made once the address is known.
  with.forward.headers.host = host_to_upstream::upstream;
  forward_bench bench{std::move(with)};
  EXPECT_THAT(bench.ask(get), HasSubstr("200 OK"));
  EXPECT_THAT(up.seen().at(0), HasSubstr("traceparent: 00-" + trace_text + "-"));
}

struct failed_case {
  const char* name;
  upstream_script what;
  std::string error;
  std::string status;
};

TEST(forward_trace, says_why_an_attempt_failed) {
  const failed_case cases[] = {
      {"4xx", {"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"}, "404", "404"},
      {"5xx", {"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"}, "503", "503"},
      {"no HTTP", {"what\r\n\r\n", end::close}, "upstream_bad_answer", ""},
      {"no answer", {"", end::close}, "upstream_no_answer", ""},
      {"cut off",
       {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", end::close},
       "upstream_cut_off",
       "200"},
      {"not one that passes",
       {"HTTP/1.1 101 What\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"},
       "upstream_bad_answer",
       "101"},
  };
  for (const auto& one : cases) {
    recorder up{one.what};
    const auto spans = std::make_shared<kept_spans>();
    forward_bench bench{traced(to(up.server), spans)};
    bench.ask(get);
    const auto all = spans->wait_for(1);
    ASSERT_EQ(all.size(), 1U) << one.name;
    EXPECT_TRUE(all[0].failed) << one.name;
    auto texts = texts_of(all[0]);
    EXPECT_EQ(texts["error.type"], one.error) << one.name;
    if (one.name != std::string{"not one that passes"}) {
      EXPECT_EQ(texts["http.response.status_code"], one.status) << one.name;
    }
  }
}

TEST(forward_trace, each_attempt_has_a_span_and_is_told_its_own) {
  recorder up{{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}};
  std::string dead;
  {
    const raw_server gone{[](raw_server::socket&) {}};
    dead = url_of(gone);
  }
  auto with = to(up.server);
  with.upstream.addresses.push_back(dead);
  const auto spans = std::make_shared<kept_spans>();
  forward_bench bench{traced(std::move(with), spans)};
  std::size_t requests = 0;
  std::vector<trace::span> all;
  // Which address comes first is chance's.
  while (all.size() == requests && requests < 50) {
    ++requests;
    EXPECT_THAT(bench.ask(get), HasSubstr("200 OK"));
    all = spans->wait_for(requests);
  }
  all = spans->wait_for(requests + 1);
  ASSERT_EQ(all.size(), requests + 1);
  const auto& failed = all[requests - 1];
  const auto& good = all[requests];
  EXPECT_EQ(texts_of(failed)["error.type"], "upstream_unreachable");
  EXPECT_EQ(texts_of(failed).count("http.request.resend_count"), 0U);
  EXPECT_EQ(texts_of(good)["http.request.resend_count"], "1");
  EXPECT_NE(good.context.span, failed.context.span);
  EXPECT_THAT(up.seen().back(), HasSubstr("traceparent: " + parent_of(good) + "\r\n"));
}

TEST(forward_trace, ends_where_its_client_goes) {
  recorder up{{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"}};
  const auto spans = std::make_shared<kept_spans>();
  forward_bench bench{traced(to(up.server), spans)};
  {
    support::client client{bench.endpoint()};
    client.send(get);
    ASSERT_TRUE(eventually([&] { return !up.seen().empty(); }));
  }
  const auto all = spans->wait_for(1);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(texts_of(all[0])["error.type"], "client_gone");
}

}  // namespace
}  // namespace latchkey::edge
