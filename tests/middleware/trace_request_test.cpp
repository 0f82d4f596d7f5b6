#include "support/request.hpp"

#include <latchkey/middleware/trace_request.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::middleware {
namespace {

using fields = std::vector<std::pair<std::string, std::string>>;

const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string parent = "00-" + trace_id + "-00f067aa0ba902b7-01";

struct no_sink : trace::span_sink {
  void add(trace::span&&) override {}
};

async::task<http::response> fine(http::context&) {
  co_return http::response{http::status::ok};
}

struct seen {
  bool on = false;
  bool told = false;
  bool recorded = false;
  std::string trace;
  bool has_parent = false;
  bool sampled = false;
  std::string state;
};

seen made_of(const fields& given, trace_settings by = {}, bool trusted = false) {
  seen made;
  const auto pipeline =
      http::chain({trace_request{std::make_shared<const trace_settings>(std::move(by))}}, fine);
  support::request asked{http::verb::get, "/", given};
  asked.send([&pipeline, trusted](http::context& ctx) {
    ctx.trusted_peer = trusted;
    return pipeline(ctx);
  });
  const auto& trace = asked.context().trace;
  made.on = trace.on;
  made.told = trace.told;
  made.recorded = trace.to != nullptr;
  made.trace = trace::view_of(trace::text_of(trace.here.trace));
  made.has_parent = trace.parent.is_set();
  made.sampled = trace.here.is_sampled();
  made.state = trace.state;
  return made;
}

TEST(trace_request, continues_a_trace_or_begins_one) {
  struct {
    const char* name;
    fields given;
    bool continued;
    std::string state;
  } const cases[] = {
      {"nothing", {}, false, ""},
      {"a parent", {{"traceparent", parent}}, true, ""},
      {"in capitals", {{"TRACEPARENT", parent}, {"TraceState", "a=1"}}, true, "a=1"},
      {"state alone", {{"tracestate", "a=1"}}, false, ""},
      {"malformed", {{"traceparent", parent + "0"}, {"tracestate", "a=1"}}, false, ""},
      {"two", {{"traceparent", parent}, {"Traceparent", parent}}, false, ""},
      {"three", {{"traceparent", parent}, {"traceparent", ""}, {"traceparent", parent}}, false, ""},
      {"states",
       {{"tracestate", "a=1"},
        {"traceparent", parent},
        {"tracestate", "b=2"},
        {"tracestate", "c=3"}},
       true,
       "a=1,b=2,c=3"},
      {"an empty one among them",
       {{"traceparent", parent}, {"tracestate", ""}, {"tracestate", "b=2"}},
       true,
       ",b=2"},
      {"a bad one among them",
       {{"traceparent", parent}, {"tracestate", "a=1"}, {"tracestate", "B=2"}},
       true,
       ""},
      {"too much of it",
       {{"traceparent", parent},
        {"tracestate", "a=" + std::string(250, 'x')},
        {"tracestate", "b=" + std::string(256, 'x')},
        {"tracestate", "c=1"}},
       true,
       ""},
      {"another field", {{"trace-parent", parent}, {"trace_parent", parent}}, false, ""},
  };
  for (const auto& one : cases) {
    const auto made = made_of(one.given);
    EXPECT_TRUE(made.on) << one.name;
    EXPECT_TRUE(made.told) << one.name;
    EXPECT_EQ(made.trace == trace_id, one.continued) << one.name;
    EXPECT_EQ(made.has_parent, one.continued) << one.name;
    EXPECT_EQ(made.state, one.state) << one.name;
  }
}

TEST(trace_request, records_what_is_sampled_where_there_is_somewhere_to_go) {
  for (const bool sink : {false, true}) {
    for (const bool trusted : {false, true}) {
      trace_settings by;
      if (sink) by.to = std::make_shared<no_sink>();
      const auto made = made_of({{"traceparent", parent}}, by, trusted);
      EXPECT_EQ(made.sampled, trusted);
      EXPECT_EQ(made.recorded, sink && trusted);
    }
  }
}

TEST(trace_request, without_propagation_each_begins_one_of_its_own) {
  trace_settings by;
  by.propagate = false;
  const auto made = made_of({{"traceparent", parent}, {"tracestate", "a=1"}}, by, true);
  EXPECT_TRUE(made.on);
  EXPECT_FALSE(made.told);
  EXPECT_FALSE(made.has_parent);
  EXPECT_NE(made.trace, trace_id);
  EXPECT_EQ(made.state, "");
}

}  // namespace
}  // namespace latchkey::middleware
