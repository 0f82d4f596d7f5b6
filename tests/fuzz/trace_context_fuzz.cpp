// Values of traceparent and tracestate, one on each line: what is read is what is written, and what
// is passed on is a list that others can read.
#include <latchkey/trace/context.hpp>

#include <fuzz/require.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

using latchkey::fuzz::require;
namespace trace = latchkey::trace;

namespace {

void check_parent(std::string_view text) {
  const auto read = trace::parse_traceparent(text);
  if (!read) return;
  require(read->trace.is_set() && read->span.is_set(), "no id is all zeros");
  const auto written = trace::to_traceparent(*read);
  const auto again = trace::view_of(written);
  require(trace::parse_traceparent(again) == read, "what is written is read as the same");
  require(again.substr(2, 50) == text.substr(2, 50), "the ids are as they came");
  require(again.starts_with("00-"), "it is of version 00");
}

void check_state(std::string_view text) {
  if (!trace::is_tracestate(text)) return;
  require(text.size() <= trace::max_tracestate_bytes, "it is bounded");
  const auto members = std::count(text.begin(), text.end(), '=');
  require(members > 0 && members <= static_cast<std::ptrdiff_t>(trace::max_tracestate_members),
          "and so are its members");
  require(std::all_of(text.begin(), text.end(),
                      [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\t'; }),
          "it can stand in a field");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    check_parent(rest.substr(0, end));
    check_state(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return 0;
}
