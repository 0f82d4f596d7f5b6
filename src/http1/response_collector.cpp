#include <latchkey/http1/response_collector.hpp>

#include <algorithm>

namespace latchkey::http1 {
namespace {

// For what stands behind the head: bodies are read in pieces of at least that.
constexpr std::size_t piece = 8 * 1024;

}  // namespace

response_collector::response_collector(const response_limits& limits, const request_facts& asked)
    : reader_{limits, asked}, buffer_(limits.head.bytes + piece) {}

std::span<char> response_collector::space() {
  if (begin_ == filled_) begin_ = filled_ = front_;
  return std::span{buffer_}.subspan(filled_);
}

// What stands behind goes to the front, so that the final head begins there.
void response_collector::drop_interim() {
  std::copy(buffer_.data() + begin_, buffer_.data() + filled_, buffer_.data());
  filled_ -= begin_;
  begin_ = 0;
}

core::error_code response_collector::take(std::size_t count) {
  using event = response_reader::event;
  filled_ += count;
  for (;;) {
    const auto step = reader_.next(std::span{buffer_}.subspan(begin_, filled_ - begin_));
    if (step.has_error()) return step.error();
    body_.append(step->data);
    begin_ += step->consumed;
    switch (step->what) {
      case event::more:
        return {};
      case event::end:
        whole_ = true;
        return {};
      case event::head:
        front_ = begin_;
        break;
      case event::interim:
        drop_interim();
        break;
      case event::body:
        break;
    }
  }
}

core::error_code response_collector::finish(connection_end how) {
  const auto step = reader_.finish(how);
  if (step.has_error()) return step.error();
  whole_ = true;
  return {};
}

}  // namespace latchkey::http1
