#include <latchkey/net/chunked.hpp>
#include <latchkey/net/errc.hpp>

#include <algorithm>
#include <cstring>

namespace latchkey::net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_text(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

}  // namespace

core::result<chunk_decoder::progress> chunk_decoder::decode(std::string_view in,
                                                            std::span<char> out) {
  progress made;
  while (made.consumed < in.size() && state_ != state::done) {
    if (state_ != state::data) {
      if (const auto error = take(in[made.consumed])) return error;
      ++made.consumed;
      continue;
    }
    const auto room = std::min(in.size() - made.consumed, out.size() - made.produced);
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(room, size_));
    if (part == 0) break;
    std::memmove(out.data() + made.produced, in.data() + made.consumed, part);
    made.consumed += part;
    made.produced += part;
    size_ -= part;
    if (size_ == 0) state_ = state::data_return;
  }
  return made;
}

core::error_code chunk_decoder::take(char c) {
  const auto expect = [&](char wanted, state next) -> core::error_code {
    if (c != wanted) return errc::bad_chunk;
    state_ = next;
    return {};
  };
  switch (state_) {
    case state::size_first:
    case state::size:
      return take_size(c);
    case state::extension:
      return take_text(c, state::size_feed);
    case state::size_feed:
      return expect('\n', size_ == 0 ? state::trailer_first : state::data);
    case state::data_return:
      return expect('\r', state::data_feed);
    case state::data_feed:
      size_ = 0;
      digits_ = 0;
      return expect('\n', state::size_first);
    case state::trailer_first:
      if (c == '\r') return expect('\r', state::last_feed);
      if (c == ' ' || c == '\t') return errc::bad_chunk;
      state_ = state::trailer;
      return take_text(c, state::trailer_feed);
    case state::trailer:
      return take_text(c, state::trailer_feed);
    case state::trailer_feed:
      return expect('\n', state::trailer_first);
    case state::last_feed:
      return expect('\n', state::done);
    case state::data:
    case state::done:
      break;
  }
  return errc::bad_chunk;
}

core::error_code chunk_decoder::take_size(char c) {
  const int digit = hex_digit(c);
  if (digit >= 0) {
    // 15 digits cannot overflow, and no client has a chunk that needs more.
    if (++digits_ > 15) return errc::bad_chunk;
    size_ = size_ * 16 + static_cast<unsigned>(digit);
    state_ = state::size;
    return {};
  }
  if (state_ == state::size_first) return errc::bad_chunk;
  if (c == '\r') {
    state_ = state::size_feed;
    return {};
  }
  if (c != ';') return errc::bad_chunk;
  state_ = state::extension;
  return {};
}

core::error_code chunk_decoder::take_text(char c, state after_return) {
  if (c == '\r') {
    state_ = after_return;
    return {};
  }
  if (!is_text(c)) return errc::bad_chunk;
  if (overhead_left_ == 0) return errc::chunk_overhead;
  --overhead_left_;
  return {};
}

}  // namespace latchkey::net
