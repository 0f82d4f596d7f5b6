#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/response_reader.hpp>

#include <algorithm>

namespace latchkey::http1 {

using step = response_reader::step;

void response_reader::begin(const request_facts& asked) {
  asked_ = asked;
  state_ = state::head;
  begun_ = false;
  scanner_ = head_scanner{head_kind::response};
  interim_ = 0;
  interim_bytes_ = 0;
}

core::result<step> response_reader::fail(const core::error_code& error) {
  state_ = state::failed;
  error_ = error;
  return error;
}

core::error_code response_reader::count_interim(std::size_t size) {
  interim_bytes_ += size;
  const bool passed = ++interim_ > limits_.interim || interim_bytes_ > limits_.interim_bytes;
  return passed ? core::error_code{errc::too_many_interim} : core::error_code{};
}

core::error_code response_reader::begin_body() {
  left_ = limits_.body;
  switch (head_.body) {
    case body_framing::none:
      state_ = state::whole;
      break;
    case body_framing::length:
      if (head_.content_length > limits_.body) return errc::body_too_large;
      left_ = head_.content_length;
      state_ = left_ == 0 ? state::whole : state::length;
      break;
    case body_framing::chunked:
      chunks_ = chunk_decoder{limits_.chunk_overhead};
      state_ = state::chunks;
      break;
    case body_framing::until_close:
      state_ = state::until_close;
      break;
  }
  return {};
}

core::result<step> response_reader::next_head(std::span<char> arrived) {
  const std::string_view bytes{arrived.data(), arrived.size()};
  const auto size = scanner_.scan(bytes, limits_.head);
  if (size.has_error()) return fail(size.error());
  if (*size == 0) return step{};
  const auto text = bytes.substr(0, *size);
  if (const auto error = parse_response_head(text, limits_.head, asked_, head_)) return fail(error);
  if (head_.kind == response_kind::interim) {
    if (const auto error = count_interim(*size)) return fail(error);
    scanner_ = head_scanner{head_kind::response};
    return step{event::interim, *size, {}};
  }
  if (const auto error = begin_body()) return fail(error);
  return step{event::head, *size, {}};
}

core::result<step> response_reader::next_chunks(std::span<char> arrived) {
  // Without room for more data the decoder stops where a byte too many would come.
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(left_, arrived.size()));
  const auto made = chunks_.decode({arrived.data(), arrived.size()}, arrived.first(room));
  if (made.has_error()) return fail(made.error());
  if (!chunks_.done() && made->consumed < arrived.size()) return fail(errc::body_too_large);
  left_ -= made->produced;
  if (chunks_.done()) state_ = state::whole;
  if (made->produced != 0) {
    return step{event::body, made->consumed, {arrived.data(), made->produced}};
  }
  return step{chunks_.done() ? event::end : event::more, made->consumed, {}};
}

core::result<step> response_reader::next(std::span<char> arrived) {
  begun_ = begun_ || !arrived.empty();
  switch (state_) {
    case state::head:
      return next_head(arrived);
    case state::chunks:
      return next_chunks(arrived);
    case state::length: {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, arrived.size()));
      if (size == 0) return step{};
      left_ -= size;
      if (left_ == 0) state_ = state::whole;
      return step{event::body, size, {arrived.data(), size}};
    }
    case state::until_close:
      if (arrived.empty()) return step{};
      if (arrived.size() > left_) return fail(errc::body_too_large);
      left_ -= arrived.size();
      return step{event::body, arrived.size(), {arrived.data(), arrived.size()}};
    case state::whole:
      return step{event::end, 0, {}};
    case state::failed:
      break;
  }
  return error_;
}

core::result<step> response_reader::finish(connection_end how) {
  if (state_ == state::failed) return error_;
  const bool whole =
      state_ == state::whole || (state_ == state::until_close && how == connection_end::clean);
  if (!whole) return fail(begun_ ? errc::truncated : errc::no_response);
  state_ = state::whole;
  return step{event::end, 0, {}};
}

}  // namespace latchkey::http1
