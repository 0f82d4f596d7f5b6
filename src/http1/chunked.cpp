#include "head_text.hpp"

#include <latchkey/core/hex.hpp>
#include <latchkey/http1/chunked.hpp>
#include <latchkey/http1/errc.hpp>

#include <algorithm>
#include <cstring>

namespace latchkey::http1 {
namespace {

bool is_token(char c) {
  return detail::is(c, detail::token_char);
}

bool is_text(char c) {
  return detail::is_field_value({&c, 1});
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
    case state::name_first:
    case state::name:
    case state::value_first:
    case state::value:
    case state::value_end:
      return take_extension(c);
    case state::quoted:
    case state::escaped:
      return take_quoted(c);
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
      if (!is_token(c)) return errc::bad_chunk;
      state_ = state::trailer_name;
      return take_trailer_name(c);
    case state::trailer_name:
      return take_trailer_name(c);
    case state::trailer:
      return take_trailer(c);
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
  const int digit = core::hex_digit(c);
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
  state_ = state::name_first;
  return {};
}

// Name, or name=value, with no white space around: some readers end there.
core::error_code chunk_decoder::take_extension(char c) {
  const bool first = state_ == state::name_first || state_ == state::value_first;
  if (is_token(c) && state_ != state::value_end) {
    if (state_ == state::name_first) state_ = state::name;
    if (state_ == state::value_first) state_ = state::value;
  } else if (c == '"' && state_ == state::value_first) {
    state_ = state::quoted;
  } else if (c == '=' && state_ == state::name) {
    state_ = state::value_first;
  } else if (c == ';' && !first) {
    state_ = state::name_first;
  } else if (c == '\r' && !first) {
    state_ = state::size_feed;
    return {};
  } else {
    return errc::bad_chunk;
  }
  return count_overhead();
}

// A line cannot end within quotes: a reader that minds them would read on.
core::error_code chunk_decoder::take_quoted(char c) {
  if (!is_text(c)) return errc::bad_chunk;
  if (state_ == state::escaped) {
    state_ = state::quoted;
  } else if (c == '\\') {
    state_ = state::escaped;
  } else if (c == '"') {
    state_ = state::value_end;
  }
  return count_overhead();
}

core::error_code chunk_decoder::take_trailer(char c) {
  if (c == '\r') {
    state_ = state::trailer_feed;
    return {};
  }
  if (!is_text(c)) return errc::bad_chunk;
  return count_overhead();
}

// What has not the form of a field may be the next request to a reader that ends the body sooner.
core::error_code chunk_decoder::take_trailer_name(char c) {
  if (c == ':') {
    state_ = state::trailer;
  } else if (!is_token(c)) {
    return errc::bad_chunk;
  }
  return count_overhead();
}

core::error_code chunk_decoder::count_overhead() {
  if (overhead_left_ == 0) return errc::chunk_overhead;
  --overhead_left_;
  return {};
}

}  // namespace latchkey::http1
