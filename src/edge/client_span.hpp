// The span of one attempt to have a request answered by an upstream, where its trace is recorded.
// Not for the span of the request itself: app/server_span.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/edge/place.hpp>
#include <latchkey/http/context.hpp>
#include <latchkey/trace/span.hpp>

#include <memory>
#include <string_view>

namespace latchkey::edge {

struct client_span {
  trace::span made;
  std::shared_ptr<trace::span_sink> to;
  core::steady_time begun;
  unsigned status = 0;
};

// `target`: path and query as they are sent; the query is left out. `earlier`: attempts before this
// one. Null where the request is not recorded.
std::unique_ptr<client_span> begin_client_span(const http::context& ctx,
                                               const trace::span_context& as, const place& at,
                                               std::string_view target, unsigned earlier,
                                               core::wall_time wall, core::steady_time now);

// `failure`: a stable code, empty where there was none. Null is no span.
void end_client_span(std::unique_ptr<client_span> one, std::string_view failure,
                     core::steady_time now);

}  // namespace latchkey::edge
