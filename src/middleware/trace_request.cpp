#include <latchkey/middleware/trace_request.hpp>

#include <utility>

namespace latchkey::middleware {
namespace {

constexpr std::string_view parent_name = "traceparent";
constexpr std::string_view state_name = "tracestate";

// Adds to a list of views, which become a text once there are two of them. False where it is longer
// than may be passed on.
bool append(std::string_view value, std::string_view& all, std::string& joined, bool first) {
  if (first) {
    all = value;
    return true;
  }
  if (all.size() + value.size() >= trace::max_tracestate_bytes) return false;
  if (joined.empty()) joined.assign(all);
  joined.push_back(',');
  joined.append(value);
  all = joined;
  return true;
}

void begin(http::context& ctx, const trace_settings& by) {
  told_trace told;
  std::string joined;
  if (by.propagate) told = read_trace(ctx.request, joined);
  ctx.trace = trace::begin_trace(told.parent, ctx.trusted_peer, by.sampler, by.random);
  ctx.trace.told = by.propagate;
  if (joined.empty()) {
    ctx.trace.state = told.state;
  } else {
    // The text moves; the view has to be of where it is then.
    ctx.trace.joined = std::move(joined);
    if (!told.state.empty()) ctx.trace.state = ctx.trace.joined;
  }
  if (ctx.trace.here.is_sampled()) ctx.trace.to = by.to;
}

}  // namespace

told_trace read_trace(const http::request_head& head, std::string& joined) {
  told_trace made;
  std::string_view state;
  std::size_t parents = 0;
  std::size_t states = 0;
  bool fits = true;
  for (const auto& field : head.fields) {
    if (field.name.size() == parent_name.size() && http::same_name(field.name, parent_name)) {
      made.parent = ++parents == 1 ? trace::parse_traceparent(field.value) : std::nullopt;
    } else if (field.name.size() == state_name.size() && http::same_name(field.name, state_name)) {
      fits = fits && append(field.value, state, joined, ++states == 1);
    }
  }
  if (made.parent && fits && trace::is_tracestate(state)) made.state = state;
  return made;
}

async::task<http::response> trace_request::operator()(http::context& ctx,
                                                      const http::handler& next) const {
  begin(ctx, *by);
  return next(ctx);
}

}  // namespace latchkey::middleware
