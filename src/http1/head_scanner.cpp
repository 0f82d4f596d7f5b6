#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/head_scanner.hpp>

#include <algorithm>

namespace latchkey::http1 {
namespace {

// What speaks another protocol is told by its first bytes; it may never send a line feed.
bool begins_as_response(std::string_view arrived) {
  constexpr std::string_view name = "HTTP/";
  const auto size = std::min(arrived.size(), name.size());
  return arrived.substr(0, size) == name.substr(0, size);
}

}  // namespace

// `reached`: how far the current line is known to go on.
core::error_code head_scanner::check_limits(std::size_t reached, const head_limits& limits) const {
  const auto longest = line_ + limits.start_line + 1;
  if (lines_ == 0 && reached > longest && longest < limits.bytes) {
    return kind_ == head_kind::request ? errc::request_line_too_long : errc::status_line_too_long;
  }
  if (reached >= limits.bytes) return errc::head_too_large;
  return {};
}

core::result<std::size_t> head_scanner::scan(std::string_view arrived, const head_limits& limits) {
  const bool request = kind_ == head_kind::request;
  if (!request && !begins_as_response(arrived)) return errc::bad_status_line;
  for (;;) {
    const auto feed = arrived.find('\n', scanned_);
    if (const auto error = check_limits(std::min(feed, arrived.size()), limits)) return error;
    if (feed == arrived.npos) {
      scanned_ = arrived.size();
      return std::size_t{0};
    }
    if (feed == 0 || arrived[feed - 1] != '\r') return errc::bad_line_end;
    const auto length = feed - 1 - line_;
    const bool leading = length == 0 && line_ == 0;
    line_ = scanned_ = feed + 1;
    // One empty line before the request line is passed over (RFC 9112 section 2.2).
    if (leading) continue;
    if (length == 0) return lines_ == 0 ? core::result<std::size_t>{errc::bad_request_line} : line_;
    // The first line is the request or status line.
    if (++lines_ > limits.fields + 1) return errc::too_many_fields;
  }
}

}  // namespace latchkey::http1
