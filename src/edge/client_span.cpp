#include "client_span.hpp"

#include <latchkey/trace/http_attributes.hpp>

#include <string>
#include <utility>

namespace latchkey::edge {

std::unique_ptr<client_span> begin_client_span(const http::context& ctx,
                                               const trace::span_context& as, const place& at,
                                               std::string_view target, unsigned earlier,
                                               core::wall_time wall, core::steady_time now) {
  if (!ctx.trace.to) return nullptr;
  auto one = std::make_unique<client_span>();
  one->to = ctx.trace.to;
  one->begun = now;
  auto& made = one->made;
  made.context = as;
  made.parent = ctx.trace.here.span;
  made.state = ctx.trace.state;
  made.kind = trace::span_kind::client;
  made.name = trace::name_of_method(ctx.request.method_text);
  made.begun = wall;
  trace::add_method(made, ctx.request.method_text);
  std::string url{at.secure ? "https://" : "http://"};
  url.append(at.authority);
  url.append(target.substr(0, target.find('?')));
  made.add("url.full", url);
  trace::add_server(made, at.authority, at.secure);
  made.add("network.peer.address", at.where.address().to_string());
  made.add_number("network.peer.port", at.where.port());
  made.add("network.protocol.version", "1.1");
  if (earlier != 0) made.add_number("http.request.resend_count", earlier);
  return one;
}

void end_client_span(std::unique_ptr<client_span> one, std::string_view failure,
                     core::steady_time now) {
  if (!one) return;
  auto& made = one->made;
  made.ended = made.begun + std::chrono::duration_cast<core::wall_time::duration>(now - one->begun);
  if (failure.empty()) {
    trace::add_status(made, one->status, 400, {});
  } else {
    if (one->status != 0) made.add_number("http.response.status_code", one->status);
    made.add("error.type", failure);
    made.failed = true;
  }
  one->to->add(std::move(made));
}

}  // namespace latchkey::edge
