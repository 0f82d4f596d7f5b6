// The trace that a request is part of: continued from its client or begun here, and whether it is
// recorded. Costs a request that is not sampled a few random bits. Not for reading its fields:
// middleware/trace_request.
#pragma once

#include <latchkey/trace/context.hpp>
#include <latchkey/trace/sampler.hpp>
#include <latchkey/trace/span.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::trace {

// 64 bits that nobody can tell beforehand. On the calling thread, without a lock.
using random_source = std::function<std::uint64_t()>;

// From a generator of the calling thread, which the system has seeded.
std::uint64_t random_bits();

struct request_trace {
  bool on = false;  // else nothing of it means anything
  span_context here;
  span_id parent;          // the client's; not set: the trace begins here
  bool told = false;       // to upstreams
  std::string_view state;  // tracestate as it came: a view of the request's head or of `joined`
  std::string joined;      // of several fields
  const random_source* random = nullptr;
  // Where its spans go; null where it is not recorded.
  std::shared_ptr<span_sink> to;

  // For a piece of work on its behalf. Only where it is on.
  span_context child() const;
};

// Continues the trace of `parent`. Whether it is sampled says the parent where `trusted`, else
// chance by the sampler: of a trace that begins here by its id; of an id that a client has chosen
// by bits of our own, so that none can have itself recorded.
request_trace begin_trace(const std::optional<span_context>& parent, bool trusted,
                          const ratio_sampler& sampler, const random_source& random);

}  // namespace latchkey::trace
