// Where a request stands in a trace, as W3C Trace Context has servers tell one another: the fields
// traceparent and tracestate, read strictly and written. Pure. Not for what is recorded: span.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::trace {

struct trace_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  bool is_set() const { return (high | low) != 0; }
  bool operator==(const trace_id&) const = default;
};

struct span_id {
  std::uint64_t value = 0;

  bool is_set() const { return value != 0; }
  bool operator==(const span_id&) const = default;
};

// Of trace-flags; the second is of level 2: the low 56 bits of the trace id are random.
inline constexpr std::uint8_t sampled_flag = 0x01;
inline constexpr std::uint8_t random_flag = 0x02;

struct span_context {
  trace_id trace;
  span_id span;
  std::uint8_t flags = 0;

  bool is_sampled() const { return (flags & sampled_flag) != 0; }
  bool operator==(const span_context&) const = default;
};

using trace_id_text = std::array<char, 32>;
using span_id_text = std::array<char, 16>;
using traceparent_text = std::array<char, 55>;

// Lower case, all digits.
trace_id_text text_of(trace_id id);
span_id_text text_of(span_id id);

template <std::size_t Size>
std::string_view view_of(const std::array<char, Size>& text) {
  return {text.data(), text.size()};
}

// The value of a traceparent field (section 3.2): nothing for one that is to be taken as if it were
// not there. Of a version that is not known, 01 to fe, what version 00 has is read; flags that are
// not known are dropped.
std::optional<span_context> parse_traceparent(std::string_view text);

// The same as version 00 has it.
traceparent_text to_traceparent(const span_context& of);

inline constexpr std::size_t max_tracestate_bytes = 512;
inline constexpr std::size_t max_tracestate_members = 32;

// Whether the value of a tracestate field, or of several joined by commas, is a list of at most so
// many members and bytes (section 3.3), and may be passed on.
bool is_tracestate(std::string_view text);

}  // namespace latchkey::trace
