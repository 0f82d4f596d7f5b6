#include "load/answer_reader.hpp"

#include "load/errc.hpp"

namespace latchkey::bench::load {
namespace {

http1::response_limits limits() {
  constexpr std::size_t max_fields = 1024;
  http1::response_limits made;
  made.head = {max_head_bytes, max_head_bytes, max_fields};
  return made;
}

}  // namespace

answer_reader::answer_reader() : reader_{limits()} {}

void answer_reader::begin(bool to_head, bool keep) {
  http1::request_facts asked;
  asked.head = to_head;
  reader_.begin(asked);
  whole_ = false;
  keep_ = keep;
  bytes_ = 0;
  started_.clear();
  body_.clear();
}

core::error_code answer_reader::keep(std::string_view data) {
  if (!keep_) return {};
  if (body_.size() + data.size() > max_body_bytes) return errc::bad_answer;
  body_.append(data);
  return {};
}

core::result<std::size_t> answer_reader::read(std::span<char> bytes) {
  using event = http1::response_reader::event;
  std::size_t done = 0;
  for (;;) {
    const auto step = reader_.next(bytes.subspan(done));
    if (step.has_error()) return errc::bad_answer;
    if (const auto error = keep(step->data)) return error;
    done += step->consumed;
    if (step->what == event::head) head_ = answer_head_of(reader_.head());
    whole_ = step->what == event::end;
    if (whole_ || step->what == event::more) break;
  }
  if (whole_ && done != bytes.size()) return errc::bad_answer;
  return done;
}

core::result<reading> answer_reader::take(std::span<char> bytes) {
  bytes_ += bytes.size();
  // As a rule the whole head comes at once and is read where it is.
  if (started_.empty()) {
    const auto done = read(bytes);
    if (done.has_error()) return done.error();
    started_.assign(bytes.data() + *done, bytes.size() - *done);
  } else {
    started_.append(bytes.data(), bytes.size());
    const auto done = read(started_);
    if (done.has_error()) return done.error();
    started_.erase(0, *done);
  }
  return whole_ ? reading::whole : reading::more;
}

core::result<reading> answer_reader::end(http1::connection_end how) {
  const auto step = reader_.finish(how);
  if (step.has_error()) return errc::closed;
  whole_ = true;
  return reading::whole;
}

}  // namespace latchkey::bench::load
