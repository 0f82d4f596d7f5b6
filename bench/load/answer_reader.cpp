#include "load/answer_reader.hpp"

#include "load/errc.hpp"

#include <algorithm>

namespace latchkey::bench::load {
namespace {

constexpr std::string_view head_end = "\r\n\r\n";

}  // namespace

void answer_reader::begin(bool to_head, bool keep) {
  state_ = state::head;
  to_head_ = to_head;
  keep_ = keep;
  bytes_ = 0;
  head_text_.clear();
  body_.clear();
}

core::error_code answer_reader::keep(std::string_view data) {
  if (!keep_) return {};
  if (body_.size() + data.size() > most_body_bytes) return errc::bad_answer;
  body_.append(data);
  return {};
}

core::error_code answer_reader::read_head(std::string_view text) {
  const auto head = parse_answer_head(text, to_head_);
  if (head.has_error()) return head.error();
  head_ = *head;
  // After 101 the bytes would be of another protocol, which was not asked for.
  if (head_.status == 101) return errc::bad_answer;
  if (head_.status < 200) return {};
  if (to_head_) {
    state_ = state::whole;
    return {};
  }
  left_ = head_.body_bytes;
  switch (head_.framed) {
    case framing::length:
      state_ = left_ == 0 ? state::whole : state::length;
      break;
    case framing::chunked:
      chunks_ = http1::chunk_decoder{};
      state_ = state::chunks;
      break;
    case framing::until_close:
      state_ = state::rest;
      break;
  }
  return {};
}

core::result<std::size_t> answer_reader::take_head(std::span<char> bytes) {
  const std::string_view fresh{bytes.data(), bytes.size()};
  if (head_text_.empty()) {
    // As a rule the whole head comes at once and is read where it is.
    const auto end = fresh.find(head_end);
    if (end != fresh.npos) {
      const auto size = end + head_end.size();
      if (const auto error = read_head(fresh.substr(0, size))) return error;
      return size;
    }
  }
  const auto before = head_text_.size();
  if (before + fresh.size() > most_head_bytes) return errc::bad_answer;
  head_text_.append(fresh);
  const auto from = before < head_end.size() ? 0 : before - head_end.size();
  const auto end = head_text_.find(head_end, from);
  if (end == head_text_.npos) return fresh.size();
  const auto size = end + head_end.size();
  const auto error = read_head(std::string_view{head_text_}.substr(0, size));
  head_text_.clear();
  if (error) return error;
  return size - before;
}

core::result<std::size_t> answer_reader::take_chunks(std::span<char> bytes) {
  const std::string_view in{bytes.data(), bytes.size()};
  const auto progress = chunks_.decode(in, bytes);
  if (progress.has_error()) return errc::bad_answer;
  if (const auto error = keep(in.substr(0, progress->produced))) return error;
  if (chunks_.done()) state_ = state::whole;
  return progress->consumed;
}

core::result<std::size_t> answer_reader::take_some(std::span<char> bytes) {
  switch (state_) {
    case state::head:
      return take_head(bytes);
    case state::chunks:
      return take_chunks(bytes);
    case state::length: {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      left_ -= size;
      if (left_ == 0) state_ = state::whole;
      if (const auto error = keep({bytes.data(), size})) return error;
      return size;
    }
    case state::rest:
      if (const auto error = keep({bytes.data(), bytes.size()})) return error;
      return bytes.size();
    case state::whole:
      break;
  }
  return errc::bad_answer;
}

core::result<reading> answer_reader::take(std::span<char> bytes) {
  bytes_ += bytes.size();
  while (!bytes.empty()) {
    const auto taken = take_some(bytes);
    if (taken.has_error()) return taken.error();
    bytes = bytes.subspan(*taken);
  }
  return state_ == state::whole ? reading::whole : reading::more;
}

core::result<reading> answer_reader::end() {
  if (state_ == state::rest) state_ = state::whole;
  if (state_ != state::whole) return errc::closed;
  return reading::whole;
}

}  // namespace latchkey::bench::load
