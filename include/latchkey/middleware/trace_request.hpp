// Gives a request its place in a trace: continues the one that its client names, or begins another.
// Whether that is sampled is for trusted proxies alone to say.
// Not for recording it: that is done by who knows its end.
#pragma once

#include <latchkey/http/handler.hpp>
#include <latchkey/trace/request_trace.hpp>
#include <latchkey/trace/sampler.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::middleware {

struct trace_settings {
  trace::ratio_sampler sampler{0};
  // Traces of clients are continued, and upstreams are told; else each request begins one of its
  // own.
  bool propagate = true;
  trace::random_source random = trace::random_bits;
  // Where spans of sampled requests go; null: nothing is recorded.
  std::shared_ptr<trace::span_sink> to;
};

struct trace_request {
  std::shared_ptr<const trace_settings> by;

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

// What a head says of a trace: views of the head, and of `joined` where tracestate comes in several
// fields. Without a parent there is no state.
struct told_trace {
  std::optional<trace::span_context> parent;
  std::string_view state;
};

// Of several traceparent fields none counts, as of one that is malformed (W3C Trace Context section
// 4.3); a tracestate that is malformed is left out.
told_trace read_trace(const http::request_head& head, std::string& joined);

}  // namespace latchkey::middleware
